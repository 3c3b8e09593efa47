"""RTP as a telephone sends and hears it (RFC 3550, 3551, 4733), every 20 ms, drift-free.

One timer beats for all streams of the process. What arrives is laid out by its RTP timestamps, as
an ideal jitter buffer would play it, and every packet keeps the kernel's time of arrival: what the
test process itself does meanwhile does not blur the measurement.
"""

from __future__ import annotations

import asyncio
import bisect
import itertools
import os
import random
import secrets
import socket
import struct
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from tests.sim import g711, lateness
from tests.sim.g711 import Samples
from tests.sim.sip.message import Address
from tests.sim.sip.sdp import RECVONLY, SENDONLY, SENDRECV, Sdp
from tests.sim.sound import FRAME, RATE, Silence, Sound, dtmf
from tests.sim.track import Track

BEAT = 0.020
PHASES = 4  # streams are spread over the 20 ms, as independent telephones would be
_SO_TIMESTAMPNS = 35  # asm-generic/socket.h; the socket module has no name for it before 3.14
_HEADER = struct.Struct("!BBHII")
_KEYS = {key: event for event, key in enumerate("0123456789*#ABCD")}
_EVENTS = {event: key for key, event in _KEYS.items()}
_RESTART = 10 * RATE  # a timestamp that jumps further than this began a new clock


class Packet(NamedTuple):
    """One RTP packet, in or out. `at` is monotonic seconds; `position` counts samples."""

    at: float
    sequence: int
    position: int
    samples: int
    payload_type: int
    marker: bool
    ssrc: int


class Key(NamedTuple):
    """A key that was heard as an event: when its first packet came, and how long it was held."""

    key: str
    at: float
    seconds: float


@dataclass
class Faults:
    """What goes wrong on the way out. The seed is printed by `str`, as in any failing test.

    late: by how many seconds keys overtake sound, as they do where sound waits in jitter buffers.
    """

    loss: float = 0.0
    jitter: float = 0.0
    late: float = 0.0
    stopped: bool = False
    seed: int = 1
    dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)


