"""Reaching a person: ring by the plan until somebody takes the call, then join the two.

The caller hears music all the while and may press * to leave a message or 9 to be called back.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable, Iterable
from pathlib import Path

from hotline.calls.call import Call
from hotline.calls.caps import NotConfirmed
from hotline.calls.leg import cause_of, settled
from hotline.calls.offer import Reached, offer_call, say_too_late
from hotline.errors import CallerGone
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.routing.office import Strategy
from hotline.routing.plan import Candidate, Plan, Tier
from hotline.routing.queue import ticket_for
from hotline.routing.reasons import Reason
from hotline.routing.waiting import in_minutes

MESSAGE_KEY = "*"
CALL_BACK_KEY = "9"
ROUND_PAUSE_S = 8.0
REMIND_EVERY_S = 25.0
BACK_S = 6.0  # a caller who was on hold hears the box so long before the next person is rung


async def reach(call: Call, topic: str | None) -> Reached | str | None:
    """Find a person for the caller within the office's one deadline.

    A person who pressed 1; or the key the caller pressed instead, * or 9; or None when nobody can
    or will take the call. Raises CallerGone, with every leg to the staff ended.
    """
    board = call.exchange.board
    call.ticket = ticket_for(call.office, call.caller.number, topic, call.id)
    if not board.caps.limits.concurrent:
        call.step("cap", "No calls may be forwarded.")
        return None
    with contextlib.ExitStack() as slot:
        if board.only_aside(call.leg):
            await call.say(Prompt.PLEASE_HOLD)  # to its end: then the line is silent for the caller
        hunt = asyncio.create_task(_hunt(call, topic, slot))
        comfort = asyncio.create_task(_comfort(call))
        reached: Reached | None = None
        try:
            await call.party.while_here(_first(hunt, comfort, call.office.total_seconds))
            if hunt.done():
                reached = hunt.result()
            elif comfort.done():
                return comfort.result()
            else:
                call.step("deadline", f"Nobody took it in {call.office.total_seconds} s.")
            return reached
        finally:
            await settled([comfort, hunt])
            late = _result_of(hunt)
            if late is not None and late is not reached:
                _send_off(call, late)


def _parted_words(reached: Reached) -> str:
    if cause_of(reached.party.leg) is Cause.LINE_FAILED:
        return f"The line {reached.party.leg.line} failed and took {reached.name} with it."
    if cause_of(reached.party.leg) is Cause.NO_SOUND:
        return f"No sound arrived from {reached.name}'s phone any more."
    return f"{reached.name} hung up."


async def talk(call: Call, reached: Reached) -> None:
    """Join the caller and the person until either hangs up. Raises CallerGone if the caller did.

    Also if the two were left alone: the call is over then as far as the box can know. A caller who
    hung up just as the person pressed 1 was not spoken with.
    """
    engine = call.exchange.engine
    if call.party.gone.done():
        _send_off(call, reached)
        raise CallerGone
    with contextlib.ExitStack() as then:
        then.callback(reached.release)
        if not reached.joined:
            then.callback(engine.part, call.party.sound, reached.party.sound)
            engine.join(call.party.sound, reached.party.sound)
        _note_talk(call, reached)
        if reached.left_alone:
            reached.party.hang_up()
        ends = {call.party.gone, reached.party.gone}
        with call.exchange.board.forwarding():
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    if call.party.gone.done():
        raise CallerGone
    call.step("staff_hung_up", _parted_words(reached), person=call.ending.person)


def _note_talk(call: Call, reached: Reached) -> None:
    """From here the call counts as spoken, whatever comes."""
    person = reached.engagement.person
    call.ending.person = person.id
    if not reached.left_alone:  # for how long they talk is not known then
        reached.engagement.talks()
    call.exchange.journal.spoken_with(call.id, person.id)
    call.exchange.board.spoken(call.caller.number, person)
    call.step("joined", f"{reached.name} pressed 1; they are talking.", person=person.id)


async def _first(hunt: asyncio.Task[object], comfort: asyncio.Task[object], seconds: int) -> None:
    await asyncio.wait({hunt, comfort}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


def _result_of(hunt: asyncio.Task[Reached | None]) -> Reached | None:
    if hunt.cancelled() or hunt.exception() is not None:
        return None
    return hunt.result()


def _send_off(call: Call, late: Reached) -> None:
    """The person pressed 1 just when the caller was lost or chose otherwise: tell them so."""
    person = late.engagement.person.id
    call.step("too_late", f"{late.name} pressed 1 a moment too late.", person=person)
    call.exchange.board.behind(say_too_late(call, late.party, late.release))


# -- the caller's side ---------------------------------------------------------------------------


async def _comfort(call: Call) -> str:
    """Music with a reminder now and then, until the caller presses * or 9."""
    key = await call.party.ask(await call.words(Prompt.PLEASE_HOLD), 0.0)
    while not _leaves(call, key):
        key = await call.party.linger(call.exchange.comfort.music, REMIND_EVERY_S)
        if key is None:
            key = await call.party.ask(await _reminder(call), 0.0)
    return key or MESSAGE_KEY


async def _reminder(call: Call) -> list[Path]:
    """The place in the queue and the time it may take, if the caller waits, and the ways out."""
    board = call.exchange.board
    position, minutes = (
        board.queue.position(call.ticket),
        in_minutes(board.expected_wait(call.ticket)),
    )
    place = await call.words(Prompt.POSITION, n=position, minutes=minutes) if position else []
    return place + await call.words(Prompt.STILL_WAITING)


def _leaves(call: Call, key: str | None) -> bool:
    return key == MESSAGE_KEY or (key == CALL_BACK_KEY and call.office.callback)


# -- the staff's side ----------------------------------------------------------------------------


async def _hunt(call: Call, topic: str | None, slot: contextlib.ExitStack) -> Reached | None:
    """Ring round after round. The plan is asked anew each time: people come free.

    slot: holds the place among the calls that may be forwarded at once, while somebody is rung and
    once somebody was reached. Who waits takes none: the queue may be longer than what may cost.
    """
    board, refused, waited = call.exchange.board, set[str](), False
    overflow, explained = _Overflow(call), ""
    tell_unconfirmed(call, call.plan(topic))

    def may_ring() -> set[str]:
        """Ids of whom may be rung by now: a round takes a while, and shifts end in it."""
        plan = call.plan(topic, overflows=overflow.due())
        tiers = _in_turn(call, plan.tiers, refused)
        return {candidate.person.id for tier in tiers for candidate in tier.candidates}

    try:
        while True:
            plan = call.plan(topic, overflows=overflow.due())
            explained = _explain(call, plan, topic, explained)
            tiers = _in_turn(call, plan.tiers, refused) if board.caps.may_forward() else []
            if tiers:
                slot.enter_context(board.forwarding())
                _tell_dropped(call, plan)
                reached = await _ring_tiers(call, tiers, topic, refused, may_ring)
                if reached is not None:
                    return reached
                slot.close()
            wanted = _wanted(plan, refused)
            if not wanted and overflow.now("nobody else can take the call"):
                continue
            if not wanted:
                call.step("nobody", "Nobody can take the call now.")
                return None
            if not tiers and not waited and _too_many(call, wanted):
                if overflow.now("as many callers wait as may"):
                    continue
                call.step("queue_full", "As many callers wait already as may wait.")
                return None
            board.queue.wait(call.ticket, wanted)
            if not tiers and not waited:
                waited = True
                position = board.queue.position(call.ticket)
                if not board.caps.may_forward():
                    call.step("cap", "As many calls as allowed are being forwarded already.")
                call.step("waiting", f"Everybody is busy; the caller is number {position}.")
            await board.wait_for_change(min(ROUND_PAUSE_S, overflow.left))
    finally:
        board.queue.leave(call.ticket)


def _explain(call: Call, plan: Plan, topic: str | None, told: str) -> str:
    """Who is rung now, and why the others are not; said again only when it has changed."""
    rung = [candidate.person.name for tier in plan.tiers for candidate in tier.candidates]
    reasons: dict[str, list[str]] = {}
    for person, reason in call.not_rung(plan, topic):
        reasons.setdefault(reason.name.lower(), []).append(person.name)
    others = "; ".join(
        f"{', '.join(names)} ({Reason[why.upper()]})" for why, names in reasons.items()
    )
    words = f"Whom to ring: {', '.join(rung) or 'nobody'}."
    words += f" Not rung: {others}." if others else ""
    if words != told:
        call.step("round", words, rung=rung, others=reasons)
    return words


class _Overflow:
    """When others are rung, too: after the office's time, or where waiting makes no sense."""

    def __init__(self, call: Call) -> None:
        self._call, self._monotonic = call, call.exchange.clock.monotonic
        self._at = self._monotonic() + call.office.overflow_seconds
        self._begun = False

    @property
    def left(self) -> float:
        """Seconds until it is due, without end where there is none to come."""
        soon = bool(self._call.office.overflow) and not self._begun
        return max(0.0, self._at - self._monotonic()) if soon else math.inf

    def due(self) -> bool:
        """Are the others rung by now?"""
        if self.left <= 0:
            self.now(f"nobody took the call in {self._call.office.overflow_seconds} s")
        return self._begun

    def now(self, why: str) -> bool:
        """Begin, if there is anything to begin; False where it was begun before, or is none."""
        if self._begun or not self._call.office.overflow:
            return False
        self._begun = True
        self._call.step("overflow", f"Others are rung, too: {why}.")
        return True


