"""A modem that does what the standards ask for and carries no sound."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from tests.sim.gsm.modem import GsmModem


class Generic(GsmModem):
    """See GsmModem."""

    has_sound = False

    def _asked_tries(self, _found: re.Match[str]) -> list[str]:
        return [f"+CPINR: SIM PIN,{self.faults.pin_tries},3", "OK"]

    own: ClassVar[list[tuple[str, Any]]] = [
        (r'\+CPINR="SIM PIN"', _asked_tries),
    ]
