"""Bytes on the wire between the box and the guardian board; the twin of hw/panel/core/wire.c.

A frame is COBS(version, kind, body, CRC) and a zero byte. A zero byte is never inside, so whoever
lost the thread finds it again at the next one. No I/O; bytes of whatever origin never raise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

VERSION = 1
MOST_BODY = 16
MOST_FRAME = MOST_BODY + 4 + 1  # version, kind, CRC; one byte of COBS; without the zero byte
FROM_BOARD = 0x80


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The box is well. takes_line: the office's line is to go through the box."""

    takes_line: bool


@dataclass(frozen=True, slots=True)
class CycleModem:
    """Take the modem's power away for a moment. number: 1 to 255; the same is done only once."""

    number: int


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The box ends on purpose: the line is the office's, and nobody is to start it by force."""


@dataclass(frozen=True, slots=True)
class Report:
    """How the board is. firmware: its release. relay: the line goes through the box. lost: it hears
    no heartbeat. restarts: of the board while it had power; watchdog: how many of those its own
    watchdog made. pi_cuts: how often it took the box's power away. modem_cycle: the last one's
    number.
    """

    firmware: int
    relay: bool
    modem_off: bool
    pi_off: bool
    lost: bool
    restarts: int
    watchdog: int
    pi_cuts: int
    modem_cycle: int
    uptime_s: int


@dataclass(frozen=True, slots=True)
class Stranger:
    """A whole frame in another version of these words."""

    version: int


Message = Heartbeat | CycleModem | Goodbye | Report | Stranger


def encode(message: Heartbeat | CycleModem | Goodbye | Report) -> bytes:
    """The message as a frame."""
    kind, body = _body(message)
    return frame(VERSION, kind, body)


def frame(version: int, kind: int, body: bytes) -> bytes:
    """These bytes as a frame; body: at most MOST_BODY of them."""
    plain = bytes([version, kind]) + body
    plain += crc(plain).to_bytes(2, "big")
    return b"".join(bytes([len(part) + 1]) + part for part in plain.split(b"\0")) + b"\0"


def crc(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: 0x29B1 of b"123456789"."""
    register = 0xFFFF
    for byte in data:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ 0x1021 if register & 0x8000 else register << 1) & 0xFFFF
    return register


class Reader:
    """Takes bytes as they come."""

    def __init__(self) -> None:
        self._frame = bytearray()
        self._too_long = False

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that these bytes complete; whatever is wrong is left out in silence."""
        for version, kind, body in self.feed_frames(data):
            if version != VERSION:
                yield Stranger(version)
            elif message := _message(kind, body):
                yield message

    def feed_frames(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """The same without looking inside: version, kind and body."""
        for byte in data:
            if byte:
                self._too_long = self._too_long or len(self._frame) >= MOST_FRAME
                if not self._too_long:
                    self._frame.append(byte)
                continue
            plain = b"" if self._too_long else _plain(bytes(self._frame))
            self._frame.clear()
            self._too_long = False
            if len(plain) >= 4 and crc(plain[:-2]) == int.from_bytes(plain[-2:], "big"):
                yield plain[0], plain[1], plain[2:-2]


def _plain(coded: bytes) -> bytes:
    """Undo COBS; nothing when the distances do not add up."""
    parts, at = [], 0
    while at < len(coded):
        distance = coded[at]
        if at + distance > len(coded):
            return b""
        parts.append(coded[at + 1 : at + distance])
        at += distance
    return b"\0".join(parts)


_RELAY, _MODEM_OFF, _PI_OFF, _LOST = 1, 2, 4, 8


def _body(message: Heartbeat | CycleModem | Goodbye | Report) -> tuple[int, bytes]:
    match message:
        case Heartbeat(takes_line):
            return 0x01, bytes([takes_line])
        case CycleModem(number):
            return 0x02, bytes([number])
        case Goodbye():
            return 0x03, b""
        case Report():
            return 0x81, _told(message)


def _told(report: Report) -> bytes:
    pins = _RELAY * report.relay + _MODEM_OFF * report.modem_off
    pins += _PI_OFF * report.pi_off + _LOST * report.lost
    counts = (report.restarts, report.watchdog, report.pi_cuts, report.modem_cycle)
    return bytes([report.firmware, pins, *counts]) + report.uptime_s.to_bytes(4, "big")


def _report(body: bytes) -> Report:
    firmware, pins, restarts, watchdog, pi_cuts, modem_cycle = body[:6]
    return Report(
        firmware,
        bool(pins & _RELAY),
        bool(pins & _MODEM_OFF),
        bool(pins & _PI_OFF),
        bool(pins & _LOST),
        restarts,
        watchdog,
        pi_cuts,
        modem_cycle,
        int.from_bytes(body[6:], "big"),
    )


# By kind: how long its body is, and what it says.
_KINDS: dict[int, tuple[int, Callable[[bytes], Message | None]]] = {
    0x01: (1, lambda body: Heartbeat(body == b"\1") if body <= b"\1" else None),
    0x02: (1, lambda body: CycleModem(body[0]) if body[0] else None),
    0x03: (0, lambda _: Goodbye()),
    0x81: (10, _report),
}


def _message(kind: int, body: bytes) -> Message | None:
    length, read = _KINDS.get(kind, (-1, lambda _: None))
    return read(body) if len(body) == length else None