def _too_many(call: Call, wanted: frozenset[str]) -> bool:
    """Do as many wait before this caller, for the same people, as the office wants to wait?"""
    most = call.office.queue_length
    return bool(most) and call.exchange.board.queue.before(call.ticket, wanted) >= most


def _tell_dropped(call: Call, plan: Plan) -> None:
    for filter_name in plan.dropped:
        call.step("dropped", f"Nobody on duty fits the {filter_name}; others are rung.")


def tell_unconfirmed(call: Call, plan: Plan) -> None:
    """Who would have been rung, had somebody confirmed the number; the office hears of it, too."""
    for person in plan.unconfirmed:
        words = f"{person.name} is on duty, but that number is not confirmed yet: it is not rung."
        call.step("unconfirmed", words, person=person.id)
        call.exchange.board.on_refused(person.unconfirmed, NotConfirmed(words))


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


async def _ring_tiers(
    call: Call,
    tiers: Iterable[Tier],
    topic: str | None,
    refused: set[str],
    may_ring: Callable[[], set[str]],
) -> Reached | None:
    """may_ring: asked before each telephone, as the tiers were made when the round began."""
    for tier in tiers:
        reached = await _ring_tier(call, tier, topic, refused, may_ring)
        if reached is not None:
            return reached
    return None


async def _ring_tier(
    call: Call,
    tier: Tier,
    topic: str | None,
    refused: set[str],
    may_ring: Callable[[], set[str]],
) -> Reached | None:
    board, rung = call.exchange.board, False
    if tier.strategy is Strategy.ALL and not board.only_aside(call.leg):
        present = may_ring()
        together = [one for one in tier.candidates if one.person.id in present]
        return await _ring_all(call, together, topic, refused)
    for candidate in tier.candidates:
        if rung and board.only_aside(call.leg):
            await asyncio.sleep(BACK_S)
        if candidate.person.id not in may_ring():
            continue
        rung = True
        reached = await offer_call(call, candidate, topic, refused)
        if reached is not None:
            return reached
    return None


async def _ring_all(
    call: Call, candidates: Iterable[Candidate], topic: str | None, refused: set[str]
) -> Reached | None:
    """All at once; the first who presses 1 has it, and the others stop ringing at once."""
    offers = [
        asyncio.create_task(offer_call(call, c, topic, refused, alone=False)) for c in candidates
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
            late = _result_of(offer)
            if late is not None and late is not taken:
                _send_off(call, late)
