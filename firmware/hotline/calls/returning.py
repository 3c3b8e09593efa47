"""Calling a caller back, with the number of the office: two calls, joined by the box.

The colleague is rung first, hears whom it is about and presses 1; only then the caller is called.
Neither sees the other's telephone: both see the office. Only who is owed a call or left a case
that is open can be called, and only what may be dialled at all; the caps hold for both calls.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline.calls.board import Engagement
from hotline.calls.exchange import Exchange
from hotline.calls.leg import Party, cause_of, settled
from hotline.calls.offer import NOT_NOW_KEY, TAKE_KEY, key_after, line_failed
from hotline.errors import CallerGone, HotlineError, LineDown, NumberRefused
from hotline.inbox.outcome import Outcome
from hotline.inbox.step import StepName
from hotline.inbox.waiting import Callee, Tried
from hotline.lines.port import Caller, Cause, Leg
from hotline.media.catalogue import Prompt, came_words
from hotline.numbering import mask
from hotline.routing.office import Person
from hotline.said import Said, say
from hotline.storage.calls import LEG_COST
from hotline.storage.waiting import WaitingList

log = logging.getLogger(__name__)

DISK_PATIENCE_S = 4.0
RING_S = 40.0  # for the caller; a person of the office has ring_seconds of their own
MACHINE_KEY = "2"
_LATER = say("Try again in a few minutes.")
_TRIED = {
    Cause.BUSY: Tried.BUSY,
    Cause.REJECTED: Tried.BUSY,
    Cause.NO_ANSWER: Tried.NO_ANSWER,
    Cause.UNREACHABLE: Tried.UNREACHABLE,
}


class Returning:
    """Calls callers back. Lives on the loop.

    on_line: is this number with the box now? told: told of each call back that is over, by id.
    """

    def __init__(
        self, exchange: Exchange, waiting: WaitingList, on_line: Callable[[str], bool]
    ) -> None:
        self._x, self._waiting, self._on_line = exchange, waiting, on_line
        self._tasks: set[asyncio.Task[None]] = set()
        self.told: Callable[[int], None] = lambda _call_id: None

    async def start(
        self, person: str, *, call_id: int | None = None, case: int | None = None
    ) -> Said:
        """Ring the person (an id), to call back who waits because of this call or left this case.

        Returns at once, with what happens next in one sentence; who had no owner is theirs now.
        Raises HotlineError, and rings nobody, with the reason in plain words.
        """
        who = self._person(person)
        callee = await self._look_up(call_id, case)
        self._begin(who, callee)
        self._claim(callee, who)
        return say("%(person)s is rung now; pick up and press 1.", person=who.name)

    async def text(
        self, person: str, *, call_id: int | None = None, case: int | None = None
    ) -> Said:
        """Send the person the number by text instead, to call from the own telephone.

        Raises HotlineError: nobody waits, the number may not be called, no text can be sent.
        """
        who = self._person(person)
        callee = await self._look_up(call_id, case)
        number = self._x.board.caps.allowed(callee.number)
        self._x.notices.text_callee(self._x.office(), who, number, callee, self._x.clock.now())
        self._claim(callee, who)
        return say("%(person)s gets the number by text.", person=who.name)

    async def close(self) -> None:
        """End every call back; each writes its ending."""
        await settled(tuple(self._tasks))

    async def _look_up(self, call_id: int | None, case: int | None) -> Callee:
        found = asyncio.wrap_future(self._waiting.callee(call_id=call_id, case=case))
        try:
            async with asyncio.timeout(DISK_PATIENCE_S):
                return await asyncio.shield(found)
        except TimeoutError:
            raise HotlineError(
                say("The list cannot be read now, because of the disk."),
                say("See the trouble on the first page."),
            ) from None

    def _claim(self, callee: Callee, who: Person) -> None:
        """Whoever calls back owns it, unless somebody does already. Waits for no disk."""
        if callee.call_id is not None:
            with contextlib.suppress(HotlineError):
                self._waiting.claim(callee.call_id, who.id, self._x.clock.now())

    def _person(self, person: str) -> Person:
        who = self._x.office().person(person)
        if who is None:
            raise HotlineError(
                say("Nobody of the office is called %(person)s.", person=person),
                say("Choose one of the list."),
            )
        if who.number is None:
            raise HotlineError(
                say("The office has no telephone number of %(person)s.", person=who.name),
                say("Add the number to the office first."),
            )
        return who

    def _begin(self, who: Person, callee: Callee) -> None:
        """Everything that can be refused at once, and then both are engaged."""
        board = self._x.board
        number = board.caps.allowed(callee.number)
        if self._on_line(number) or self._on_line(callee.number):
            raise HotlineError(say("This caller is on the line now."), _LATER)
        if not board.caps.may_forward():
            raise HotlineError(say("As many calls as allowed are going out already."), _LATER)
        if not board.can_join_two():
            raise HotlineError(
                say("No two calls that can be joined can go out now."),
                say("Have the number sent by text, and call from your own telephone."),
            )
        back = _Return(self._x, self._waiting, callee)
        try:
            back.engage(who, number)
            task = asyncio.create_task(self._run(back), name=f"call back to {mask(number)}")
        except BaseException:
            back.release()
            raise
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, back: _Return) -> None:
        """The seam of a call back: its fault reaches nothing else."""
        try:
            with self._x.board.forwarding():
                await back.run()
        except Exception:
            log.exception("call back %d failed", back.id)
        finally:
            back.close()
            self.told(back.id)


@dataclass
class _Side:
    """One of the two telephones. party: once it was answered."""

    engagement: Engagement
    leg: Leg | None = None
    party: Party | None = None

    def hang_up(self) -> None:
        try:
            over = self.party or self.leg
            if over is not None:
                over.hang_up()
        finally:
            self.engagement.release()


class _Return:
    """One call back. id: of its row in the journal, 0 before there is one."""

    def __init__(self, exchange: Exchange, waiting: WaitingList, callee: Callee) -> None:
        self._x, self._waiting, self._to = exchange, waiting, callee
        self._sides: list[_Side] = []
        self._tried: Tried | None = None  # None: the caller was not called
        self._talked = False
        self.id = 0

    # -- beginning and ending ------------------------------------------------------------------

    def engage(self, who: Person, number: str) -> None:
        """Take both telephones, so that nobody else rings them. Raises HotlineError."""
        self._take(who, say("%(person)s is on the telephone.", person=who.name))
        caller = Person("", "", number)
        self._take(caller, say("Somebody is calling this number already."))

    def _take(self, person: Person, busy: Said) -> None:
        engagement = self._x.board.engage(person, lambda seconds: self._cost(person, seconds))
        if engagement is None:
            raise HotlineError(busy, _LATER)
        self._sides.append(_Side(engagement))

    def release(self) -> None:
        """Let both telephones go; harmless when repeated."""
        with contextlib.ExitStack() as each:
            for side in self._sides:
                each.callback(side.hang_up)

    def close(self) -> None:
        """Whatever happened: legs ended, people free, the ending written."""
        with contextlib.ExitStack() as then:
            if self.id:
                then.callback(self._write_ending)
            then.callback(self.release)

    def _write_ending(self) -> None:
        now, person = self._x.clock.now(), self._who.id
        spoken = self._tried is Tried.SPOKEN
        if self._talked and not spoken:
            self._x.journal.not_spoken(self.id)
        self._step("ended", "The call back is over.")
        self._x.journal.end(
            self.id,
            now,
            Outcome.SPOKEN if spoken else Outcome.NOT_REACHED,
            person=person if spoken else "",
            topic=self._to.topic,
            case_number=self._to.case_number,
            words="" if spoken else str(self._tried or "the caller was not called"),
        )
        if self._tried is not None:
            self._waiting.attempted(self.id, self._to.number, person, self._tried, now)

    # -- the story -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Ring the colleague; after key 1 the caller; join them. Never raises for a telephone."""
        mine, theirs = self._sides
        self._open()
        try:
            party = await self._colleague(mine)
            if party is not None:
                await self._call(party, theirs)
        except CallerGone:
            self._step("staff_hung_up", f"{self._who.name} hung up.", person=self._who.id)

    def _open(self) -> None:
        to, now = self._to, self._x.clock.now()
        self.id = self._x.journal.begin(to.line, Caller(to.number, to.name), now, outgoing=True)
        words = f"{self._who.name} is rung, to call {mask(to.number)} back."
        self._step("return_asked", words, person=self._who.id)

    async def _colleague(self, mine: _Side) -> Party | None:
        """Rung, told who it is about, and asked for key 1. A voicemail presses nothing."""
        leg = await self._rings(mine, self._who.ring_seconds)
        if isinstance(leg, Cause):
            words = f"{self._who.name} did not take it: {leg}."
            self._step("not_reached", words, person=self._who.id)
            return None
        party = self._pick_up(mine, leg)
        key = await key_after(party, await self._whisper())
        if key == TAKE_KEY:
            return party
        declined: StepName = "declined" if key == NOT_NOW_KEY else "no_press"
        self._step(declined, f"{self._who.name} did not press 1.", person=self._who.id)
        return None

    async def _call(self, mine: Party, theirs: _Side) -> None:
        """The caller is rung while the colleague hears music; a talk, or a sentence why not."""
        self._tried = Tried.NO_ANSWER  # also where the colleague hangs up meanwhile
        self._step("calling_back", f"{self._who.name} pressed 1; calling the caller.")
        comfort = asyncio.ensure_future(self._comfort(mine))
        try:
            leg = await mine.while_here(self._rings(theirs, RING_S, self._to.line))
        finally:
            await settled([comfort])
        if isinstance(leg, Cause):
            self._tried = _TRIED.get(leg, Tried.FAILED)
            self._step("not_called", f"The caller was not reached: {self._tried}.")
            await mine.play(await self._words(_SORRY.get(self._tried, Prompt.LINE_ERROR)))
        else:
            self._tried = Tried.FAILED  # until they are joined
            self._x.journal.over(self.id, leg.line)
            await self._talk(mine, self._pick_up(theirs, leg))

    async def _talk(self, mine: Party, theirs: Party) -> None:
        """Until either hangs up. From here the caller was reached, unless it is a machine."""
        engine, journal = self._x.engine, self._x.journal
        journal.answered(self.id, self._x.clock.now())
        engine.join(mine.sound, theirs.sound)
        self._tried, self._talked = Tried.SPOKEN, True
        journal.spoken_with(self.id, self._who.id)
        self._step("back_answered", f"The caller answered and talks with {self._who.name}.")
        machine = asyncio.ensure_future(self._machine(mine))
        try:
            ends: set[asyncio.Future[Any]] = {mine.gone, theirs.gone}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await settled([machine])
            engine.part(mine.sound, theirs.sound)
        if self._tried is Tried.SPOKEN:
            self._sides[0].engagement.talks()
            self._x.board.spoken(self._to.number, self._who)

    async def _machine(self, mine: Party) -> None:
        """A voicemail answers, too: only who listens can tell, by a key."""
        while await mine.leg.keys.get() != MACHINE_KEY:
            pass
        self._tried = Tried.MACHINE
        self._step("machine", f"{self._who.name} pressed 2: only a machine answered.")

    # -- telephones ----------------------------------------------------------------------------

    async def _rings(self, side: _Side, seconds: float, first: str = "") -> Leg | Cause:
        """Ring until it is answered; or why it was not, and then it rings no more."""
        try:
            side.leg = self._x.board.dial_back(side.engagement, first)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._on_a_line_that_works(side)
        except (LineDown, NumberRefused) as trouble:
            who = side.engagement.person.name or "the caller"
            self._step("not_dialled", f"Calling {who} did not work: {trouble.cause}")
            return Cause.FAILED
        if side.leg.answered.done() and not side.leg.gone.done():
            return side.leg
        why = cause_of(side.leg) or Cause.NO_ANSWER
        side.leg.hang_up()
        return why

    async def _on_a_line_that_works(self, side: _Side) -> None:
        tried: set[str] = set()
        while side.leg is not None and await line_failed(side.leg):
            tried.add(side.leg.line)
            other = self._over_another_line(side.engagement, tried)
            side.leg.hang_up()
            side.leg = other

    def _over_another_line(self, engagement: Engagement, tried: Collection[str]) -> Leg:
        return self._x.board.dial_elsewhere(engagement, tried, both_ways=True)

    def _pick_up(self, side: _Side, leg: Leg) -> Party:
        side.engagement.answered()
        side.party = Party(leg, self._x.engine)
        return side.party

    # -- words ---------------------------------------------------------------------------------

    async def _comfort(self, mine: Party) -> None:
        await mine.sound.play(await self._words(Prompt.RETURN_CALLING))
        await mine.sound.play([self._x.comfort.music], loop=True)

    async def _whisper(self) -> list[Path]:
        office, to = self._x.office(), self._to
        about = office.topic(to.topic) if to.topic else None
        came, now = (at.astimezone(office.zone) for at in (to.came, self._x.clock.now()))
        return await self._words(
            Prompt.RETURN_WHISPER,
            office=office.name,
            topic=about.name.get(office.language, about.id) if about else None,
            case=to.case_number,
            when=came_words(office.language, came, now),
            caller=to.number,
        )

    async def _words(self, prompt: Prompt, **values: object) -> list[Path]:
        return await self._x.prompts.files(self._x.office().language, prompt, **values)

    @property
    def _who(self) -> Person:
        return self._sides[0].engagement.person

    def _cost(self, person: Person, seconds: float) -> None:
        if not self.id:
            return
        whose = {"person": person.id} if person.id else {}
        words = f"{person.name or 'The caller'} was connected for {seconds:.0f} s."
        self._step(LEG_COST, words, seconds=round(seconds, 1), **whose)

    def _step(self, what: StepName, words: str, **facts: object) -> None:
        log.info("call back %d: %s", self.id, words)
        self._x.journal.step(self.id, self._x.clock.now(), what, words, **facts)


_SORRY = {
    Tried.BUSY: Prompt.RETURN_BUSY,
    Tried.NO_ANSWER: Prompt.RETURN_NO_ANSWER,
    Tried.UNREACHABLE: Prompt.RETURN_NO_ANSWER,
}
