"""The stream of a V.253 voice modem: sound, text and signs in one. Sans-IO.

In both directions DLE shields: a byte of sound that happens to be DLE is doubled, <DLE><SUB> stands
for two of them, and DLE with any other character is a sign, such as a key or a hang-up (ITU-T V.253
§9; the signs are those that drivers of others know). Signs come at any time, also between the
answers to commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

DLE = b"\x10"
_TWO_DLE = b"\x1a"
_ETX = "\x03"
_SIGN = re.compile(rb"\x10(.)", re.DOTALL)
_BEGINS = re.compile(rb"\s*(?:CONNECT|VCON)", re.IGNORECASE)
LONGEST_LINE = 256

# What we say with signs.
END_OF_SPEECH = DLE + b"\x03"
FORGET_SPEECH = DLE + b"\x18"
STOP_LISTENING = DLE + b"!"

SAME_KEY_S = 0.1  # modems repeat a key every 70 ms while it is held
KEYS = frozenset("0123456789*#")  # A to D are on no telephone: they are speech taken for keys


@dataclass(frozen=True)
class Text:
    """Bytes of lines."""

    data: bytes


@dataclass(frozen=True)
class Sound:
    """Bytes of sound, without the shield."""

    data: bytes


@dataclass(frozen=True)
class Sign:
    """What follows DLE, as a character of Latin-1."""

    code: str


class Signal(StrEnum):
    """What a sign means for a call."""

    RING = "ring"
    BUSY = "busy tone"
    DIAL_TONE = "dial tone"
    LOOP_BREAK = "the exchange broke the current"
    POLARITY = "the exchange turned the polarity"
    PHONE_LIFTED = "another telephone on the line was picked up"
    SOUND_ENDS = "end of sound"


_SIGNALS = {
    "R": Signal.RING,
    "b": Signal.BUSY,
    "K": Signal.BUSY,
    "d": Signal.DIAL_TONE,
    "i": Signal.DIAL_TONE,
    "l": Signal.LOOP_BREAK,
    "L": Signal.POLARITY,
    "H": Signal.PHONE_LIFTED,
    "P": Signal.PHONE_LIFTED,
    _ETX: Signal.SOUND_ENDS,
}


def signal_of(sign: Sign) -> Signal | None:
    """The signal, or None for keys and for what says nothing to us."""
    return _SIGNALS.get(sign.code)


def shield(sound: bytes) -> bytes:
    """Sound as it has to be sent."""
    return sound.replace(DLE, DLE + DLE)


class Stream:
    """Tells apart what comes from a modem. Bytes may be cut anywhere."""

    def __init__(self) -> None:
        self._cut = b""  # a DLE whose second half has not come yet
        self._expecting = False
        self._sound = False
        self._line = b""
        self._too_long = False  # the rest of such a line is no line of its own

    def expect_sound(self) -> None:
        """The modem was told to record: sound begins behind its CONNECT."""
        self._expecting, self._line, self._too_long = True, b"", False

    def no_sound(self) -> None:
        """Take all that comes for text again, whether or not the modem said that sound is over."""
        self._expecting = self._sound = False
        self._line = b""

    def feed(self, data: bytes) -> list[Text | Sound | Sign]:
        """What came, in its order."""
        told: list[Text | Sound | Sign] = []
        for part in self._unshielded(data):
            if isinstance(part, Sign):
                if self._sound and part.code == _ETX:
                    self._sound = False
                told.append(part)
            else:
                told += self._plain(part)
        return told

    def _unshielded(self, data: bytes) -> Iterator[bytes | Sign]:
        data, self._cut = self._cut + data, b""
        plain, place = b"", 0
        for found in _SIGN.finditer(data):
            plain += data[place : found.start()]
            place = found.end()
            if found[1] in (DLE, _TWO_DLE):
                plain += DLE if found[1] == DLE else DLE + DLE
                continue
            if plain:
                yield plain
            plain = b""
            yield Sign(found[1].decode("latin-1"))
        plain += data[place:]
        if data[place:].endswith(DLE):
            plain, self._cut = plain[:-1], DLE
        if plain:
            yield plain

    def _plain(self, data: bytes) -> Iterator[Text | Sound]:
        if self._sound:
            yield Sound(data)
        elif self._expecting:
            yield from self._opening(data)
        else:
            yield Text(data)

    def _opening(self, data: bytes) -> Iterator[Text | Sound]:
        """Line by line up to CONNECT; what follows it is sound. No line is longer than a line."""
        self._line += data
        while self._expecting and b"\n" in self._line:
            end = self._line.index(b"\n") + 1
            line, self._line = self._line[:end], self._line[end:]
            yield Text(line)
            short = not self._too_long and end <= LONGEST_LINE + 1
            if short and _BEGINS.match(line):
                self._expecting, self._sound = False, True
            self._too_long = False
        self._too_long = self._too_long or len(self._line) > LONGEST_LINE
        if self._sound or self._too_long:
            rest, self._line = self._line, b""
            if rest:
                yield Sound(rest) if self._sound else Text(rest)


class Keys:
    """One key for each press, however the modem tells it.

    Some tell where a key begins and ends and repeat it between (/ 5 5 5 ~), some send bare digits,
    and some tell one press as several. Times are monotonic seconds.
    """

    def __init__(self) -> None:
        self._inside = False
        self._held = ""
        self._last, self._at = "", float("-inf")

    def hear(self, sign: Sign, now: float) -> str:
        """The key that was pressed just now, or ""."""
        match sign.code:
            case "/":
                self._inside, self._held = True, ""
            case "~":
                self._inside, self._at = False, now
            case digit if digit in KEYS:
                return self._digit(digit, now)
        return ""

    def _digit(self, digit: str, now: float) -> str:
        same = digit == self._last and now - self._at < SAME_KEY_S
        held = self._inside and digit == self._held
        self._last, self._at, self._held = digit, now, digit
        return "" if same or held else digit
