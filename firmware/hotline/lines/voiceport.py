"""A voice modem's one port on the asyncio loop: commands, and the sound and signs between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hotline.at.answers import Event
from hotline.at.answers import Text as Line
from hotline.at.chat import Answer
from hotline.at.commands import Command
from hotline.at.dle import END_OF_SPEECH, FORGET_SPEECH, STOP_LISTENING, Sign, Sound, Stream, shield
from hotline.lines.atport import AtPort
from hotline.said import Said
from hotline.tty import Port

# Out of whatever a run before this one left the modem in; in command state it is no command.
_OUT_OF_ANY_STREAM = STOP_LISTENING + END_OF_SPEECH + b"\r"


class VoicePort(AtPort):
    """One conversation, until the port is lost or closed. A stream is one long command.

    on_line: called with lines nobody asked for that `Event` knows no better name for. on_sign,
    on_sound: called with what comes shielded. Else see `AtPort`.
    """

    def __init__(
        self,
        name: str,
        port: Port,
        on_event: Callable[[Event], None],
        on_sign: Callable[[Sign], None],
        on_sound: Callable[[bytes], None],
        on_lost: Callable[[Said], None],
    ) -> None:
        self._stream = Stream()
        self._told, self._on_sign, self._on_sound = on_event, on_sign, on_sound
        self._list: list[str] | None = None
        self._connected: asyncio.Future[None] | None = None
        self._command: Command | None = None
        self._streaming: asyncio.Future[Answer] | None = None
        super().__init__(name, port, self._event, on_lost)
        self._tty.write(_OUT_OF_ANY_STREAM)

    async def ask_list(self, command: Command) -> list[str]:
        """The lines of an answer, which begin as they like. Raises LineDown."""
        lines = self._list = []
        try:
            await self.ask(command)
        finally:
            self._list = None
        return lines

    async def begin(self, command: Command, *, sound: bool) -> bool:
        """Begin to speak, or with `sound` to listen; did the modem begin? Raises LineDown."""
        if sound:
            self._stream.expect_sound()
        connected, self._command = self._loop.create_future(), command
        self._connected = connected
        streaming = self._streaming = asyncio.ensure_future(self.ask(command))
        # A port that is lost says so to whoever asks next: perhaps nobody waits for this answer.
        streaming.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({connected, streaming}, return_when=asyncio.FIRST_COMPLETED)
        self._connected = None
        if connected.done():
            return True
        self._stream.no_sound()
        streaming.result()
        return False

    def say(self, sound: bytes) -> None:
        """Speak; only between `begin` and `end`."""
        self._tty.write(shield(sound))

    def forget(self) -> None:
        """Drop what the modem was given and has not said yet."""
        self._tty.write(FORGET_SPEECH)

    async def end(self, *, sound: bool) -> bool:
        """End the stream; returns when the modem has said all, or stopped to listen.

        Did it say so in time? Raises LineDown.
        """
        if self._streaming is None:
            return True
        self._tty.write(STOP_LISTENING if sound else END_OF_SPEECH)
        self._wait()
        answer = await self._streaming
        self._streaming = None
        self._stream.no_sound()
        return not answer.late

    # -- inside --------------------------------------------------------------------------------

    def _hear(self, data: bytes) -> None:
        for part in self._stream.feed(data):
            if self._over:
                return
            if isinstance(part, Sign):
                self._on_sign(part)
            elif isinstance(part, Sound):
                self._on_sound(part.data)
            else:
                super()._hear(part.data)

    def _event(self, event: Event) -> None:
        line = event.line.upper() if isinstance(event, Line) else ""
        if line.startswith(("CONNECT", "VCON")):
            self._begun()
        elif isinstance(event, Line) and self._list is not None:
            self._list.append(event.line)
        else:
            self._told(event)

    def _begun(self) -> None:
        """From here on the modem may take as long as the stream does. One that was given up for
        late is none: the next probe ends it.
        """
        if self._connected is None or self._chat.in_flight is not self._command:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._connected.set_result(None)
        self._connected = None

    def _late(self) -> None:
        """It may have begun to stream after all, and then takes every command for sound."""
        self._stream.no_sound()
        self._tty.write(_OUT_OF_ANY_STREAM)
        super()._late()
