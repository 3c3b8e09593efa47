"""What the lamps of the front panel show: decided from the state of the box alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Lamp(StrEnum):
    """As box.toml names them."""

    LINE = "line"
    MESSAGE = "message"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Pattern:
    """A lamp is lit for so many seconds of each period."""

    period: float
    lit: float

    def at(self, seconds: float) -> bool:
        """Is the lamp lit at this time, which only ever goes on?"""
        return seconds % self.period < self.lit


OFF = Pattern(1.0, 0.0)
ON = Pattern(1.0, 1.0)
SLOW = Pattern(2.0, 1.0)
FAST = Pattern(0.4, 0.2)


class Sign(StrEnum):
    """What the panel says of the button, in place of the state of the box.

    TEST: it was pressed; all lamps are lit. LONG: let go now, and day and night change. ERASE: let
    go, and press again as `button` says: everything is erased.
    """

    NONE = ""
    TEST = "test"
    LONG = "long"
    ERASE = "erase"


@dataclass(frozen=True)
class BoxState:
    """lines, up: how many there are, and over how many callers reach the box. calls: with it now.

    messages, complaints: to which nobody has listened. closed: by the button. trouble: there is
    something for the owner to mend.
    """

    lines: int = 0
    up: int = 0
    calls: int = 0
    messages: int = 0
    complaints: int = 0
    closed: bool = False
    trouble: bool = False


def shown(state: BoxState, sign: Sign = Sign.NONE) -> dict[Lamp, Pattern]:
    """Each lamp's pattern.

    Line: off while nobody can call, lit when callers are answered, slow while the box is closed by
    its button, fast while somebody calls. Message: lit for messages, slow for complaints that
    nobody has heard. Trouble: slow when something is wrong, fast when nobody can call.
    """
    match sign:
        case Sign.TEST:
            return dict.fromkeys(Lamp, ON)
        case Sign.ERASE:
            return dict.fromkeys(Lamp, FAST)
        case Sign.LONG:
            return {Lamp.LINE: SLOW, Lamp.MESSAGE: OFF, Lamp.TROUBLE: OFF}
        case Sign.NONE:
            pass
    return {
        Lamp.LINE: _line(state),
        Lamp.MESSAGE: SLOW if state.complaints else ON if state.messages else OFF,
        Lamp.TROUBLE: _trouble(state),
    }


def _line(state: BoxState) -> Pattern:
    if state.calls:
        return FAST
    if not state.up:
        return OFF
    return SLOW if state.closed else ON


def _trouble(state: BoxState) -> Pattern:
    if not state.up:
        return FAST
    return SLOW if state.trouble or state.up < state.lines else OFF
