"""Calls from the set-up page: a browser's microphone and loudspeaker as a telephone line.

The page's process passes the browser's packets on through a Unix socket (SOCK_SEQPACKET), one
connection for each call. A thread for each call carries its sound, paced by the browser's clock as
that of a modem is by the modem's; the loop hears of callers, keys and endings alone.

Packets to the box: first who calls, as JSON; then `S` with a frame of sound, `K` with a key, `H` to
hang up. From the box: `A` when it answers, `S` with a frame, `E` with why the call is over, `B`
when it cannot be taken now.

Who says "person" in the first packet does not call, but takes calls: see computers.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from hotline.errors import CallerGone, LineDown
from hotline.inbox.label import label
from hotline.lines.port import Caller, Capabilities, Cause, Leg, LineState
from hotline.options import FROM_THE_PAGE
from hotline.said import NOTHING, say

log = logging.getLogger(__name__)

FRAME_BYTES = 320  # 20 ms: 8 kHz, 16 bit, mono
PACKET_BYTES = 512  # none is longer
KEYS = frozenset("0123456789*#")
AT_COMPUTER = frozenset({b"T", b"N", b"H", b"P"})  # what the page of a computer says; computers.py
MOST_FRAMES = 8  # after a stall the newest sound counts, not the oldest
MOST_COMPUTERS = 8  # each holds a thread of the page, too
PACKETS_PER_S, BURST = 60.0, 300.0  # 50 frames and what a hand can press; a network stalls for 5 s
SEND_BUFFER = 8 * 1024  # of sound that nobody reads: a fraction of a second


class Timeout(NamedTuple):
    """struct timeval."""

    seconds: int
    microseconds: int = 0

    def packed(self) -> bytes:
        """As the kernel wants it."""
        return struct.pack("ll", self.seconds, self.microseconds)


SILENT = Timeout(10)  # a browser that lives sends sound all the time, if only silence
LAST_WORD = Timeout(1)  # for the far side to read it


class TalkSound(Protocol):
    """The sound of one call."""

    def tells(self, digit: str) -> bool: ...


class Place(Protocol):
    """A place on the bridge for one call after another.

    swap: give whole frames that came from the browser, get as many for it; from any one thread.
    """

    def swap(self, heard: bytes) -> bytes: ...
    def talk(self) -> TalkSound: ...


class OnWire(Protocol):
    """The call that a connection carries now, or carried last."""

    @property
    def gone(self) -> asyncio.Future[Cause]: ...
    def on_key(self, digit: str) -> None: ...
    def ended(self, cause: Cause) -> None: ...


class BrowserLeg:
    """`Leg` over the page."""

    reports_keys = True

    def __init__(self, wire: Wire, caller: Caller, place: Place) -> None:
        loop = asyncio.get_running_loop()
        self.line, self.caller = FROM_THE_PAGE, caller
        self._wire, self._place = wire, place
        self._sound: TalkSound | None = None
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.taken: asyncio.Future[None] = loop.create_future()
        self.answered: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[Cause] = loop.create_future()

    @property
    def audio(self) -> object:
        """What the engine attaches."""
        return self._sound

    async def answer(self) -> None:
        """See Leg."""
        if self.gone.done():
            raise CallerGone
        self._sound = self._place.talk()
        self.taken.set_result(None)
        self.answered.set_result(None)
        self._wire.carry(self._place)

    def hang_up(self, cause: Cause = Cause.OURS) -> None:
        """See Leg. Who is refused because of too many calls is told so."""
        if self.gone.done():
            return
        busy = cause is Cause.BUSY and not self.answered.done()
        self._wire.end(b"B" if busy else b"E" + cause.value.encode())
        self.ended(Cause.OURS)

    def on_key(self, digit: str) -> None:
        """A key on the screen."""
        if self._sound is not None and not self.gone.done() and self._sound.tells(digit):
            self.keys.put_nowait(digit)

    def ended(self, cause: Cause) -> None:
        """The call is over."""
        if not self.gone.done():
            self.answered.cancel()
            self.gone.set_result(cause)


class BrowserLine:
    """`Line` for calls from the page, as many at once as there are places."""

    def __init__(self, path: Path, places: Sequence[Place]) -> None:
        """path: the socket; whoever may open it may call (mode 0660, as the control socket).

        on_computer: told who will take calls over this wire, by id; attached by `box`.
        """
        self.name = FROM_THE_PAGE
        self.capabilities = Capabilities(can_dial=False, channels=len(places))
        self.on_state: Callable[[LineState], None] = lambda _state: None
        self._path, self._free = path, list(places)
        self._wires: set[Wire] = set()
        self._on_ring: Callable[[Leg], None] = lambda _leg: None
        self.on_computer: Callable[[Wire, str], None] = lambda wire, _person: wire.end(b"B")
        self._listening: socket.socket | None = None

    def state(self) -> LineState:
        """See Line."""
        if self._listening is None:
            return LineState(False, NOTHING)
        return LineState(True, say("Callers can reach you on this line."))

    def free_channels(self) -> int:
        """See Line."""
        return len(self._free)

    def dial(self, number: str) -> Leg:
        """See Line: nobody is called in a browser."""
        raise LineDown(say("The line %(line)s only takes calls.", line=self.name))

    async def start(self, on_ring: Callable[[Leg], None]) -> None:
        """See Line. Without a place for the socket the page cannot call, and all others can."""
        self._on_ring = on_ring
        try:
            self._listening = _listen(self._path)
        except OSError as why:
            log.error("calls from the page cannot be taken at %s: %s", self._path, why)
            return
        asyncio.get_running_loop().add_reader(self._listening, self._came)

    async def stop(self) -> None:
        """See Line."""
        listening, self._listening = self._listening, None
        if listening is None:
            return
        asyncio.get_running_loop().remove_reader(listening)
        listening.close()
        self._path.unlink(missing_ok=True)
        wires = tuple(self._wires)
        for wire in wires:
            wire.end(b"E" + Cause.OURS.value.encode())
            self.ended(wire, Cause.OURS)
        for wire in wires:
            await asyncio.to_thread(wire.join)

    # -- on the loop, told by the wires -----------------------------------------------------------

    def came(self, wire: Wire, hello: _Hello) -> None:
        """Somebody on the page calls, or will take calls."""
        if wire not in self._wires:
            return
        if hello.person:
            self.on_computer(wire, hello.person)
        else:
            self._rung(wire, hello.name)

    def _rung(self, wire: Wire, name: str) -> None:
        if not self._free:
            wire.end(b"B")
            return
        wire.place = self._free.pop()
        leg = wire.leg = BrowserLeg(wire, Caller(None, name), wire.place)
        leg.gone.add_done_callback(lambda _gone: self._release(wire))
        self._on_ring(leg)

    def ended(self, wire: Wire, cause: Cause) -> None:
        """The connection is over."""
        self._wires.discard(wire)
        if wire.leg is not None:
            wire.leg.ended(cause)
        wire.on_end()

    def _release(self, wire: Wire) -> None:
        place, wire.place = wire.place, None
        if place is not None:
            self._free.append(place)

    def _came(self) -> None:
        if self._listening is None:
            return
        try:
            connected, _ = self._listening.accept()
        except OSError:
            return  # gone again, or no descriptor is left for it
        callers = sum(not wire.at_computer for wire in self._wires)
        computers = len(self._wires) - callers
        if callers >= 4 * self.capabilities.channels or computers >= 2 * MOST_COMPUTERS:
            connected.close()  # who is told "busy", and who just hung up, has one, too
            return
        self._wires.add(Wire(connected, self))


class Wire:
    """One connection and the thread that carries its sound. leg, place: the loop's alone.

    on_end, on_word: told on the loop that it is over, and each word of a computer's page.
    """

    def __init__(self, connected: socket.socket, line: BrowserLine) -> None:
        self.leg: OnWire | None = None
        self.place: Place | None = None
        self.on_end: Callable[[], None] = lambda: None
        self.on_word: Callable[[bytes], None] = lambda _word: None
        self.at_computer = False
        self._socket, self._line = connected, line
        self._loop = asyncio.get_running_loop()
        self._carrying: Place | None = None
        self._over = False
        self._speaking = threading.Lock()  # no sound behind the last word
        self._room, self._looked = BURST, time.monotonic()
        connected.setblocking(True)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, SILENT.packed())
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._thread = threading.Thread(target=self._run, name="page sound", daemon=True)
        self._thread.start()

    def carry(self, place: Place) -> None:
        """The box answers: sound goes both ways from now on."""
        self._send(b"A")
        self._carrying = place

    def say(self, packet: bytes) -> None:
        """Something besides sound."""
        with self._speaking:
            if not self._over:
                self._send(packet)

    def pause(self, word: bytes) -> None:
        """The call is over, the connection is not: no sound comes after this word."""
        with self._speaking:
            self._carrying = None
            if not self._over:
                self._send(word)

    def end(self, word: bytes) -> None:
        """The last word; what still comes is not looked at. Harmless when repeated."""
        with self._speaking:
            if self._over:
                return
            self._over, self._carrying = True, None
            with contextlib.suppress(OSError):  # room for it, however little of the sound is read
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * SEND_BUFFER)
            self._send(word)
        with contextlib.suppress(OSError):
            # Only our half: closed altogether, the far side would lose the word it has not read.
            self._socket.shutdown(socket.SHUT_WR)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, LAST_WORD.packed())

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join(2 * SILENT.seconds)

    # -- in the thread ------------------------------------------------------------------------

    def _run(self) -> None:
        cause = Cause.HUNG_UP
        try:
            hello = _who(self._next())
            self.at_computer = bool(hello.person)
            self._tell(self._line.came, self, hello)
            while self._take(self._waiting()):
                pass
        except BlockingIOError:
            cause = Cause.NO_SOUND
        except OSError:
            pass  # the page's process has died: that ends the call as well
        except _Rude as rude:
            log.warning("a call from the page was ended: %s", rude)
            cause = Cause.FAILED
        finally:
            self._over, self._carrying = True, None
            self._socket.close()
            self._tell(self._line.ended, self, cause)

    def _waiting(self) -> list[bytes]:
        """The next packet, and those that wait behind it."""
        packets = [self._next()]
        with contextlib.suppress(BlockingIOError):
            while len(packets) < BURST and packets[-1]:
                packets.append(self._next(socket.MSG_DONTWAIT))
        return packets

    def _next(self, flags: int = 0) -> bytes:
        packet = self._socket.recv(PACKET_BYTES + 1, flags)
        now = time.monotonic()
        self._room = min(BURST, self._room + (now - self._looked) * PACKETS_PER_S) - 1
        self._looked = now
        if self._room < 0:
            raise _Rude("it sends without end")
        return packet

    def _take(self, packets: list[bytes]) -> bool:
        """What came at once; False when the far side has hung up."""
        heard: list[bytes] = []
        for packet in packets:
            kind, rest = packet[:1], packet[1:]
            if kind == b"S" and len(rest) == FRAME_BYTES:
                heard.append(rest)
            elif kind == b"K" and len(rest) == 1 and chr(rest[0]) in KEYS:
                self._tell(self._pressed, chr(rest[0]))
            elif self.at_computer and packet in AT_COMPUTER:
                self._tell(self.on_word, packet)
            elif packet in (b"", b"H"):
                return False
            elif not self._over:
                raise _Rude(f"a packet of {len(packet)} bytes means nothing")
        self._swap(heard[-MOST_FRAMES:])
        return True

    def _swap(self, heard: list[bytes]) -> None:
        place = self._carrying
        if place is None or not heard:
            return
        said = place.swap(b"".join(heard))
        with self._speaking:
            for begin in range(0, 0 if self._over else len(said), FRAME_BYTES):
                self._send(b"S" + said[begin : begin + FRAME_BYTES])

    def _send(self, packet: bytes) -> None:
        """Never waits: sound that is not fetched in time is not wanted any more."""
        with contextlib.suppress(OSError):
            self._socket.send(packet, socket.MSG_DONTWAIT)

    def _tell(self, hear: Callable[..., None], *what: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has closed
            self._loop.call_soon_threadsafe(hear, *what)

    def _pressed(self, digit: str) -> None:
        if self.leg is not None:
            self.leg.on_key(digit)


class _Rude(Exception):  # noqa: N818 - what the far side is
    """The far side sent what the page never sends."""


class _Hello(NamedTuple):
    """Who is on the page. person: id of who takes calls there, "" for who calls."""

    name: str
    person: str


def _who(packet: bytes) -> _Hello:
    """Who is at the other end."""
    try:
        told = json.loads(packet)
    except ValueError:
        raise _Rude("it did not say who calls") from None
    if not isinstance(told, dict) or not isinstance(told.get("name"), str):
        raise _Rude("it did not say who calls")
    person = told.get("person", "")
    if not isinstance(person, str):
        raise _Rude("it did not say who takes calls")
    return _Hello(label(told["name"]), label(person))


def _listen(path: Path) -> socket.socket:
    """Raises OSError when there is no place for the socket."""
    if path.is_socket():
        path.unlink()  # left by a daemon that was killed
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
    before = os.umask(0o117)
    try:
        listening.bind(str(path))
        listening.listen(4)
    except OSError:
        listening.close()
        raise
    finally:
        os.umask(before)
    return listening
