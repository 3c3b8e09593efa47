"""What an office's telephone line tells of a call before it is answered. Pure; times are given.

Rings and caller ID come in any order: behind the first ring (Bellcore) or before it (ETSI, UK),
with blanks around `=` or without, with a name or without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ONE_RING_S = 1.5  # signs of a ring within this time are one ring: some ring twice in one turn
FIELDS_END_S = 0.3  # the number and what follows it come in one burst
NO_MORE_RINGS_S = 9.0  # one and a half times the longest cadence, that of North America
LONGEST_NAME = 64

_FIELD = re.compile(r"(DATE|TIME|NMBR|NAME|MESG)\s*=\s*(.*)", re.IGNORECASE)
_CADENCE = re.compile(r"DR(ON|OF)\s*=", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
_NOBODY = ("", "P", "O")  # private, out of area


@dataclass(frozen=True)
class Shown:
    """Who calls, as the exchange says: untrusted. number: None if withheld or not told."""

    number: str | None = None
    name: str = ""


class Ringing:
    """One call that rings, until it is answered or over; then `reset`."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """The next ring is the first of another call."""
        self._rings = 0
        self._ring_at = self._field_at = float("-inf")
        self._number: str | None = None
        self._told = False
        self._name = ""

    def ring(self, now: float) -> None:
        """The line rings."""
        if now - self._ring_at > ONE_RING_S:
            self._rings += 1
        self._ring_at = now

    def line(self, line: str, now: float) -> None:
        """A line of the modem: a part of the caller ID, a cadence, or nothing to us."""
        if _CADENCE.match(line):
            self.ring(now)
        elif field := _FIELD.match(line):
            self._field_at = now
            value = field[2].strip()
            match field[1].upper():
                case "NMBR":
                    self._told = True
                    self._number = value if _NUMBER.fullmatch(value) else None
                case "NAME":
                    self._name = "" if value in _NOBODY else _printable(value)

    def ready(self, now: float) -> Shown | None:
        """Who calls, once it is time to answer: the number was told, or the second ring came.

        Answered before its second ring, a line that tells the number between the first two never
        tells it.
        """
        whole = self._told and now - self._field_at >= FIELDS_END_S
        if self._rings >= 2 or (self._rings and whole):
            return Shown(self._number, self._name)
        return None

    def over(self, now: float) -> bool:
        """Did whoever rang give up?"""
        return now - max(self._ring_at, self._field_at) > NO_MORE_RINGS_S

    @property
    def begun(self) -> bool:
        """Was there a ring, or a caller ID that comes before it?"""
        return bool(self._rings) or self._field_at > float("-inf")


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:LONGEST_NAME].strip()
