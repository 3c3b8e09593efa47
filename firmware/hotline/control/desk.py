"""Answers what the page and the commands ask, from the parts of the running daemon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hotline import __version__
from hotline.calls.call import Call
from hotline.calls.call import Step as CallStep
from hotline.calls.exchange import Exchange
from hotline.calls.switchboard import Switchboard
from hotline.control.linedesk import LineDesk
from hotline.control.messages import (
    CallReturned,
    CaseAssign,
    CaseDone,
    CaseHeard,
    CaseNote,
    CaseReopen,
    Done,
    Event,
    LineBalance,
    LineDivert,
    LineDiverted,
    LineTest,
    LineTested,
    LineTone,
    LiveCall,
    Named,
    NextDuty,
    OfficeAnswer,
    OfficeGet,
    OfficePut,
    OfficePutAnswer,
    OnDuty,
    Ring,
    Status,
    StatusAnswer,
    Step,
    TopicName,
    Who,
    WhoAnswer,
    Words,
)
from hotline.control.server import Feed
from hotline.errors import HotlineError
from hotline.lines.port import LineState as PortState
from hotline.routing.campaigns import as_called, campaign_of
from hotline.routing.office import Campaign, Office, Strategy
from hotline.routing.plan import Plan, Tier, plan_for
from hotline.routing.rules import Opening, next_duty, on_duty
from hotline.routing.shifts import duty_ends
from hotline.routing.staff import Load
from hotline.said import Said
from hotline.storage.office import OfficeStore
from hotline.storage.officefile import read_office
from hotline.storage.officewriting import write_office

OPEN = frozenset({Opening.OPEN, Opening.UNTRUSTED})
DISK_PATIENCE_S = 4.0


@dataclass
class FrontDesk:
    """`Desk` of the daemon. trouble, power (and what to do), unsent: asked for each status."""

    exchange: Exchange
    switchboard: Switchboard
    offices: OfficeStore
    started_at: datetime
    trouble: Callable[[], str]
    power: Callable[[], tuple[Said, Said]]
    unsent: Callable[[], int]
    lines: LineDesk
    feed: Feed = field(default_factory=Feed)

    def attach(self) -> None:
        """Listen to calls and lines, so that pages see them live."""
        self.switchboard.listeners.append(self._call_changed)

    def line_changed(self, name: str, state: PortState) -> None:
        """A line came up or went down."""
        self._publish(Event(at=self._now(), kind="line", subject=name, words=state.words))

    # -- questions ---------------------------------------------------------------------------

    async def status(self, ask: Status) -> StatusAnswer:
        """See Desk."""
        now, office = self._now(), self.exchange.office()
        plan = self._plan(office, now, Who())
        coming, power = next_duty(office, now), self.power()
        return StatusAnswer(
            version=__version__,
            started_at=self.started_at,
            now=now,
            office=office.name,
            zone=office.zone.key,
            open=plan.opening in OPEN,
            lines=self.lines.states(),
            live=tuple(_live(call) for call in self.switchboard.live.values()),
            on_duty=tuple(
                OnDuty(person=p.id, name=p.name, until=duty_ends(office, p, now))
                for p in on_duty(office, now)
            ),
            next_duty=coming and NextDuty(at=coming[0], names=tuple(p.name for p in coming[1])),
            trouble=self.trouble(),
            power=power[0],
            power_action=power[1],
            unsent=self.unsent(),
            diverts_left=self.lines.diverts_left(),
            people=tuple(Named(id=p.id, name=p.name) for p in office.people),
            topics=tuple(TopicName(id=t.id, names=t.name) for t in office.topics),
        )

    async def who(self, ask: Who) -> WhoAnswer:
        """See Desk."""
        now, office = ask.at or self._now(), self.exchange.office()
        campaign = campaign_of(office, ask.line, now)
        return answer_of(self._plan(as_called(office, campaign), now, ask), now, campaign)

    async def office_get(self, ask: OfficeGet) -> OfficeAnswer:
        """See Desk."""
        return OfficeAnswer(yaml=self.offices.current() or write_office(self.exchange.office()))

    async def line_test(self, ask: LineTest) -> LineTested:
        """See Desk."""
        tested = await self.lines.test(ask)
        self._publish(Event(at=self._now(), kind="line", subject=ask.line))
        return tested

    async def line_balance(self, ask: LineBalance) -> Words:
        """See Desk."""
        return await self.lines.balance(ask)

    async def line_tone(self, ask: LineTone) -> Words:
        """See Desk."""
        words = await self.lines.tone(ask)
        self._publish(Event(at=self._now(), kind="line", subject=ask.line))
        return words

    async def line_divert(self, ask: LineDivert) -> LineDiverted:
        """See Desk."""
        there = await self.lines.divert(ask)
        self._publish(Event(at=self._now(), kind="line", subject=ask.line))
        return there

    def events(self) -> AsyncGenerator[Event, None]:
        """See Desk."""
        return self.feed.listen()

    # -- changes -----------------------------------------------------------------------------

    async def office_put(self, ask: OfficePut) -> OfficePutAnswer:
        """See Desk."""
        office, warnings = read_office(ask.yaml, "office.yaml")
        await _on_disk(self.offices.save(write_office(office), ask.author, self._now()))
        self._publish(Event(at=self._now(), kind="office", words=f"Changed by {ask.author}."))
        return OfficePutAnswer(warnings=warnings)

    async def case_assign(self, ask: CaseAssign) -> Done:
        """See Desk."""
        if self.exchange.office().person(ask.person) is None:
            raise HotlineError(f"Nobody here is called {ask.person}.", "Choose one of the list.")
        return await self._case(ask.case, self.exchange.cases.assign(ask.case, ask.person))

    async def case_done(self, ask: CaseDone) -> Done:
        """See Desk."""
        if ask.note:
            await _on_disk(self._note(ask.case, ask.by, ask.note))
        return await self._case(ask.case, self.exchange.cases.done(ask.case, self._now()))

    async def case_reopen(self, ask: CaseReopen) -> Done:
        """See Desk."""
        if ask.note:
            await _on_disk(self._note(ask.case, ask.by, ask.note))
        return await self._case(ask.case, self.exchange.cases.reopen(ask.case, self._now()))

    async def case_note(self, ask: CaseNote) -> Done:
        """See Desk."""
        return await self._case(ask.case, self._note(ask.case, ask.by, ask.text))

    async def case_heard(self, ask: CaseHeard) -> Done:
        """See Desk."""
        return await self._case(ask.case, self.exchange.cases.heard(ask.case, self._now()))

    async def call_returned(self, ask: CallReturned) -> Done:
        """See Desk."""
        journal = self.exchange.journal
        await _on_disk(journal.mark_returned(int(ask.call_id), ask.by, self._now()))
        self._publish(Event(at=self._now(), kind="call", subject=str(ask.call_id)))
        return Done()

    # -- helpers of the above ----------------------------------------------------------------

    async def _case(self, number: int, change: Future[Any]) -> Done:
        await _on_disk(change)
        self._publish(Event(at=self._now(), kind="case", subject=str(number)))
        return Done()

    def _note(self, number: int, by: str, text: str) -> Future[Any]:
        """Who wrote it and when stands before it."""
        at = self._now().astimezone(self.exchange.office().zone)
        return self.exchange.cases.note(number, f"{at:%Y-%m-%d %H:%M} {by}: {text}")

    def _call_changed(self, call: Call, step: CallStep) -> None:
        live = _live(call)
        self._publish(
            Event(at=step.at, kind="call", subject=str(call.id), words=step.words, call=live)
        )

    def _publish(self, event: Event) -> None:
        self.feed.publish(event)

    def _plan(self, office: Office, now: datetime, ask: Who) -> Plan:
        board = self.exchange.board
        return plan_for(
            ask.caller,
            office,
            now,
            topic=ask.topic,
            # Who is on the telephone now says nothing of another instant.
            load=Load() if ask.at else board.load(ask.caller, office.zone),
            clock_trusted=self.exchange.clock.trusted(),
        )

    def _now(self) -> datetime:
        return self.exchange.clock.now()


def answer_of(plan: Plan, now: datetime, campaign: Campaign | None) -> WhoAnswer:
    """A plan in the words of the socket; `hotline who` prints the same."""
    why = [f"Nobody fits the {name}; others are rung." for name in plan.dropped]
    why += [f"{person.name} is on the telephone." for person in plan.busy]
    if plan.closure and plan.closure.name:
        why.append(f"Closed: {plan.closure.name}.")
    return WhoAnswer(
        at=now,
        open=plan.opening in OPEN,
        rounds=tuple(ring for tier in plan.tiers for ring in _rings(tier)),
        then=str(plan.fallback),
        why=tuple(why),
        campaign=campaign.name or campaign.id if campaign else "",
    )


def _rings(tier: Tier) -> list[Ring]:
    names = tuple(c.person.name for c in tier.candidates)
    if tier.strategy is Strategy.ALL:
        return [Ring(names=names, seconds=max(c.ring_seconds for c in tier.candidates))]
    return [Ring(names=(c.person.name,), seconds=c.ring_seconds) for c in tier.candidates]


def _live(call: Call) -> LiveCall:
    steps = tuple(
        Step(at=step.at, what=step.what, words=step.words, facts=dict(step.facts))
        for step in call.steps
    )
    return LiveCall(
        id=str(call.id),
        line=call.leg.line,
        caller=call.caller.number or "",
        caller_name=call.caller.name,
        started_at=call.started_at,
        steps=steps,
    )


async def _on_disk(change: Future[Any]) -> object:
    """Wait until a change of the page is stored: the page may wait for the disk, a call may not."""
    work = asyncio.wrap_future(change)
    try:
        async with asyncio.timeout(DISK_PATIENCE_S):
            return await asyncio.shield(work)
    except TimeoutError:
        raise HotlineError(
            "The disk does not take this change now; it will be stored as soon as it can.",
            "See the trouble on the first page.",
        ) from None
