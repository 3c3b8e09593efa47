"""Diverts that the network keeps for one SIM card (+CCFC): set, read back, put back as they were.

A divert for "not reachable" is what is left of a hotline whose box has died. The network is asked
seldom, and only while nobody rings or talks: a question holds the modem's one port for seconds,
30 at most, and who rings meanwhile is answered after it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Protocol

from hotline.at import commands
from hotline.at.chat import Answer
from hotline.at.commands import Command
from hotline.at.services import Divert, Identity, Reason
from hotline.errors import HotlineError, LineDown
from hotline.lines.atport import AtPort
from hotline.lines.port import DivertState
from hotline.numbering import mask, normalise
from hotline.options import Modem

log = logging.getLogger(__name__)

LOOK_EVERY_S = 12 * 3600.0  # networks forget, if seldom
FIRST_RETRY_S = 60.0
LONGEST_RETRY_S = 6 * 3600.0
BUSY_LOOK_S = 2.0  # between looks whether the line is idle now
QUIET_S = 5.0  # nobody rang or talked for so long

STANDS = "When the box is dead, the mobile network sends callers elsewhere."
NOT_SET = "The divert for a dead box is not set."
UNSEEN = "The divert for a dead box was not looked at yet."

# 3GPP 27.007 §9.2: what asking again does not change.
_REFUSALS = {
    3: "The operator does not let this SIM card divert calls.",
    4: "This modem cannot divert calls.",
    132: "The operator's network does not divert calls.",
    133: "Diverting calls is not part of this SIM card's plan.",
}
_ASK_OPERATOR = "Ask the operator of the SIM card to switch call forwarding on."


class Refused(HotlineError):  # noqa: N818 - it is an answer
    """The network does not do it."""


class Memory(Protocol):
    """What a SIM card diverted before the box changed it; survives a power cut."""

    def recall(self, sim: str, reason: int) -> str | None:
        """The number, "" where there was none; None where the box changed nothing."""

    async def remember(self, sim: str, reason: int, before: str, *, line: str, target: str) -> None:
        """Returns when it is on the disk. before counts the first time only, until forgotten."""

    async def forget(self, sim: str, reason: int) -> None:
        """It was put back."""


class Nothing:
    """`Memory` of a line to which none was given: it changes no divert."""

    def recall(self, sim: str, reason: int) -> str | None:
        """See Memory."""

    async def remember(self, sim: str, reason: int, before: str, *, line: str, target: str) -> None:
        """See Memory."""
        raise LineDown("There is nowhere to write down what was diverted before.")

    async def forget(self, sim: str, reason: int) -> None:
        """See Memory."""


class Diverts:
    """The diverts of one line.

    session: the port while the modem is set up and in a network, else None. idle_for: seconds
    since somebody rang or talked, 0 while somebody does. country: whose national numbers are meant.
    memory: attached by whoever owns the line. sim: the IMSI of the SIM card last seen, "" until then.
    """

    def __init__(
        self,
        modem: Modem,
        country: str,
        session: Callable[[], AtPort | None],
        idle_for: Callable[[], float],
    ) -> None:
        self._name, self._wanted, self._country = modem.name, modem.when_dead, country
        self._session, self._idle_for = session, idle_for
        self.memory: Memory = Nothing()
        self.sim = ""
        self._state: DivertState | None = None
        self._now(False, UNSEEN)
        self._settled: tuple[str, float] | None = None
        self._again = asyncio.Event()

    def state(self) -> DivertState | None:
        """See MobileLine."""
        return self._state

    def look(self) -> None:
        """Look soon: the modem was opened, perhaps with another SIM card."""
        self._again.set()

    async def keep(self) -> None:
        """See to it that what is wanted for a dead box stands. For ever."""
        delay = FIRST_RETRY_S
        while True:
            self._again.clear()
            try:
                await self._see_to_it()
                wait, delay = LOOK_EVERY_S, FIRST_RETRY_S
            except HotlineError as trouble:
                self._failed(trouble)
                wait, delay = delay, min(delay * 2, LONGEST_RETRY_S)
            except Exception:  # the seam of a line: its calls and texts go on
                log.exception("line %s: a fault of the box with diverts", self._name)
                wait = LONGEST_RETRY_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._again.wait()

    async def set(self, reason: Reason, number: str | None) -> None:
        """Divert calls to a number, or as before the box changed it; returns when read back.

        Raises Refused when the network does not want, LineDown when it cannot be asked now.
        """
        sim = await self._sim()
        before = self.memory.recall(sim, reason)
        if number is None and before is None:
            return  # the box changed nothing
        there = await self._ask_where(reason)
        if number is not None and not (before is None and self._same(there, number)):
            first = there if before is None else before
            await self.memory.remember(sim, reason, first, line=self._name, target=number)
        target = _restorable(before or "") if number is None else number
        if not self._same(there, target):
            await self._change(reason, target)
            log.info("line %s: calls go to %s (%s)", self._name, mask(target), reason.name)
        if number is None:
            await self.memory.forget(sim, reason)

    # -- inside --------------------------------------------------------------------------------

    async def _see_to_it(self) -> None:
        sim, now = await self._sim(), asyncio.get_running_loop().time()
        self._again.clear()  # that was about this very SIM card
        if self._settled and sim == self._settled[0] and now - self._settled[1] < LOOK_EVERY_S / 2:
            return  # the modem was only opened anew
        await self.set(Reason.UNREACHABLE, self._wanted)
        self._settled = sim, now
        self._now(True, STANDS)

    def _failed(self, trouble: HotlineError) -> None:
        log.warning("line %s: a divert: %s", self._name, trouble)
        self._settled = None
        self._now(False, NOT_SET, trouble.cause, trouble.action)

    def _now(self, well: bool, words: str, why: str = "", action: str = "") -> None:
        if self._wanted:
            self._state = DivertState(well, words, self._wanted, why, action)

    async def _change(self, reason: Reason, number: str) -> None:
        command = commands.divert(reason, number) if number else commands.no_divert(reason)
        await self._ask(command)
        if not self._same(await self._ask_where(reason), number):
            raise Refused("The network took the divert and did not keep it.", _ASK_OPERATOR)

    async def _ask_where(self, reason: Reason) -> str:
        """Where calls of this kind go now; "" for nowhere."""
        answer = await self._ask(commands.diverts(reason))
        there = [event for event in answer.events if isinstance(event, Divert) and event.voice]
        return next((one.number for one in there if one.active), "")

    def _same(self, one: str, other: str) -> bool:
        """Networks give numbers back in their own way of writing."""
        both = [normalise(number, self._country) or number for number in (one, other)]
        return both[0] == both[1]

    async def _sim(self) -> str:
        """Which SIM card it is: what was before belongs to it, and not to the modem."""
        answer = await self._ask(commands.SUBSCRIBER)
        found = [event.digits for event in answer.events if isinstance(event, Identity)]
        if not found:
            raise LineDown("The modem does not say which SIM card is in it.")
        self.sim = found[0]
        return found[0]

    async def _ask(self, command: Command) -> Answer:
        """Ask once nobody rings or talks."""
        answer = await (await self._quiet_port()).ask(command)
        if not answer.ok:
            raise _trouble(answer)
        return answer

    async def _quiet_port(self) -> AtPort:
        while True:
            port = self._session()
            # Behind another command it might stand before the answer to who rings meanwhile.
            if port is not None and port.idle and self._idle_for() >= QUIET_S:
                return port
            await asyncio.sleep(BUSY_LOOK_S)


def _trouble(answer: Answer) -> HotlineError:
    code = answer.done.code
    if answer.late:
        return LineDown("The network did not answer in time.")
    if code in _REFUSALS:
        return Refused(_REFUSALS[code], _ASK_OPERATOR)
    why = "" if code is None else f" (error {code})"
    return LineDown(f"The network did not do it{why}.")


def _restorable(number: str) -> str:
    """What a box can set again; a code of the operator's it cannot, and leaves no divert."""
    return number if commands.is_number(number) else ""