class Pacer:
    """The beat of all streams of one event loop; `late` keeps how late each beat came, seconds."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.late: deque[float] = deque(maxlen=200_000)
        self._loop = weakref.ref(loop)
        self._streams: list[list[Stream]] = [[] for _ in range(PHASES)]
        self._timer: asyncio.TimerHandle | None = None
        self._begun, self._beats = 0.0, 0

    @classmethod
    def here(cls) -> Pacer:
        """The pacer of the running loop."""
        loop = asyncio.get_running_loop()
        return _PACERS.setdefault(loop, cls(loop))

    @staticmethod
    def go_first() -> bool:
        """Run this process before all ordinary ones, for measurements on a busy machine.

        Children do not inherit it. False when the system does not allow it.
        """
        try:
            policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
            os.sched_setscheduler(0, policy, os.sched_param(5))
        except PermissionError:
            return False
        return True

    def join(self, stream: Stream) -> None:
        """Beat for this stream too, in the emptiest phase; harmless when repeated."""
        if any(stream in phase for phase in self._streams):
            return
        min(self._streams, key=len).append(stream)
        if self._timer is None:
            self._begun, self._beats = time.monotonic(), 0
            self._arm()

    def leave(self, stream: Stream) -> None:
        """Harmless when repeated."""
        for phase in self._streams:
            if stream in phase:
                phase.remove(stream)
        if self._timer and not any(self._streams):
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        loop = self._loop()
        if loop is not None:
            due = self._begun + (self._beats + 1) * BEAT / PHASES
            self._timer = loop.call_at(due, self._beat)

    def _beat(self) -> None:
        """All beats that are due: after a stall the missed packets follow at once, none is lost."""
        now = time.monotonic()
        while (due := self._begun + (self._beats + 1) * BEAT / PHASES) <= now + 0.0005:
            self._beats += 1
            self.late.append(now - due)
            lateness.note(now - due)
            for stream in tuple(self._streams[self._beats % PHASES]):
                stream.beat()
        if self._timer is not None:
            self._arm()


_PACERS: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Pacer] = weakref.WeakKeyDictionary()


@dataclass
class _Said:
    samples: Samples
    done: asyncio.Future[float]
    offset: int = 0
    at: float = 0.0


@dataclass
class _Pressed:
    key: str
    ticks: int
    done: asyncio.Future[float]
    elapsed: int = 0
    at: float = 0.0


class Stream:
    """Both directions of one call's sound, on one UDP port (symmetric RTP).

    sound: what is said all the time. heard: what arrived. arrived, sent: every sound packet.
    keys: telephone events heard. on_sound: called whenever more has been heard.
    events: the packets of keys. latch: send where packets come from, not where the SDP says, as a
    provider's SBC does.
    """

    def __init__(self, host: str, sound: Sound | None = None, *, latch: bool = False) -> None:
        self.sound: Sound = sound or Silence()
        self.heard, self.spoken = Track(), Track()
        self.arrived: list[Packet] = []
        self.sent: list[Packet] = []
        self.events: list[Packet] = []
        self.keys: list[Key] = []
        self.sources: set[Address] = set()
        self.faults = Faults()
        self.latch = latch
        self.on_sound: list[Callable[[], None]] = []
        self._loop = asyncio.get_running_loop()
        self._rtp, self._rtcp = _port_pair(host)
        self.address: Address = self._rtp.getsockname()[:2]
        self._loop.add_reader(self._rtp.fileno(), self._readable)
        self._loop.add_reader(self._rtcp.fileno(), self._rtcp_readable)
        self._far: Sdp | None = None
        self._to: Address | None = None
        self._sends = self._takes = False
        self._said: deque[_Said] = deque()
        self._pressed: deque[_Pressed] = deque()
        self._pause = 0
        self._ssrc = secrets.randbits(32)
        self._sequence = secrets.randbits(15)
        self._clock = secrets.randbits(30)
        self._position = 0
        self._marker = True
        self._anchor: tuple[int, int, int] | None = None
        self._last_event: tuple[int, int] | None = None
        self._closed = False

    def aim(self, far: Sdp, *, direction: str = SENDRECV) -> None:
        """Talk to the other end as agreed; `direction` is ours."""
        self._far = far
        self._to = None if far.address[0] == "0.0.0.0" or not far.address[1] else far.address
        self._sends = direction in (SENDRECV, SENDONLY)
        self._takes = direction in (SENDRECV, RECVONLY)
        Pacer.here().join(self)

    def close(self) -> None:
        """Stop sending and hearing; what was heard stays. Harmless when repeated."""
        if self._closed:
            return
        self._closed = True
        Pacer.here().leave(self)
        for one in (self._rtp, self._rtcp):
            self._loop.remove_reader(one.fileno())
            one.close()
        for done in [one.done for one in self._said] + [one.done for one in self._pressed]:
            done.cancel()

    def say(self, samples: Samples) -> asyncio.Future[float]:
        """Say this next instead of `sound`; done with the time at which its first packet left."""
        said = _Said(samples, self._loop.create_future())
        self._said.append(said)
        return said.done

    def press(self, key: str, seconds: float = 0.1, pause: float = 0.1) -> asyncio.Future[float]:
        """Press a key, as an event if agreed, else in the sound; done when it is released.

        The result is the time at which the first packet of the key left.
        """
        if self._far is None or self._far.keys is None:
            return self.say(dtmf(key, seconds, pause))
        ticks = max(1, round(seconds / BEAT))
        pressed = _Pressed(key, ticks, self._loop.create_future())
        self._pressed.append(pressed)
        return pressed.done

    def beat(self) -> None:
        """20 ms have passed: one packet."""
        if self._to and self._sends and not self.faults.stopped:
            if self._pressed and not self._pause:
                self._send_event(self._pressed[0])
            else:
                self._pause = max(0, self._pause - 1)
                self._send_sound()
        self._position += FRAME

    def arrived_at(self, position: int) -> float:
        """When the packet with this sample of `heard` came, monotonic seconds."""
        return _time_of(self.arrived, position)

    def sent_at(self, position: int) -> float:
        """When the packet with this sample of what we said left, monotonic seconds."""
        return _time_of(self.sent, position)

    def gaps(self, longer_than: float = 0.040) -> list[tuple[float, float]]:
        """Where neither sound nor key came for longer than that: since when, how long; seconds."""
        return gaps([packet.at for packet in (*self.arrived, *self.events)], longer_than)

    def _send_sound(self) -> None:
        samples = self._next_frame()
        codec = self._far.codecs[0] if self._far else g711.PCMU
        at = self._send(codec, g711.encode(samples, codec), self._position, self._marker)
        self.spoken.put(self._position, samples)
        self.sent.append(
            Packet(at, self._sequence, self._position, FRAME, codec, self._marker, self._ssrc)
        )
        self._marker = False

    def _next_frame(self) -> Samples:
        if not self._said:
            return self.sound.at(self._position, FRAME)
        said = self._said[0]
        said.at = said.at or time.monotonic()
        samples = said.samples[said.offset : said.offset + FRAME]
        said.offset += FRAME
        if said.offset >= len(said.samples):
            self._said.popleft()
            _done(said.done, said.at)
        return np.pad(samples, (0, FRAME - len(samples))) if len(samples) < FRAME else samples

    def _send_event(self, pressed: _Pressed) -> None:
        """One packet of a key; at its release three with the end bit (RFC 4733 2.5.1.4)."""
        first = pressed.elapsed == 0
        pressed.elapsed += 1
        start = self._position - (pressed.elapsed - 1) * FRAME
        duration = pressed.elapsed * FRAME
        ends = pressed.elapsed == pressed.ticks
        event = _KEYS[pressed.key]
        volume = 10 | (0x80 if ends else 0)
        payload = struct.pack("!BBH", event, volume, min(duration, 0xFFFF))
        assert self._far is not None
        assert self._far.keys is not None
        for _ in range(3 if ends else 1):
            at = self._send(self._far.keys, payload, start, first)
            pressed.at = pressed.at or at
        if ends:
            self._pressed.popleft()
            self._pause = 5
            self._marker = True
            _done(pressed.done, pressed.at)

    def _send(self, payload_type: int, payload: bytes, position: int, marker: bool) -> float:
        self._sequence = (self._sequence + 1) & 0xFFFF
        stamp = (self._clock + position) & 0xFFFFFFFF
        second = payload_type | (0x80 if marker else 0)
        packet = _HEADER.pack(0x80, second, self._sequence, stamp, self._ssrc) + payload
        faults = self.faults
        if faults.loss and faults.dice.random() < faults.loss:
            return time.monotonic()
        late = faults.late if payload_type in g711.NAMES else 0.0
        if faults.jitter or late:
            late += faults.dice.uniform(0, faults.jitter)
            self._loop.call_later(late, self._put, packet)
        else:
            self._put(packet)
        return time.monotonic()

    def _put(self, packet: bytes) -> None:
        if self._closed or self._to is None:
            return
        try:
            self._rtp.sendto(packet, self._to)
        except (BlockingIOError, ConnectionRefusedError, PermissionError):
            return  # a full or closed far end loses packets, as any network does

    def _rtcp_readable(self) -> None:
        try:
            self._rtcp.recv(2048)
        except (BlockingIOError, ConnectionRefusedError):
            return

    def _readable(self) -> None:
        grew = False
        offset = time.time() - time.monotonic()
        while not self._closed:
            try:
                data, extras, _, source = self._rtp.recvmsg(2048, 64)
            except (BlockingIOError, ConnectionRefusedError):
                break
            at = _kernel_time(extras)
            grew |= self._take(data, at - offset if at else time.monotonic(), source[:2])
        if grew:
            for heard in tuple(self.on_sound):
                heard()

    def _take(self, data: bytes, at: float, source: Address) -> bool:
        """One packet in; says whether it was sound."""
        if len(data) < _HEADER.size or data[0] >> 6 != 2:
            return False
        first, second, sequence, stamp, ssrc = _HEADER.unpack_from(data)
        body = data[_HEADER.size + 4 * (first & 15) :]
        kind = second & 0x7F
        self.sources.add(source)
        if self.latch:
            self._to = source
        if self._far and kind == self._far.keys:
            self._take_event(body, stamp, at)
            marker = bool(second & 0x80)
            self.events.append(Packet(at, sequence, self.heard.length, 0, kind, marker, ssrc))
            return False
        if kind not in g711.NAMES or not self._takes:
            return False
        samples = g711.decode(body, kind)
        position = self._position_of(stamp, ssrc, at)
        self.heard.put(position, samples)
        self.arrived.append(
            Packet(at, sequence, position, len(samples), kind, bool(second & 0x80), ssrc)
        )
        return True

    def _position_of(self, stamp: int, ssrc: int, at: float) -> int:
        if self._anchor is not None and self._anchor[0] == ssrc:
            _, last_stamp, last = self._anchor
            step = (stamp - last_stamp + 0x80000000) % 0x100000000 - 0x80000000
            if abs(step) < _RESTART and last + step >= 0:
                if step > 0:
                    self._anchor = (ssrc, stamp, last + step)
                return last + step
        place = 0
        if self.arrived:
            before = self.arrived[-1]
            place = max(self.heard.length, before.position + round((at - before.at) * RATE))
        self._anchor = (ssrc, stamp, place)
        return place

    def _take_event(self, body: bytes, stamp: int, at: float) -> None:
        if len(body) < 4:
            return
        event, _, duration = struct.unpack_from("!BBH", body)
        if event not in _EVENTS:
            return
        if self._last_event != (stamp, event):
            self._last_event = (stamp, event)
            self.keys.append(Key(_EVENTS[event], at, duration / RATE))
        else:
            self.keys[-1] = self.keys[-1]._replace(seconds=duration / RATE)


def gaps(times: Sequence[float], longer_than: float = 0.040) -> list[tuple[float, float]]:
    """Pauses longer than that: when each began, and how long it was; seconds."""
    inside = sorted(times)
    pairs = itertools.pairwise(inside)
    return [(before, after - before) for before, after in pairs if after - before > longer_than]


def _time_of(packets: Sequence[Packet], position: int) -> float:
    place = bisect.bisect_right(packets, position, key=lambda packet: packet.position) - 1
    if place < 0:
        raise LookupError(f"no packet carries sample {position}")
    return packets[place].at


def _kernel_time(extras: list[tuple[int, int, bytes]]) -> float:
    for level, kind, data in extras:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("@ll", data[: struct.calcsize("@ll")])
            return float(seconds + nanoseconds * 1e-9)
    return 0.0


def _port_pair(host: str) -> tuple[socket.socket, socket.socket]:
    """An even port for RTP and the next one for RTCP, both free."""
    while True:
        rtp = _udp(host, 0)
        port = rtp.getsockname()[1]
        if port % 2 == 0:
            try:
                return rtp, _udp(host, port + 1)
            except OSError:
                pass  # the neighbour is taken: try another pair
        rtp.close()


def _udp(host: str, port: int) -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        one.setblocking(False)
        one.bind((host, port))
    except OSError:
        one.close()
        raise
    return one


def _done(future: asyncio.Future[float], result: float) -> None:
    if not future.done():
        future.set_result(result)
