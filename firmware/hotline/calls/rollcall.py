"""The weekly check of the staff's telephones: a ring, and a key, while they are at work.

A caller who comes meanwhile goes before: the check rings off at once and is made later.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from hotline.calls.board import Engagement
from hotline.calls.call import Call, Step
from hotline.calls.checkcall import CheckCall, engaged
from hotline.calls.exchange import Exchange
from hotline.calls.leg import settled
from hotline.calls.notices import about_office
from hotline.calls.switchboard import Switchboard
from hotline.errors import CallerGone, HotlineError
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.notify.checkwords import about_gone, about_roll_call
from hotline.numbering import mask
from hotline.routing.office import Person
from hotline.routing.rollcall import (
    BETWEEN,
    NumberCheck,
    Result,
    checked,
    next_to_check,
    summary,
    summary_due,
)
from hotline.routing.voicemail import ring_time
from hotline.storage.confirmations import Confirmations
from hotline.storage.numberchecks import NumberChecks

log = logging.getLogger(__name__)

LOOK_S = 60.0
TOLD_AFTER = 2  # checks in a row that found nobody behind a number
_RESULTS = {
    Cause.NO_ANSWER: Result.NO_ANSWER,
    Cause.HUNG_UP: Result.NO_ANSWER,
    Cause.BUSY: Result.BUSY,
    Cause.REJECTED: Result.DECLINED,
    Cause.UNREACHABLE: Result.UNREACHABLE,
    Cause.NO_SUCH_NUMBER: Result.DEAD,
}


@dataclass
class RollCalls:
    """Checks one number at a time. Lives on the loop.

    on_change: told of each result. told: the last week that needs no look any more.
    """

    exchange: Exchange
    checks: NumberChecks
    confirmed: Confirmations
    switchboard: Switchboard
    on_change: Callable[[], None] = lambda: None
    told: date | None = None
    _quiet_until: float = field(default=0.0)

    async def keep(self) -> None:
        """For ever; a disk that refuses is asked again."""
        await self.exchange.board.until_up(LOOK_S)
        while True:
            try:
                await self.look()
            except HotlineError as trouble:
                log.warning("the weekly check of telephones: %s", trouble)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Is somebody to be rung, or a week to be told of? Not by a clock nobody trusts."""
        if not self.exchange.clock.trusted():
            return
        await self._tell_week()
        person = self._next()
        if person is not None:
            await self.check(person)

    def _next(self) -> Person | None:
        """Nobody while a caller is with the box, or came just now."""
        x = self.exchange
        if self.switchboard.live or x.clock.monotonic() < self._quiet_until:
            return None
        office, load = x.office(), x.board.load(None)
        return next_to_check(
            office, x.clock.now(), load.away, load.busy, self.checks.all(), self._confirmed_at
        )

    def _confirmed_at(self, number: str) -> datetime | None:
        held = self.confirmed.of(number)
        return held.at if held else None

    # -- one check -----------------------------------------------------------------------------

    async def check(self, person: Person) -> None:
        """Ring and ask. What came of it stands on the disk before it rings: as unknown."""
        number, now = person.number or "", self.exchange.clock.now()
        before = self.checks.of(number)
        with engaged(self.exchange.board, person) as engagement:
            begun = checked(before, number, now, Result.UNKNOWN)
            await asyncio.wrap_future(self.checks.keep(begun))
            result = await self._unless_a_caller_comes(self._ask(engagement))
        if result is None:
            log.info("the check of %s gives way to a caller", mask(number))
            self._quiet_until = self.exchange.clock.monotonic() + BETWEEN.total_seconds()
            if before is None:
                self.checks.drop(number)
            else:
                self.checks.keep(before)
            return
        self._note(person, checked(before, number, now, result))

    async def _ask(self, engagement: Engagement) -> Result:
        call = CheckCall(self.exchange, engagement)
        try:
            cause = await call.ring(ring_time(engagement.person))
            if cause is not None:
                return _RESULTS.get(cause, Result.UNKNOWN)
            key = None
            with contextlib.suppress(CallerGone):
                if key := await call.key(Prompt.ROLL_CALL):
                    await call.say(Prompt.ROLL_CALL_THANKS)
            return Result.KEY if key else Result.NO_KEY
        except HotlineError as trouble:
            log.info("the check of %s: %s", engagement.person.name, trouble)
            return Result.UNKNOWN
        finally:
            call.close()

    async def _unless_a_caller_comes(self, work: Awaitable[Result]) -> Result | None:
        came = asyncio.Event()

        def hear(_call: Call, _step: Step) -> None:
            came.set()

        listeners = self.switchboard.listeners
        listeners.append(hear)
        tasks = (asyncio.ensure_future(work), asyncio.ensure_future(came.wait()))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return tasks[0].result() if tasks[0].done() else None
        finally:
            listeners.remove(hear)
            await settled(tasks)

    def _note(self, person: Person, check: NumberCheck) -> None:
        log.info("the check of %s: %s", mask(check.number), check.result)
        self.checks.keep(check)
        if check.gone == TOLD_AFTER:
            office = self.exchange.office()
            words = about_gone(check.number, person.name, check.result, about_office(office))
            self.exchange.notices.tell(office, words, supervisor=True)
        self.on_change()

    # -- the week ------------------------------------------------------------------------------

    async def _tell_week(self) -> None:
        """One summary of all numbers, once the week is over."""
        office = self.exchange.office()
        monday = summary_due(office, self.exchange.clock.now())
        if monday is None or monday == self.told:
            return
        found = summary(office, monday, self.checks.all().values())
        new = await asyncio.wrap_future(self.checks.tell(monday))
        self.told = monday
        if new and (found.well or found.others):
            words = about_roll_call(found, about_office(office))
            self.exchange.notices.tell(office, words, supervisor=True)
