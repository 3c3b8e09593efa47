"""Reaching a person: ring by the plan, "press 1 to take it", join the two.

Answered means key 1: a mobile's voicemail looks like an answer on every network. The caller hears
music all the while and may press * to leave a message or 9 to be called back.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from hotline.calls.board import Engagement
from hotline.calls.call import Call
from hotline.calls.leg import Party, cause_of, settled
from hotline.errors import CallerGone, LineDown, NumberRefused
from hotline.lines.port import Cause, Leg
from hotline.media.catalogue import Prompt
from hotline.routing.office import Strategy
from hotline.routing.plan import Candidate, Plan, Tier
from hotline.storage.calls import LEG_COST

TAKE_KEY = "1"
NOT_NOW_KEY = "2"
MESSAGE_KEY = "*"
CALL_BACK_KEY = "9"
KEY_PATIENCE_S = 3.0
WHISPER_PATIENCE_S = 16.0  # after that it was a voicemail, and the caller has waited enough
ROUND_PAUSE_S = 8.0
# What does not change while a caller waits: ringing again would only use up the caps.
HOPELESS = frozenset({Cause.REJECTED, Cause.UNREACHABLE, Cause.LINE_FAILED, Cause.FAILED})
FIRST_SIGN_S = 4.0  # a living line says "trying" within a round trip
REMIND_EVERY_S = 25.0


@dataclass
class Reached:
    """Somebody took the call: on the bridge, and engaged until `release`."""

    engagement: Engagement
    party: Party

    @property
    def name(self) -> str:
        """Whom the caller is speaking with."""
        return self.engagement.person.name

    def release(self) -> None:
        """Let the person go; harmless when repeated."""
        self.party.hang_up()
        self.engagement.release()


async def reach(call: Call, topic: str | None) -> Reached | str | None:
    """Find a person for the caller within the office's one deadline.

    A person who pressed 1; or the key the caller pressed instead, * or 9; or None when nobody can
    or will take the call. Raises CallerGone, with every leg to the staff ended.
    """
    board = call.exchange.board
    if not board.caps.may_forward():
        call.step("cap", "As many calls as allowed are being forwarded already.")
        return None
    with board.forwarding():
        hunt = asyncio.create_task(_hunt(call, topic))
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
    if cause_of(reached.party.leg) is Cause.NO_SOUND:
        return f"No sound arrived from {reached.name}'s phone any more."
    return f"{reached.name} hung up."


async def talk(call: Call, reached: Reached) -> None:
    """Join the caller and the person until either hangs up. Raises CallerGone if the caller did."""
    engine = call.exchange.engine
    engine.join(call.party.sound, reached.party.sound)
    call.ending.person = reached.engagement.person.id
    call.exchange.journal.spoken_with(call.id, reached.engagement.person.id)
    call.exchange.board.spoken(call.caller.number, reached.engagement.person)
    call.step("joined", f"{reached.name} pressed 1; they are talking.", person=call.ending.person)
    ends = {call.party.gone, reached.party.gone}
    try:
        with call.exchange.board.forwarding():
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        engine.part(call.party.sound, reached.party.sound)
        reached.release()
    if call.party.gone.done():
        raise CallerGone
    call.step("staff_hung_up", _parted_words(reached))


async def _first(hunt: asyncio.Task[object], comfort: asyncio.Task[object], seconds: int) -> None:
    await asyncio.wait({hunt, comfort}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


def _result_of(hunt: asyncio.Task[Reached | None]) -> Reached | None:
    if hunt.cancelled() or hunt.exception() is not None:
        return None
    return hunt.result()


def _send_off(call: Call, late: Reached) -> None:
    """The person pressed 1 just when the caller was lost or chose otherwise: tell them so."""
    call.step("too_late", f"{late.name} pressed 1 a moment too late.")
    call.exchange.board.behind(_say_too_late(call, late.party, late.release))


async def _say_too_late(call: Call, party: Party, release: Callable[[], None]) -> None:
    try:
        language = call.office.language
        await party.play(await call.exchange.prompts.files(language, Prompt.WHISPER_TOO_LATE))
    except CallerGone:
        pass  # they had hung up already
    finally:
        release()


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
    """The place in the queue, if the caller waits in it, and the other ways out."""
    position = call.exchange.board.queue.position(call.id)
    place = await call.words(Prompt.POSITION, n=position) if position else []
    return place + await call.words(Prompt.STILL_WAITING)


def _leaves(call: Call, key: str | None) -> bool:
    return key == MESSAGE_KEY or (key == CALL_BACK_KEY and call.office.callback)


# -- the staff's side ----------------------------------------------------------------------------


async def _hunt(call: Call, topic: str | None) -> Reached | None:
    """Ring round after round. The plan is asked anew each time: people come free."""
    board, refused, waited = call.exchange.board, set[str](), False
    try:
        while True:
            plan = call.plan(topic)
            tiers = _in_turn(call, plan.tiers, refused)
            if tiers:
                board.queue.leave(call.id)
                _tell_dropped(call, plan)
                reached = await _ring_tiers(call, tiers, topic, refused)
                if reached is not None:
                    return reached
            wanted = _wanted(plan, refused)
            if not wanted:
                call.step("nobody", "Nobody can take the call now.")
                return None
            board.queue.wait(call.id, wanted)
            if not tiers and not waited:
                waited = True
                position = board.queue.position(call.id)
                call.step("waiting", f"Everybody is busy; the caller is number {position}.")
            await board.wait_for_change(ROUND_PAUSE_S)
    finally:
        board.queue.leave(call.id)


def _tell_dropped(call: Call, plan: Plan) -> None:
    for filter_name in plan.dropped:
        call.step("dropped", f"Nobody on duty fits the {filter_name}; others are rung.")


def _in_turn(call: Call, tiers: Iterable[Tier], refused: set[str]) -> list[Tier]:
    """The tiers without those who refused this call or whom an earlier caller waits for."""
    queue = call.exchange.board.queue

    def free(candidate: Candidate) -> bool:
        person = candidate.person.id
        return person not in refused and queue.may_ring(call.id, person)

    left = (Tier(t.level, t.strategy, tuple(filter(free, t.candidates))) for t in tiers)
    return [tier for tier in left if tier.candidates]


def _wanted(plan: Plan, refused: set[str]) -> frozenset[str]:
    """Whom it is worth waiting for: everybody of the plan, free or busy, who did not refuse."""
    free = {candidate.person.id for tier in plan.tiers for candidate in tier.candidates}
    return frozenset((free | {person.id for person in plan.busy}) - refused)


async def _ring_tiers(
    call: Call, tiers: Iterable[Tier], topic: str | None, refused: set[str]
) -> Reached | None:
    for tier in tiers:
        reached = await _ring_tier(call, tier, topic, refused)
        if reached is not None:
            return reached
    return None


async def _ring_tier(
    call: Call, tier: Tier, topic: str | None, refused: set[str]
) -> Reached | None:
    if tier.strategy is Strategy.ALL:
        return await _ring_all(call, tier.candidates, topic, refused)
    for candidate in tier.candidates:
        reached = await _offer(call, candidate, topic, refused)
        if reached is not None:
            return reached
    return None


async def _ring_all(
    call: Call, candidates: Iterable[Candidate], topic: str | None, refused: set[str]
) -> Reached | None:
    """All at once; the first who presses 1 has it, and the others stop ringing at once."""
    offers = [asyncio.create_task(_offer(call, c, topic, refused)) for c in candidates]
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


async def _offer(
    call: Call, candidate: Candidate, topic: str | None, refused: set[str]
) -> Reached | None:
    """Ring one person and ask for the key. Nobody is rung who is busy on any line."""
    person = candidate.person

    def cost(seconds: float) -> None:
        words = f"{person.name}'s telephone was connected for {seconds:.0f} s."
        call.step(LEG_COST, words, person=person.id, seconds=round(seconds, 1))

    engagement = call.exchange.board.engage(person, cost)
    if engagement is None:
        return None
    offer = _Offer(call, engagement, topic)
    try:
        answer = await offer.make(candidate.ring_seconds)
        if answer is Answer.NEVER:
            refused.add(person.id)
        return offer.reached if answer is Answer.TAKEN else None
    finally:
        offer.close()


class Answer(Enum):
    """What came of ringing one person. NEVER: do not ask again during this call."""

    TAKEN = "taken"
    NOT_REACHED = "not reached"
    NEVER = "never"


class _Offer:
    """One person being rung for one call."""

    def __init__(self, call: Call, engagement: Engagement, topic: str | None) -> None:
        self._call, self._engagement, self._topic = call, engagement, topic
        self._leg: Leg | None = None
        self._party: Party | None = None
        self.reached: Reached | None = None

    @property
    def _name(self) -> str:
        return self._engagement.person.name

    async def make(self, ring_seconds: int) -> Answer:
        """Ring, whisper, hear the key."""
        try:
            leg = self._leg = self._call.exchange.board.dial(self._engagement)
        except (LineDown, NumberRefused) as trouble:
            self._step("not_dialled", f"{self._name} cannot be rung: {trouble.cause}")
            return Answer.NEVER
        self._step("ringing", f"Ringing {self._name}.")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ring_seconds):
                await self._on_a_line_that_works(leg)
        leg = self._leg
        if leg.gone.done() or not leg.answered.done():
            return self._not_reached(leg)
        self._engagement.answered()
        self._party = Party(leg, self._call.exchange.engine)
        return await self._ask_for_key(self._party)

    async def _on_a_line_that_works(self, leg: Leg) -> None:
        """Until the leg is answered or over. A line that fails or is mute gives way to the next."""
        tried: set[str] = set()
        while await _line_failed(leg):
            tried.add(leg.line)
            other = self._over_another_line(tried)
            if other is None:
                await _either(leg.answered, leg.gone)
                return
            leg.hang_up()
            self._step("other_line", f"The line {leg.line} fails; ringing over {other.line}.")
            self._leg = leg = other

    def _over_another_line(self, tried: set[str]) -> Leg | None:
        try:
            return self._call.exchange.board.dial_elsewhere(self._engagement, tried)
        except LineDown:
            return None

    def close(self) -> None:
        """End the leg unless it was taken; somebody who listens to the whisper is told why."""
        if self.reached is not None:
            return
        if self._party is not None and not self._party.gone.done():
            self._call.exchange.board.behind(_say_too_late(self._call, self._party, self._release))
        else:
            self._release()

    def _release(self) -> None:
        if self._party is not None:
            self._party.hang_up()
        elif self._leg is not None:
            self._leg.hang_up()
        self._engagement.release()

    def _not_reached(self, leg: Leg) -> Answer:
        cause = leg.gone.result() if leg.gone.done() else Cause.NO_ANSWER
        self._step("not_reached", f"{self._name} did not take it: {cause}.")
        return Answer.NEVER if cause in HOPELESS else Answer.NOT_REACHED

    async def _ask_for_key(self, party: Party) -> Answer:
        """The whisper; only key 1 takes the call. A voicemail presses nothing."""
        whisper = await _whisper(self._call, self._topic)
        self._step("whisper", f"{self._name}'s phone was picked up; asking for key 1.")
        try:
            key = await self._key_after(party, whisper)
        except CallerGone:
            self._step("not_reached", f"{self._name} hung up without pressing 1.")
            return Answer.NOT_REACHED
        if key == TAKE_KEY:
            self.reached = Reached(self._engagement, party)
            return Answer.TAKEN
        party.hang_up()
        self._party = None  # they know why; `close` has nothing more to tell them
        if key == NOT_NOW_KEY:
            self._step("declined", f"{self._name} pressed 2: not now.")
            return Answer.NEVER
        self._step("no_press", f"Nobody pressed 1 on {self._name}'s phone; a voicemail, perhaps.")
        return Answer.NOT_REACHED

    async def _key_after(self, party: Party, whisper: list[Path]) -> str | None:
        try:
            async with asyncio.timeout(WHISPER_PATIENCE_S):
                while True:
                    key = await party.ask(whisper, KEY_PATIENCE_S)
                    if key in (TAKE_KEY, NOT_NOW_KEY):
                        return key
        except TimeoutError:
            return None

    def _step(self, what: str, words: str) -> None:
        self._call.step(what, words, person=self._engagement.person.id)


async def _line_failed(leg: Leg) -> bool:
    """Wait until the leg is answered, over, or mute for too long. Is that the line's fault?"""
    await _either(leg.taken, leg.gone, within=FIRST_SIGN_S)
    if leg.taken.done():
        await _either(leg.answered, leg.gone)
    if leg.gone.done():
        return leg.gone.result() is Cause.LINE_FAILED
    return not leg.taken.done()


async def _either(*ends: asyncio.Future[Any], within: float | None = None) -> None:
    await asyncio.wait(ends, timeout=within, return_when=asyncio.FIRST_COMPLETED)


async def _whisper(call: Call, topic: str | None) -> list[Path]:
    office = call.office
    about = office.topic(topic) if topic else None
    return await call.exchange.prompts.files(
        office.language,
        Prompt.WHISPER,
        office=office.name,
        topic=about.name.get(office.language, about.id) if about else None,
        caller=call.caller.number,
    )
