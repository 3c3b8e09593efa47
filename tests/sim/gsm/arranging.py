"""Two calls over one modem: held, swapped, joined by the network, or left to each other (+CHLD).

3GPP 22.030 §6.5.5 and 27.007 §7.13. What the operator allows is said by `MobileNetwork`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from tests.sim.g711 import Samples
from tests.sim.sound import FRAME

if TYPE_CHECKING:
    from tests.sim.gsm.modem import GsmModem, _Call

ACTIVE, HELD = 0, 1
REFUSED = ["+CME ERROR: 4"]  # operation not supported


class Arranging:
    """The calls of one modem, towards each other.

    loses_held: the network does not give back who was held: it says OK, and that is all. ok_first:
    it says OK at once, and does it later.
    """

    def __init__(self, modem: GsmModem) -> None:
        self._modem = modem
        self.loses_held = self.ok_first = False

    def carry(self, frame: Samples, came: float | None) -> Samples:
        """A beat: who talks hears the box and the others who talk; who is held hears nothing."""
        talking = [one for one in self._modem.calls if one.state == ACTIVE]
        before = [one.said for one in talking]
        for n, one in enumerate(talking):
            one.said = one.call.carry(_mix(frame, *before[:n], *before[n + 1 :]), came)
        for one in self._modem.calls:
            if one.state == HELD:
                one.call.carry(np.zeros(FRAME, dtype="<i2"))
                one.said = np.zeros(FRAME, dtype="<i2")
        return _mix(*(one.said for one in talking))

    def makes_room(self) -> bool:
        """Who talks is held while the modem dials (3GPP 22.083 §4), where the operator holds."""
        talking = [one for one in self._modem.calls if one.state != HELD]
        return not talking or (self._modem.network.holds and self._swap(talking, []) == ["OK"])

    def arrange(self, found: re.Match[str]) -> list[str]:
        """+CHLD=n: the network takes its time."""
        wanted = found[1]
        modem = self._modem
        if self.ok_first:
            modem.later(modem.network.arranges_s, lambda: self._do(wanted))
            return ["OK"]
        modem.later(modem.network.arranges_s, lambda: modem.say_later(0, *self._do(wanted)))
        return []

    def _do(self, wanted: str) -> list[str]:
        do, which = wanted[0], wanted[1:]
        network, calls = self._modem.network, self._modem.calls
        one = next((one for one in calls if str(one.index) == which), None)
        if which and one is None:
            return REFUSED
        if one is not None and do == "1":
            self._modem.drop(one)
            return ["OK"]
        active = [one for one in calls if one.state != HELD]
        held = [one for one in calls if one.state == HELD]
        if do == "2" and network.holds:
            return self._swap([x for x in active if x is not one], [one] if one else held)
        if do == "0" and held:
            return self._drop(held)
        if do == "1" and active:
            return self._drop(active) and self._swap([], held)
        if do == "3" and network.joins and active and held:
            return self._join(calls)
        if do == "4" and network.transfers and active and held:
            return self._leave(active[0], held[0])
        return REFUSED

    def _drop(self, calls: list[_Call]) -> list[str]:
        for one in calls:
            self._modem.drop(one)
        return ["OK"]

    def _swap(self, to_hold: list[_Call], to_talk: list[_Call]) -> list[str]:
        if any(one.state != ACTIVE for one in to_hold) or not (to_hold or to_talk):
            return REFUSED
        for one in to_hold:
            self._modem.put(one, HELD)
        for one in [] if self.loses_held else to_talk:
            self._modem.put(one, ACTIVE)
        return ["OK"]

    def _join(self, calls: list[_Call]) -> list[str]:
        if any(one.state not in (ACTIVE, HELD) for one in calls):
            return REFUSED
        for one in calls:
            one.joined = True
            self._modem.put(one, ACTIVE)
        return ["OK"]

    def _leave(self, active: _Call, held: _Call) -> list[str]:
        """The modem has no part in it any more."""
        if active.state != ACTIVE:
            return REFUSED
        for one in (active, held):
            self._modem.forget(one)
        self._modem.network.connect(active.call, held.call)
        return ["OK"]


def _mix(*frames: Samples) -> Samples:
    if len(frames) == 1:
        return frames[0]
    mixed = np.sum([frame.astype(np.int32) for frame in frames], axis=0)
    return np.broadcast_to(np.clip(mixed, -32768, 32767), FRAME).astype("<i2")


COMMANDS = [
    (r"\+CHLD=\?", lambda _modem, _found: ["+CHLD: (0,1,1x,2,2x,3,4)", "OK"]),
    (r"\+CHLD=([0-4]|[12][1-7])", lambda modem, found: modem.arranging.arrange(found)),
]
