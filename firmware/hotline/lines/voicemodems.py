"""What differs from one voice modem to the next: a row for each, no code.

`hw/modems.md` says what was tried, and how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.at.commands import Command


@dataclass(frozen=True)
class VoiceModem:
    """One model.

    set_up: sent in class 8 when the modem is opened; what it refuses, it does without.
    caller_id: sent after each reset and each call, since some forget it. flash: opens the line for
    a moment (hook-flash), None where no source says how. flash_time: sets for how long, given the
    time in 10 ms; "" where it cannot be set.
    """

    words: str
    set_up: tuple[Command, ...]
    caller_id: tuple[Command, ...]
    flash: Command | None = None
    flash_time: str = ""


# No end of a call by inactivity (+VIT, some have 7 s) or by the modem's own ear for silence (+VSD),
# which some ignore and others mishear; rings with their cadence (+VDR).
_COMMON = ("AT+VIT=0", "AT+VDR=1,15", "AT+VGR=128", "AT+VGT=128", "AT+IFC=0,0")


def _commands(*texts: str) -> tuple[Command, ...]:
    return tuple(Command(text) for text in texts)


MODELS: Mapping[str, VoiceModem] = {
    "usr5637": VoiceModem(
        words="USRobotics 5637",
        set_up=_commands(*_COMMON, "AT+VSD=128,0"),
        caller_id=_commands("AT+VCID=1"),
        flash=Command("AT+VTS=!"),
    ),
    "cx930xx": VoiceModem(
        words="modem with a Conexant CX930xx",
        set_up=_commands(*_COMMON, "AT+VSD=0,0", "AT-STE=3"),
        caller_id=_commands("AT-SCID=1", "AT+VCID=1"),
        flash=Command("ATD!"),
        flash_time="ATS29={}",
    ),
    "mt9234": VoiceModem(
        words="Multi-Tech MT9234",
        set_up=_commands(*_COMMON, "AT+VSD=128,0"),
        caller_id=_commands("AT+VCID=1"),
    ),
}
