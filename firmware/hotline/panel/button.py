"""What somebody means who presses the one button. Pure: it is told edges and instants.

Contacts bounce for 5 to 20 ms; a level counts once it has stayed for SETTLED_S. To erase the box
takes two presses, the second of them as long and as soon as is said here: nobody does it by leaning
on the box.
"""

from __future__ import annotations

from enum import StrEnum

SETTLED_S = 0.03
LONG_S = 2.0
VERY_LONG_S = 10.0
STUCK_S = 30.0  # nobody means anything by more than this
# From letting go of the very long press to pressing again.
PAUSE_S = 2.0
CONFIRM_S = 15.0


class Press(StrEnum):
    """VERY_LONG: asks to erase. CONFIRMED: the long press after it."""

    SHORT = "short"
    LONG = "long"
    VERY_LONG = "very long"
    CONFIRMED = "confirmed"


class Button:
    """One button. Instants are seconds that only ever go on.

    pressed: how it is found; what was pressed before anybody watched means nothing.
    """

    def __init__(self, pressed: bool = False, at: float = 0.0) -> None:
        self._raw, self._raw_at = pressed, at
        self._down, self._down_at = pressed, at
        self._counts = not pressed
        self._asked_at: float | None = None

    def edge(self, pressed: bool, at: float) -> Press | None:
        """The contact has changed. What it ends, if it does; `look` tells the rest."""
        meant = self.look(at)
        if pressed != self._raw:
            self._raw, self._raw_at = pressed, at
        return meant

    def look(self, at: float) -> Press | None:
        """Time has passed: what was pressed, once it is sure."""
        if not self.asks_to_erase(at):
            self._asked_at = None
        if self._raw == self._down or at - self._raw_at < SETTLED_S:
            return None
        began, self._down, self._down_at = self._down_at, self._raw, self._raw_at
        if self._down:
            return None
        counted, self._counts = self._counts, True
        return self._meant(began, self._raw_at) if counted else None

    def held(self, at: float) -> float:
        """For how many seconds it has been pressed; 0 when it is not, or means nothing."""
        return at - self._down_at if self._down and self._counts else 0.0

    def stuck(self, at: float) -> bool:
        """Has it been pressed for longer than anybody would?"""
        return self._down and at - self._down_at >= STUCK_S

    def asks_to_erase(self, at: float) -> bool:
        """Is a long press waited for that erases the box, or under way?"""
        if self._asked_at is None:
            return False
        return self._down or self._raw or at - self._asked_at <= CONFIRM_S

    def _meant(self, began: float, ended: float) -> Press | None:
        held, asked_at = ended - began, self._asked_at
        self._asked_at = None
        if held >= STUCK_S:
            return None
        if asked_at is not None:
            # Whatever else was pressed meanwhile takes the wish back, and is nothing more.
            in_time = PAUSE_S <= began - asked_at <= CONFIRM_S
            return Press.CONFIRMED if in_time and LONG_S <= held < VERY_LONG_S else None
        if held >= VERY_LONG_S:
            self._asked_at = ended
            return Press.VERY_LONG
        return Press.LONG if held >= LONG_S else Press.SHORT
