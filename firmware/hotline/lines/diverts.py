"""Diverts that the network keeps for one SIM card (+CCFC): set, read back, put back as they were.

One for "not reachable" is what is left of a hotline whose box has died. One of every call sends the
callers straight to a person, past the box. The network is asked seldom, and only while nobody rings
or talks: a question holds the modem's one port for seconds, 30 at most, and who rings meanwhile is
answered after it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hotline.at import commands
from hotline.at.chat import Answer
from hotline.at.commands import Command
from hotline.at.services import Divert, Identity, Reason
from hotline.errors import HotlineError, LineDown
from hotline.lines.atport import AtPort
from hotline.lines.port import Diverted, DivertState
from hotline.numbering import mask, normalise
from hotline.options import Modem
from hotline.said import say, together

log = logging.getLogger(__name__)

LOOK_EVERY_S = 12 * 3600.0  # networks forget, if seldom
LOOK_OFTEN_S = 300.0  # while callers are sent past the box, or still are
FINISH_S = 10.0
FIRST_RETRY_S = 60.0
LONGEST_RETRY_S = 6 * 3600.0
BUSY_LOOK_S = 2.0  # between looks whether the line is idle now
QUIET_S = 5.0  # nobody rang or talked for so long

STANDS = say("When the box is dead, the mobile network sends callers elsewhere.")
NOT_SET = say("The divert for a dead box is not set.")
UNSEEN = say("The divert for a dead box was not looked at yet.")
STRAIGHT = say("The mobile network sends every caller straight on, past the box.")
NOT_STRAIGHT = say("Callers are not sent straight on: the box answers them.")
STILL_STRAIGHT = say("Callers are still sent straight on, although the box should answer them.")

# 3GPP 27.007 §9.2: what asking again does not change.
_REFUSALS = {
    3: say("The operator does not let this SIM card divert calls."),
    4: say("This modem cannot divert calls."),
    132: say("The operator's network does not divert calls."),
    133: say("Diverting calls is not part of this SIM card's plan."),
}
_ASK_OPERATOR = say("Ask the operator of the SIM card to switch call forwarding on.")


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
        raise LineDown(say("There is nowhere to write down what was diverted before."))

    async def forget(self, sim: str, reason: int) -> None:
        """See Memory."""


@dataclass
class _Kept:
    """One divert that is seen to.

    number: where callers are to go; None: as before the box changed it. due: when to look, on the
    loop's clock. told: is anything wanted of it at all? done: for which SIM card it was seen to,
    and when.
    """

    reason: Reason
    number: str | None
    told: bool
    due: float = 0.0
    delay: float = 0.0
    done: tuple[str, float] | None = None
    state: DivertState | None = None

    @property
    def every(self) -> float:
        straight = self.reason is Reason.ALWAYS and self.number
        return LOOK_OFTEN_S if straight else LOOK_EVERY_S

    @property
    def longest(self) -> float:
        return LOOK_OFTEN_S if self.reason is Reason.ALWAYS else LONGEST_RETRY_S


class Diverts:
    """The diverts of one line.

    session: the port while the modem is set up and in a network, else None. idle_for: seconds
    since somebody rang or talked, 0 while somebody does. country: whose national numbers are meant.
    memory: attached by whoever owns the line. sim: the IMSI of the last SIM card seen, "" before.
    """

    def __init__(
        self,
        modem: Modem,
        country: str,
        session: Callable[[], AtPort | None],
        idle_for: Callable[[], float],
    ) -> None:
        self._name, self._country = modem.name, country
        self._session, self._idle_for = session, idle_for
        self.memory: Memory = Nothing()
        self.sim = ""
        self._dead = _Kept(Reason.UNREACHABLE, modem.when_dead, told=True)
        self._straight = _Kept(Reason.ALWAYS, None, told=False)
        if modem.when_dead:
            self._dead.state = DivertState(False, UNSEEN, modem.when_dead)
        self._again = asyncio.Event()
        self._turn = asyncio.Lock()
        self._quiet_s: float | None = None

    def state(self) -> DivertState | None:
        """See MobileLine.divert."""
        return self._dead.state

    def straight(self) -> DivertState | None:
        """See MobileLine."""
        return self._straight.state

    def wish(self, number: str | None) -> None:
        """See MobileLine."""
        kept = self._straight
        if not kept.told or kept.number != number:
            kept.told, kept.number, kept.done, kept.delay = True, number, None, 0.0
            if number is None and kept.state is not None:  # so it stays while the modem is lost
                kept.state = DivertState(False, STILL_STRAIGHT, kept.state.number)
            self._look(kept)

    def look(self) -> None:
        """Look soon: the modem was opened, perhaps with another SIM card."""
        for kept in (self._dead, self._straight):
            self._look(kept)

    async def keep(self) -> None:
        """See to what is wanted, now and later. For ever."""
        while True:
            self._again.clear()
            for kept in (self._dead, self._straight):
                if kept.told and kept.due <= _now():
                    await self._see_to(kept)
            due = min(kept.due for kept in (self._dead, self._straight) if kept.told)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(due - _now(), 0)):
                    await self._again.wait()

    async def order(self, number: str | None) -> None:
        """See MobileLine."""
        kept = self._straight
        try:
            async with self._turn:
                sim = await self._sim()
                await (self.set(kept.reason, number) if number else self._erase(kept.reason))
        except BaseException:
            kept.done = None  # half of it may be done
            self._look(kept)
            raise
        kept.told, kept.number, kept.done = True, number, (sim, _now())
        self._succeeded(kept)

    async def ask(self) -> Diverted:
        """See MobileLine.diverted."""
        async with self._turn:
            return Diverted(
                always=await self._ask_where(Reason.ALWAYS),
                unreachable=await self._ask_where(Reason.UNREACHABLE),
            )

    async def finish(self) -> None:
        """The box stops: do what `wish` asked to undo, as fast as it can. Raises nothing."""
        kept = self._straight
        if not kept.told or kept.number is not None or kept.done:
            return
        self._quiet_s = 0.0
        try:
            async with asyncio.timeout(FINISH_S), self._turn:
                await self.set(kept.reason, None)
        except (HotlineError, TimeoutError) as trouble:
            log.warning("line %s: %s %s", self._name, STILL_STRAIGHT, trouble)

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

    def _look(self, kept: _Kept) -> None:
        kept.due = 0.0
        self._again.set()

    async def _see_to(self, kept: _Kept) -> None:
        """Once, and say when again; what is asked for meanwhile is due at once."""
        kept.due = math.inf
        try:
            async with self._turn:
                await self._done(kept)
            wait, kept.delay = kept.every, 0.0
        except HotlineError as trouble:
            self._failed(kept, trouble)
            kept.delay = min(kept.delay * 2 or FIRST_RETRY_S, kept.longest)
            wait = kept.delay
        except Exception:  # the seam of a line: its calls and texts go on
            log.exception("line %s: a fault of the box with diverts", self._name)
            wait = kept.longest
        kept.due = min(kept.due, _now() + wait)

    async def _done(self, kept: _Kept) -> None:
        sim, now = await self._sim(), _now()
        kept.due = math.inf  # what was asked until here was about this very SIM card
        if kept.done and sim == kept.done[0] and now - kept.done[1] < kept.every / 2:
            return  # the modem was only opened anew
        number = kept.number
        await self.set(kept.reason, number)
        if number == kept.number:
            kept.done = sim, now
            self._succeeded(kept)

    def _succeeded(self, kept: _Kept) -> None:
        words = STRAIGHT if kept.reason is Reason.ALWAYS else STANDS
        kept.state = DivertState(True, words, kept.number) if kept.number else None

    def _failed(self, kept: _Kept, trouble: HotlineError) -> None:
        log.warning("line %s: a divert: %s", self._name, trouble)
        kept.done = None
        why, number = (together(trouble.cause), together(trouble.action)), kept.number
        if number:
            words = NOT_STRAIGHT if kept.reason is Reason.ALWAYS else NOT_SET
            kept.state = DivertState(False, words, number, *why)
        elif kept.reason is Reason.ALWAYS and kept.state is not None:
            kept.state = DivertState(False, STILL_STRAIGHT, kept.state.number, *why)

    async def _erase(self, reason: Reason) -> None:
        """Divert calls of this kind no more, whoever set that up."""
        if await self._ask_where(reason):
            await self._change(reason, "")
        if self.memory.recall(self.sim, reason) is not None:
            await self.memory.forget(self.sim, reason)

    async def _change(self, reason: Reason, number: str) -> None:
        command = commands.divert(reason, number) if number else commands.no_divert(reason)
        await self._ask(command)
        if not self._same(await self._ask_where(reason), number):
            raise Refused(say("The network took the divert and did not keep it."), _ASK_OPERATOR)

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
            raise LineDown(say("The modem does not say which SIM card is in it."))
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
            quiet = QUIET_S if self._quiet_s is None else self._quiet_s
            soon = quiet - self._idle_for()
            if port is not None and port.idle and soon <= 0:
                return port
            await asyncio.sleep(soon if 0 < soon < BUSY_LOOK_S else BUSY_LOOK_S)


def _trouble(answer: Answer) -> HotlineError:
    code = answer.done.code
    if answer.late:
        return LineDown(say("The network did not answer in time."))
    if code in _REFUSALS:
        return Refused(_REFUSALS[code], _ASK_OPERATOR)
    if code is None:
        return LineDown(say("The network did not do it."))
    return LineDown(say("The network did not do it (error %(code)s).", code=code))


def _restorable(number: str) -> str:
    """What a box can set again; a code of the operator's it cannot, and leaves no divert."""
    return number if commands.is_number(number) else ""


def _now() -> float:
    return asyncio.get_running_loop().time()
