"""What an EC25 knows of its network, and what the network does beside calls: diverts, USSD, time.

The diverts lie in the network and outlast the modem. Replies are worded as drivers of others read
them; none was recorded from a real network.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sim.gsm.modem import Ec25

VOICE_DATA_FAX = 7
ALWAYS = 0  # 3GPP 27.007 §7.11
_COVERS = {4: (0, 1, 2, 3), 5: (1, 2, 3)}  # all, and all with a condition


class ModemServices:
    """The network's side of one SIM card, and how it behaves.

    diverts: number by <reason>. refuses: the +CME ERROR to every question about diverts. forgets:
    it takes a divert and does not keep it. takes_s: how long any of it takes. national: numbers
    come back without the country. replies: what codes are answered with, whole +CUSD lines; a code
    that is not named is never answered. codes: every code that came. clock: what +CCLK says.
    """

    def __init__(self, modem: Ec25) -> None:
        self._modem = modem
        self.diverts: dict[int, str] = {}
        self.refuses: int | None = None
        self.forgets = self.national = False
        self.takes_s = 0.05
        self.replies: dict[str, str] = {}
        self.codes: list[str] = []
        self.was_asked = asyncio.Event()
        self.operator = "Simulated"
        self.access, self.technology = 7, "FDD LTE"
        self.ims = "1,1"
        self.clock: datetime | None = None

    # -- diverts ---------------------------------------------------------------------------------

    def divert(self, found: re.Match[str]) -> list[str]:
        reason, mode, number = int(found[1]), int(found[2]), (found[3] or "").strip('"')
        self._modem.later(
            self.takes_s, lambda: self._modem.say_later(0, *self._do(reason, mode, number))
        )
        return []

    def _do(self, reason: int, mode: int, number: str) -> list[str]:
        if self.refuses is not None:
            return [f"+CME ERROR: {self.refuses}"]
        if mode == 2:
            return [*self._listed(self.diverts.get(reason)), "OK"]
        if mode == 3 and not self.forgets:
            self.diverts[reason] = number
        if mode == 4:
            for gone in _COVERS.get(reason, (reason,)):
                self.diverts.pop(gone, None)
        return ["OK"]

    def _listed(self, number: str | None) -> list[str]:
        """One row for all classes while nothing is diverted, one for each while something is."""
        if number is None:
            return [f"+CCFC: 0,{VOICE_DATA_FAX}"]
        shown, kind = ("0" + number[4:], 129) if self.national else (number, 145)
        return [f'+CCFC: 1,1,"{shown}",{kind},,,20', "+CCFC: 0,2"]

    # -- codes, operator, time -------------------------------------------------------------------

    def asked(self, found: re.Match[str]) -> list[str]:
        wide = self._modem.alphabet == "UCS2"
        code = bytes.fromhex(found[1]).decode("utf-16-be") if wide else found[1]
        self.codes.append(code)
        self.was_asked.set()
        if code in self.replies:
            reply = _widened(self.replies[code]) if wide else self.replies[code]
            self._modem.say_later(self.takes_s, *reply.split("\n"))
        return ["OK"]

    def network(self, _found: re.Match[str]) -> list[str]:
        form = self._modem.operator_as
        name = (self.operator, self.operator[:3], "25901")[form]
        return [f'+COPS: 0,{form},"{name}",{self.access}', "OK"]

    def radio(self, _found: re.Match[str]) -> list[str]:
        return [f'+QNWINFO: "{self.technology}","25901","LTE BAND 3",1300', "OK"]

    def over_lte(self, _found: re.Match[str]) -> list[str]:
        return [f'+QCFG: "ims",{self.ims}', "OK"] if self.ims else ["ERROR"]

    def time(self, _found: re.Match[str]) -> list[str]:
        """Local time of a country two hours east, as +CTZU=3 keeps it; 1980 without a network's."""
        if self.clock is None:
            return ['+CCLK: "80/01/06,00:00:12+00"', "OK"]
        local = self.clock.astimezone(UTC) + timedelta(hours=2)
        return [f'+CCLK: "{local:%y/%m/%d,%H:%M:%S}+08"', "OK"]


def _widened(reply: str) -> str:
    """The text in hexadecimal digits of UCS2, where the modem was told to write so (+CSCS)."""
    return re.sub('(?<=")(.*)(?=")', lambda text: text[0].encode("utf-16-be").hex().upper(), reply)


Command = tuple[str, Callable[["Ec25", re.Match[str]], Any]]

COMMANDS: list[Command] = [
    (
        # <number>, <type>, <class>; or with <subaddr> and <satype> before the class, as gammu asks.
        r'\+CCFC=([0-5]),([0-4])(?:,("\+?\d+")?(?:,(?:129|145)?(?:,"",128)?(?:,[17])?)?)?',
        lambda modem, found: modem.services.divert(found),
    ),
    (r'\+CUSD=1,"([^"]+)",15', lambda modem, found: modem.services.asked(found)),
    (r"\+CUSD=[012]", lambda _modem, _found: ["OK"]),
    (r"\+COPS\?", lambda modem, found: modem.services.network(found)),
    (r"\+QNWINFO", lambda modem, found: modem.services.radio(found)),
    (r'\+QCFG="IMS"', lambda modem, found: modem.services.over_lte(found)),
    (r"\+CCLK\?", lambda modem, found: modem.services.time(found)),
    (r"\+CTZU=\d", lambda _modem, _found: ["OK"]),
]
