"""Hunting for a person: round after round by the plan, until somebody takes the call."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Iterable, Sequence

from hotline.calls.call import Call
from hotline.calls.caps import NotConfirmed
from hotline.calls.leg import settled
from hotline.calls.offer import Reached, offer_call, say_last
from hotline.routing.office import Strategy
from hotline.routing.plan import Candidate, Plan, Tier
from hotline.routing.reasons import Reason

ROUND_PAUSE_S = 8.0
NAMES_TOLD = 8  # of a large office, for each reason
BACK_S = 6.0  # a caller who was on hold hears the box so long before the next person is rung


class Hunt:
    """For one caller.

    slot: holds the place among the calls that may be forwarded at once, while somebody is rung and
    once somebody was reached. Who waits takes none: the queue may be longer than what may cost.
    """

    def __init__(self, call: Call, topic: str | None, slot: contextlib.ExitStack) -> None:
        self._call, self._topic, self._slot = call, topic, slot
        self._board = call.exchange.board
        self._overflow = _Overflow(call)
        self._refused: set[str] = set()
        self._waited = False

    async def run(self) -> Reached | None:
        """The plan is asked anew each round: people come free, and shifts end.

        None when nobody can take the call, or too many wait for those who can.
        """
        tell_unconfirmed(self._call, self._plan())
        told: list[str] | None = None
        try:
            while True:
                plan = self._plan()
                told = _explain(self._call, plan, self._topic, told)
                tiers = self._tiers(plan)
                if tiers:
                    reached = await self._round(plan, tiers) or await self._helpers(tiers)
                    if reached:
                        return reached
                wanted = _wanted(self._plan(), self._refused)
                if not wanted:
                    if not self._overflow.now("nobody else can take the call"):
                        self._call.step("nobody", "Nobody can take the call now.")
                        return None
                elif not tiers and self._too_many(wanted):
                    if not self._overflow.now("as many callers wait as may"):
                        self._call.step("queue_full", "As many callers wait already as may wait.")
                        return None
                else:
                    await self._wait(wanted, rang=bool(tiers))
        finally:
            self._board.queue.leave(self._call.ticket)

    def _plan(self) -> Plan:
        return self._call.plan(self._topic, overflows=self._overflow.due())

    def _tiers(self, plan: Plan) -> list[Tier]:
        """Who may be rung by now; nobody while as many calls as allowed are forwarded."""
        if not self._board.caps.may_forward():
            return []
        return _in_turn(self._call, plan.tiers, self._refused)

    def _too_many(self, wanted: frozenset[str]) -> bool:
        """Do as many wait before this caller, who does not yet, as the office wants to wait?"""
        most, before = self._call.office.queue_length, self._board.queue.before
        return bool(most) and not self._waited and before(self._call.ticket, wanted) >= most

    async def _wait(self, wanted: frozenset[str], *, rang: bool) -> None:
        self._board.queue.wait(self._call.ticket, wanted)
        if not rang and not self._waited:
            self._waited = True
            if not self._board.caps.may_forward():
                self._call.step("cap", "As many calls as allowed are being forwarded already.")
            position = self._board.queue.position(self._call.ticket)
            self._call.step("waiting", f"Everybody is busy; the caller is number {position}.")
        await self._board.wait_for_change(min(ROUND_PAUSE_S, self._overflow.left))

    # -- ringing ---------------------------------------------------------------------------------

    async def _round(self, plan: Plan, tiers: Iterable[Tier]) -> Reached | None:
        """Tier after tier; whoever took the call keeps the slot."""
        self._slot.enter_context(self._board.forwarding())
        for filter_name in plan.dropped:
            words = f"Nobody on duty fits the {filter_name}; others are rung."
            self._call.step("dropped", words)
        for tier in tiers:
            reached = await self._ring(tier)
            if reached is not None:
                return reached
        self._slot.close()
        return None

    async def _helpers(self, rung: list[Tier]) -> Reached | None:
        """Others, whose time came in the round: at once, not after those once more."""
        if self._overflow.left > 0:
            return None
        just_now = {candidate.person.id for tier in rung for candidate in tier.candidates}
        plan = self._plan()
        tiers = _in_turn(self._call, plan.tiers, self._refused | just_now)
        return await self._round(plan, tiers) if tiers and self._board.caps.may_forward() else None

    async def _ring(self, tier: Tier) -> Reached | None:
        aside = self._board.only_aside(self._call.leg)
        if tier.strategy is Strategy.ALL and not aside:
            return await self._ring_together(tier.candidates)
        rung = False
        for candidate in tier.candidates:
            if rung and aside:
                await asyncio.sleep(BACK_S)
            if candidate.person.id not in self._present():
                continue
            rung = True
            reached = await offer_call(self._call, candidate, self._topic, self._refused)
            if reached is not None:
                return reached
        return None

    def _present(self) -> set[str]:
        """Ids of whom may be rung by now: a round takes a while, and shifts end in it."""
        tiers = _in_turn(self._call, self._plan().tiers, self._refused)
        return {candidate.person.id for tier in tiers for candidate in tier.candidates}

    async def _ring_together(self, candidates: Sequence[Candidate]) -> Reached | None:
        """All at once; with fewer channels than people, in as many turns as that takes."""
        left = candidates
        while left:
            at_once, present = max(1, self._board.channels()), self._present()
            turn, left = left[:at_once], left[at_once:]
            if reached := await self._ring_all([c for c in turn if c.person.id in present]):
                return reached
        return None

    async def _ring_all(self, candidates: Iterable[Candidate]) -> Reached | None:
        """All at once; the first who presses 1 has it, and the others stop ringing at once."""
        offers = [
            asyncio.create_task(
                offer_call(self._call, one, self._topic, self._refused, alone=False)
            )
            for one in candidates
        ]
        taken: Reached | None = None
        try:
            for next_done in asyncio.as_completed(offers):
                taken = await next_done
                if taken is not None:
                    return taken
            return None
        finally:
            await settled(offers)
            for offer in offers:
                late = result_of(offer)
                if late is not None and late is not taken:
                    send_off(self._call, late)


def result_of(hunt: asyncio.Task[Reached | None]) -> Reached | None:
    """Whom a task that is over has reached; None also where it was cut short."""
    if hunt.cancelled() or hunt.exception() is not None:
        return None
    return hunt.result()


def send_off(call: Call, late: Reached) -> None:
    """The person pressed 1 just when the caller was lost or chose otherwise: tell them so."""
    person = late.engagement.person.id
    call.step("too_late", f"{late.name} pressed 1 a moment too late.", person=person)
    call.exchange.board.behind(say_last(call, late.party, late.release))


def _explain(call: Call, plan: Plan, topic: str | None, told: list[str] | None) -> list[str]:
    """Who is rung now, and why the others are not: at first, and when others are rung than before.

    told: who was rung when it was said last; what is to be handed in next time. Who waits in a
    large office would else write a line whenever anybody there picks up or hangs up.
    """
    rung = [candidate.person.name for tier in plan.tiers for candidate in tier.candidates]
    if told is not None and (not rung or rung == told):
        return told
    reasons: dict[Reason, list[str]] = {}
    for person, reason in call.not_rung(plan, topic):
        reasons.setdefault(reason, []).append(person.name)
    others = {reason: _few(names) for reason, names in reasons.items()}
    words = f"Whom to ring: {', '.join(_few(rung)) or 'nobody'}."
    if others:
        why = "; ".join(f"{', '.join(names)} ({reason})" for reason, names in others.items())
        words += f" Not rung: {why}."
    by_name = {reason.name.lower(): names for reason, names in others.items()}
    call.step("round", words, rung=_few(rung), others=by_name)
    return rung


def _few(names: list[str]) -> list[str]:
    more = len(names) - NAMES_TOLD
    return [*names[:NAMES_TOLD], *([f"+{more}"] if more > 0 else [])]


class _Overflow:
    """When others are rung, too: after the office's time, or where waiting makes no sense."""

    def __init__(self, call: Call) -> None:
        self._call, self._monotonic = call, call.exchange.clock.monotonic
        self._at = self._monotonic() + call.office.overflow_seconds
        self._begun = False

    @property
    def left(self) -> float:
        """Seconds until it is due, without end where there is none to come."""
        soon = bool(self._call.office.helpers) and not self._begun
        return max(0.0, self._at - self._monotonic()) if soon else math.inf

    def due(self) -> bool:
        """Are the others rung by now?"""
        if self.left <= 0:
            self.now(f"nobody took the call in {self._call.office.overflow_seconds} s")
        return self._begun

    def now(self, why: str) -> bool:
        """Begin, if there is anything to begin; False where it was begun before, or is none."""
        if self._begun or not self._call.office.helpers:
            return False
        self._begun = True
        self._call.step("overflow", f"Others are rung, too: {why}.")
        return True


def tell_unconfirmed(call: Call, plan: Plan) -> None:
    """Who would have been rung, had somebody confirmed the number; the office hears of it, too."""
    for person in plan.unconfirmed:
        words = f"{person.name} is on duty, but that number is not confirmed yet: it is not rung."
        call.step("unconfirmed", words, person=person.id)
        call.exchange.board.numbers.refused(person.unconfirmed, NotConfirmed(words))


def _in_turn(call: Call, tiers: Iterable[Tier], refused: set[str]) -> list[Tier]:
    """The tiers without those who refused this call or whom an earlier caller waits for."""
    queue = call.exchange.board.queue

    def free(candidate: Candidate) -> bool:
        person = candidate.person.id
        return person not in refused and queue.may_ring(call.ticket, person)

    left = (Tier(t.level, t.strategy, tuple(filter(free, t.candidates))) for t in tiers)
    return [tier for tier in left if tier.candidates]


def _wanted(plan: Plan, refused: set[str]) -> frozenset[str]:
    """Whom it is worth waiting for: everybody of the plan, free or busy, who did not refuse."""
    free = {candidate.person.id for tier in plan.tiers for candidate in tier.candidates}
    return frozenset((free | {person.id for person in plan.busy}) - refused)
