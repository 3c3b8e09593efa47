"""A SIMCom SIM7600: its sound has to be asked for in each call, and wears out with the first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tests.sim.g711 import Samples
from tests.sim.gsm.modem import ACTIVE, Faults, GsmModem, _Call
from tests.sim.sound import FRAME

GONE_AFTER_S = 0.2


@dataclass
class SimcomFaults(Faults):
    """refuses: how often it says ERROR to CPCMREG=1. ready_after: seconds until its sound is there.

    wide: calls come with 16000 samples a second, whatever it says. restarts: seconds from CRESET to
    its being back; real ones take 14 to 20. bare: END comes without its seconds.
    """

    refuses: int = 0
    ready_after: float = 0.4
    wide: bool = False
    restarts: float = 1.0
    bare: bool = False


class Sim7600(GsmModem):
    """See GsmModem. worn: a call had sound, and it was not restarted since."""

    model = "sim7600"
    maker, product, firmware = "SIMCOM INCORPORATED", "SIMCOM_SIM7600E", "LE20B05SIM7600G22"
    line_end = "\r\r\n"
    faults: SimcomFaults
    worn = False

    def plug(self) -> None:
        if not isinstance(self.faults, SimcomFaults):
            self.faults = SimcomFaults(**vars(self.faults))
        self.worn = False
        super().plug()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self.faults.restarts = -1.0  # it stays away

    @property
    def _frame_bytes(self) -> int:
        return FRAME * 2 * (2 if self.faults.wide else 1)

    def _from_box(self, frame: Samples) -> Samples:
        return frame[::2] if self.faults.wide else frame

    def _to_box(self, frame: Samples) -> Samples:
        if self.worn and not self._fresh:
            frame = np.zeros_like(frame)
        return np.repeat(frame, 2) if self.faults.wide else frame

    def _key_line(self, key: str) -> str:
        return f"+RXDTMF: {key}"

    def _report(self, one: _Call, state: int | None = None) -> None:
        if self.faults.reports and state is None:
            self._say(self._row(one))
            if one.state == ACTIVE:
                self._later(0.01, lambda: self._say("VOICE CALL: BEGIN"))

    def _row(self, one: _Call) -> str:
        kind = 145 if one.call.number.startswith("+") else 129
        return f'+CLCC: {one.index},{int(one.incoming)},{one.state},0,0,"{one.call.number}",{kind}'

    def _tell_end(self, one: _Call, cause: int) -> None:
        if one.state == ACTIVE:
            self._say("VOICE CALL: END" if self.faults.bare else "VOICE CALL: END: 000041")
        elif one.incoming:
            self._say(f"MISSED_CALL: 11:01AM {one.call.number}")
        super()._tell_end(one, cause)

    def _set_sound(self, found: re.Match[str]) -> list[str]:
        if found[1] == "0":
            self._pcm = False
            return ["OK"]
        if self._call is None or self._call.state != ACTIVE or self.faults.refuses:
            self.faults.refuses = max(0, self.faults.refuses - 1)
            return ["ERROR"]
        self._fresh, self.worn = not self.worn, True
        self._later(self.faults.ready_after, self._ready)
        return ["OK"]

    def _ready(self) -> None:
        self._pcm = self._call is not None and self._call.state == ACTIVE

    def _asked_sound(self, _found: re.Match[str]) -> list[str]:
        return [f"+CPCMREG: {int(self._pcm)}", "OK"]

    def _restart(self, _found: re.Match[str]) -> list[str]:
        self._loop.call_later(GONE_AFTER_S, self._vanish)
        return ["OK"]

    def _vanish(self) -> None:
        if self._masters and self.faults.restarts >= 0:
            self.unplug()
            self._loop.call_later(self.faults.restarts, self._back)

    def _back(self) -> None:
        if self.faults.restarts >= 0:
            self.plug()

    def _asked_tries(self, _found: re.Match[str]) -> list[str]:
        return [f"+SPIC: {self.faults.pin_tries},10,0,10", "OK"]

    own: ClassVar[list[tuple[str, Any]]] = [
        (r"\+CPCMREG=([01])(?:,1)?", _set_sound),
        (r"\+CPCMREG\?", _asked_sound),
        (r"\+CRESET", _restart),
        (r"\+SPIC", _asked_tries),
        (r"\+DDET=([01])", GsmModem._set_tones),
        (
            r"\+CPCMFRM=[01]|\+CPCMBANDWIDTH=1,1|\+CMICGAIN=\d|\+COUTGAIN=\d",
            lambda _modem, _found: ["OK"],
        ),
    ]
    _fresh = True
