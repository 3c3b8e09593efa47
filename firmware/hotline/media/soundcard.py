"""A modem's sound where it comes as a USB sound card. The only file that imports sounddevice.

The card is open only while a call has sound: a modem that is not in a call gives none, and
PortAudio knows only the cards that were there when it last looked, which it can do anew only
while it plays nothing. Both directions run by the card's clock, in a thread of ours that reads and
writes: PortAudio could call us itself, but through memory that is written and then run, which the
box's service may not have.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar

import sounddevice

from hotline.errors import LineDown
from hotline.media.engine import CLOCK_RATE, FRAME_MS
from hotline.media.modem import Ear
from hotline.media.pjsip.ports import ModemPort, ModemTalk
from hotline.media.pjsip.stack import Pjsip
from hotline.said import say

log = logging.getLogger(__name__)

FRAME = CLOCK_RATE * FRAME_MS // 1000
OPEN_TRIES = 10  # the card takes sound only a while after the modem was told to give it
AGAIN_S = 0.2
HANGS_S = 5.0  # a card that gives no frame for so long is left to its own thread


class Card:
    """One sound card, open: gives `swap` what it heard and plays what comes back, until `stop`.

    name: part of the card's name, as PortAudio shows it. swap, lost: called from another thread;
    lost when the card has gone by itself. Raises LineDown when it cannot be opened.
    """

    _open: ClassVar[set[Card]] = set()
    _turn: ClassVar[threading.Lock] = threading.Lock()  # PortAudio bears one at a time

    def __init__(
        self, name: str, swap: Callable[[bytes], bytes], lost: Callable[[str], None]
    ) -> None:
        self._swap, self._lost = swap, lost
        self._stopping = False
        self.ear = Ear()
        with self._turn:
            self._stream = self._opened(name)
            self._open.add(self)
        self._thread = threading.Thread(target=self._carry, name="sound card", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the card go, after its next frame; harmless when repeated."""
        self._stopping = True
        self._thread.join(HANGS_S)

    def _opened(self, name: str) -> Any:
        try:
            stream = self._made(self._found(name))
        except sounddevice.PortAudioError as error:
            raise LineDown(say("The sound card %(card)s cannot be opened.", card=name)) from error
        try:
            stream.start()
        except sounddevice.PortAudioError as error:
            stream.close(ignore_errors=True)
            raise LineDown(say("The sound card %(card)s does not start.", card=name)) from error
        return stream

    def _made(self, device: int) -> Any:
        return sounddevice.RawStream(
            samplerate=CLOCK_RATE,
            blocksize=FRAME,
            device=device,
            channels=1,
            dtype="int16",
            latency="low",
        )

    def _found(self, name: str) -> int:
        """Where the card is now. sounddevice has no public word for looking anew."""
        if not self._open:  # else it would cut off whoever talks
            sounddevice._terminate()
            sounddevice._initialize()
        for number, device in enumerate(sounddevice.query_devices()):
            both = device["max_input_channels"] and device["max_output_channels"]
            if name in device["name"] and both:
                return number
        raise LineDown(
            say("There is no sound card %(card)s.", card=name), say("Look at `card` in box.toml.")
        )

    def _carry(self) -> None:
        try:
            while not self._stopping:
                heard = bytes(self._stream.read(FRAME)[0])
                now = time.monotonic()
                self.ear.hear(heard, now)
                self.ear.taken(now)
                self._stream.write(self._swap(heard))
        except sounddevice.PortAudioError as error:
            log.info("a sound card ended: %s", error)
        finally:  # whatever ended it, nobody is left in silence
            with self._turn:
                self._stream.close(ignore_errors=True)
                self._open.discard(self)
            if not self._stopping:
                self._lost("its sound card is gone")


class CardSound:
    """The sound of one modem: its port on the bridge stays, the card comes and goes with calls."""

    def __init__(self, stack: Pjsip, name: str) -> None:
        self._stack, self._name = stack, name
        self._port: ModemPort | None = None
        self._card: Card | None = None
        self._lost: Callable[[str], None] = lambda _why: None

    async def open(self, lost: Callable[[str], None]) -> None:
        """Be ready for calls. lost: called on the loop when the card goes in a call."""
        self._lost = lost
        if self._port is None:
            self._port = ModemPort(self._stack)

    def close(self) -> None:
        """The modem is gone; harmless when repeated."""
        self.end()

    def flow(self, go: bool) -> None:
        """A card needs no such word: it has its own clock."""

    async def begin(self) -> None:
        """Carry the sound of the call that both ends talk in now. Raises LineDown."""
        port = self._port
        if port is None:
            raise RuntimeError("the sound was never opened")
        for left in reversed(range(OPEN_TRIES)):
            try:
                self._card = await self._opened(port)
                return
            except LineDown:
                if not left:
                    raise
                await asyncio.sleep(AGAIN_S)

    def end(self) -> None:
        """The call is over."""
        card, self._card = self._card, None
        if card is not None:
            _stop(card)

    def silent_for(self) -> tuple[float, float, float]:
        """See ModemSound."""
        return self._card.ear.silent_for() if self._card is not None else (0.0, 0.0, 0.0)

    def talk(self) -> ModemTalk:
        """The sound of a new call. Only after `open`."""
        if self._port is None:
            raise RuntimeError("the sound port was never opened")
        return ModemTalk(self._port)

    async def _opened(self, port: ModemPort) -> Card:
        """In a thread: a card takes its time. One that comes after its call is let go again."""
        opening = asyncio.ensure_future(asyncio.to_thread(Card, self._name, port.swap, self._tell))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_stop_late)
            raise

    def _tell(self, why: str) -> None:
        self._stack.tell(self._lost, why)


def _stop(card: Card) -> None:
    """In a thread: PortAudio waits for the card's next frame, and that may be long in coming."""
    asyncio.get_running_loop().run_in_executor(None, card.stop)


def _stop_late(opening: asyncio.Future[Card]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        _stop(opening.result())
