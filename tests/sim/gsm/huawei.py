"""A Huawei stick of the E1xx and K3xxx kind: PCM on its second port, frame for frame."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from tests.sim.gsm.modem import ACTIVE, ALERTING, DIALING, Faults, GsmModem, _Call

NOISE_EVERY_S = 1.0


@dataclass
class HuaweiFaults(Faults):
    """voice: its speech is not locked off. claims: it says that it has speech, true or not.

    early: ^CONN comes before the OK of what was answered. causes: ^CEND says why. tells: this
    firmware can tell keys.
    """

    voice: bool = True
    claims: bool = True
    early: bool = True
    causes: bool = True
    tells: bool = False


class Huawei(GsmModem):
    """See GsmModem. locked_up: it was asked for CHLD before its call rang, and is lost now."""

    model = "huawei"
    maker, product, firmware = "huawei", "E1750", "11.126.03.02.00"
    unknown = "COMMAND NOT SUPPORT"
    faults: HuaweiFaults
    locked_up = False

    def plug(self) -> None:
        self.locked_up = False
        if not isinstance(self.faults, HuaweiFaults):
            self.faults = HuaweiFaults(**vars(self.faults))
        super().plug()
        self._later(NOISE_EVERY_S, self._noise)

    def _noise(self) -> None:
        """It never keeps quiet."""
        self._say("^RSSI:26", "^BOOT:16972234,0,0,0,82")
        self._later(NOISE_EVERY_S, self._noise)

    def _key_line(self, key: str) -> str:
        return f"^DDTMF: {key}"

    def _report(self, one: _Call, state: int | None = None) -> None:
        if not self.faults.reports:
            return
        if state is None and one.state == DIALING:
            self._later(0.01, lambda: self._say(f"^ORIG:{one.index},0"))  # behind the OK
        elif state is None and one.state == ALERTING:
            self._say(f"^CONF:{one.index}")
        elif state is None and one.state == ACTIVE and (not one.incoming or self.faults.early):
            self._say(f"^CONN:{one.index},0")

    def _tell_picked_up(self) -> None:
        super()._tell_picked_up()
        if self.faults.reports and not self.faults.early:
            self._say("^CONN:1,0")

    def _tell_end(self, one: _Call, cause: int) -> None:
        why = f",{cause}" if self.faults.causes else ""
        self._say(f"^CEND:{one.index},1,29{why}")

    def _write(self, data: bytes) -> None:
        if not self.locked_up or data.lstrip().startswith((b"^BOOT", b"^RSSI")):
            super()._write(data)

    def _asked_voice(self, _found: re.Match[str]) -> list[str]:
        return [f"^CVOICE:{0 if self.faults.claims else 1},8000,16,20", "OK"]

    def _sound_on(self, _found: re.Match[str]) -> list[str]:
        if not self.faults.voice or self._call is None:
            return ["COMMAND NOT SUPPORT" if not self.faults.voice else "ERROR"]
        self._pcm = True
        return ["OK"]

    def _asked_tries(self, _found: re.Match[str]) -> list[str]:
        tries = self.faults.pin_tries
        state = "READY," if self._unlocked else f"SIM PIN,{tries}"
        return [f"^CPIN: {state},10,{tries},10,3", "OK"]

    def _tell_keys(self, _found: re.Match[str]) -> list[str]:
        if not self.faults.tells:
            return ["COMMAND NOT SUPPORT"]
        self._tells_keys = True
        return ["OK"]

    def _arranged(self, _found: re.Match[str]) -> list[str]:
        """CHLD: deadly before the other end rings."""
        self.locked_up = self._call is not None and self._call.state == DIALING
        return [] if self.locked_up else ["OK"]

    def _unknown_here(self, _found: re.Match[str]) -> list[str]:
        return ["COMMAND NOT SUPPORT"]

    own: ClassVar[list[tuple[str, Any]]] = [
        (r"\^CVOICE\?", _asked_voice),
        (r"\^DDSETEX=2", _sound_on),
        (r"\^CPIN\?", _asked_tries),
        (r"\^DDTMFCFG=0,1", _tell_keys),
        (r"\+CHLD=.*", _arranged),
        (r"\+CEREG.*|\+CLCC=\d|\+CVHU=.*", _unknown_here),
        (r"\+CLVL=\d", lambda _modem, _found: ["OK"]),
    ]
