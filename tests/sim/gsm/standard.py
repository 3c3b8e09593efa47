"""What any modem is asked by drivers of others, and by our box not: 3GPP 27.005 and 27.007."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sim.gsm.modem import GsmModem

Command = tuple[str, Callable[["GsmModem", re.Match[str]], list[str] | None]]


def _says(*lines: str) -> Callable[[GsmModem, re.Match[str]], list[str]]:
    return lambda _modem, _found: [*lines, "OK"]


def _say_what_rings(modem: GsmModem, found: re.Match[str]) -> None:
    modem.says_what_rings = found[1] == "1"


def _name_operator(modem: GsmModem, found: re.Match[str]) -> None:
    modem.operator_as = int(found[1])


COMMANDS: list[Command] = [
    (r"\+CRC=([01])", _say_what_rings),
    (r"\+CREG=\?", _says("+CREG: (0-2)")),
    (r"\+COPS=3,([0-2])", _name_operator),
    (r"\+CSCA\?", _says('+CSCA: "+37369000000",145')),
    (r"\+CSMS=\?", _says("+CSMS: (0,1)")),
    (r"\+CSMS=[01]", _says("+CSMS: 1,1,1")),
    (r"\+CSMS\?", _says("+CSMS: 1,1,1,1")),
    (r"\+CMGF=\?", _says("+CMGF: (0,1)")),
    (r"\+CNMI=\?", _says("+CNMI: (0-2),(0,1),(0),(0-2),(0,1)")),
]
