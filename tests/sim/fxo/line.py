"""The exchange's end of an analogue line: how it rings, names the caller, and says that they left.

Tones and cadences as in ITU-T E.180, Supplement 2, for a line of continental Europe.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from tests.sim.g711 import Samples
from tests.sim.sound import FRAME, RATE, Loop, Silence, Sound, Tone, silence


class HangUp(StrEnum):
    """What the line carries when the caller has gone."""

    LOOP_BREAK = "loop break"
    POLARITY = "polarity"
    BUSY = "busy tone"
    DIAL = "dial tone"
    ODD = "a tone of its own"
    NOTHING = "nothing"


class Recall(StrEnum):
    """What an exchange makes of a hook-flash, and of who hangs up with somebody on hold.

    JOINS: holds the caller, and joins him with who was dialled. RINGS_BACK: holds him, and rings
    with him again instead. DROPS: takes a flash for the end of the call.
    """

    NONE = "nothing"
    JOINS = "joins"
    RINGS_BACK = "rings back"
    DROPS = "drops"


@dataclass
class Faults:
    """How line and modem differ from one that works well. Seconds.

    caller_id: "behind the first ring", "before it", "none", "withheld", "out of area" or "rubbish";
    blanks: around its `=`. keys: "pairs", "bare", "thrice" (one press told as three) or "sound"
    (not told). cadence: DRON and DROF are told instead of RING. refuses: voice commands while it
    rings. rings_on: how often it says that it answered, and did not. hears_tones: by its own ear.
    clings: ATZ does not free the line. deaf: it listens and sends nothing. late: seconds by
    command, or "AT+VTX-end" for a final OK. recall: what the exchange makes of a flash.
    tells_flash: the modem takes its own flash for a break of the current.
    """

    hang_up: HangUp = HangUp.LOOP_BREAK
    ring_every: float = 5.0
    caller_id: str = "behind the first ring"
    blanks: bool = True
    name: str = "TEST"
    keys: str = "pairs"
    cadence: bool = False
    refuses: bool = False
    rings_on: int = 0
    hears_tones: bool = False
    split: bool = False
    clings: bool = False
    deaf: bool = False
    hangs: bool = False
    recall: Recall = Recall.NONE
    tells_flash: bool = False
    late: dict[str, float] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)


RING_S = 1.0
TOLD_AFTER_S = 1.3  # from the beginning of the first ring until the caller's number
_BUSY = Loop(np.concatenate([Tone(425).lasting(0.5), silence(0.5)]))
_ODD = Loop(np.concatenate([Tone(550).lasting(0.34), silence(0.34)]))
RINGING = Loop(np.concatenate([Tone(425).lasting(1.0), silence(4.0)]))
_AFTER: dict[HangUp, Sound] = {
    HangUp.LOOP_BREAK: Silence(),
    HangUp.POLARITY: Silence(),
    HangUp.BUSY: _BUSY,
    HangUp.DIAL: Tone(425),
    HangUp.ODD: _ODD,
    HangUp.NOTHING: Silence(),
}


class Abandoned:
    """The sound of a line whose caller has gone."""

    def __init__(self, how: HangUp) -> None:
        self._sound = _AFTER[how]
        self._place = itertools.count(0, FRAME)

    def frame(self) -> Samples:
        """The next 20 ms."""
        return self._sound.at(next(self._place), FRAME)


def caller_id(number: str, faults: Faults) -> list[str]:
    """The lines a modem says of a caller."""
    number = {"withheld": "P", "out of area": "O", "rubbish": "';\\x00AT+1"}.get(
        faults.caller_id, number.lstrip("+") or "P"
    )
    fields = [("DATE", "1122"), ("TIME", "0042"), ("NMBR", number)]
    if faults.name:
        fields.append(("NAME", faults.name))
    between = " = " if faults.blanks else "="
    return [f"{name}{between}{value}" for name, value in fields]


BEAT_S = FRAME / RATE
