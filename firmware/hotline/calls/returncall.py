"""One call back: a colleague is rung, then the caller, and they are joined. See returning.py."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline.calls.board import Engagement
from hotline.calls.exchange import Exchange
from hotline.calls.leg import Party, cause_of, settled
from hotline.calls.offer import NOT_NOW_KEY, TAKE_KEY, either, key_after, line_failed
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

LOOK_AGAIN_S = 1.0
RING_S = 40.0  # for the caller; a person of the office has ring_seconds of their own
MACHINE_KEY = "2"
LATER = say("Try again in a few minutes.")
_TRIED = {
    Cause.BUSY: Tried.BUSY,
    Cause.REJECTED: Tried.BUSY,
    Cause.NO_ANSWER: Tried.NO_ANSWER,
    Cause.UNREACHABLE: Tried.UNREACHABLE,
}
_SORRY = {
    Tried.BUSY: Prompt.RETURN_BUSY,
    Tried.NO_ANSWER: Prompt.RETURN_NO_ANSWER,
    Tried.UNREACHABLE: Prompt.RETURN_NO_ANSWER,
}


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


class ReturnCall:
    """One call back. id: of its row in the journal, 0 before there is one.

    again: asks anew whether the caller is owed a call. by: who asked for it, if not the colleague.
    is_here: is the caller with the box now?
    """

    def __init__(
        self,
        exchange: Exchange,
        waiting: WaitingList,
        callee: Callee,
        again: Callable[[], Future[Callee]],
        by: str = "",
    ) -> None:
        self._x, self._waiting, self._to, self._again = exchange, waiting, callee, again
        self._by = by
        self.is_here: Callable[[], bool] = lambda: False
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
            raise HotlineError(busy, LATER)
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
            if party is None:
                return
            if await self._still_owed():
                await self._call(party, theirs)
            else:
                self._step("not_called", "Somebody has spoken with the caller meanwhile.")
                await party.play(await self._words(Prompt.WHISPER_TOO_LATE))
        except CallerGone:
            self._step("staff_hung_up", f"{self._who.name} hung up.", person=self._who.id)

    def _open(self) -> None:
        to, now = self._to, self._x.clock.now()
        self.id = self._x.journal.begin(to.line, Caller(to.number, to.name), now, outgoing=True)
        asked = f", as {self._by} asked" if self._by else ""
        words = f"{self._who.name} is rung to call {mask(to.number)} back{asked}."
        self._step("return_asked", words, person=self._who.id, by=self._by)

    async def _colleague(self, mine: _Side) -> Party | None:
        """Rung, told who it is about, and asked for key 1. A voicemail presses nothing."""
        whisper = asyncio.ensure_future(self._whisper())  # when they called has to be spoken first
        try:
            leg = await self._rings(mine, self._who.ring_seconds)
            if isinstance(leg, Cause):
                words = f"{self._who.name} did not take it: {leg}."
                self._step("not_reached", words, person=self._who.id)
                return None
            party = self._pick_up(mine, leg)
            key = await key_after(party, await whisper)
        finally:
            await settled([whisper])
        if key == TAKE_KEY:
            return party
        declined: StepName = "declined" if key == NOT_NOW_KEY else "no_press"
        self._step(declined, f"{self._who.name} did not press 1.", person=self._who.id)
        return None

    async def _still_owed(self) -> bool:
        """Was nobody faster? A disk that does not answer in time stops no call."""
        try:
            async with asyncio.timeout(LOOK_AGAIN_S):
                await asyncio.shield(asyncio.wrap_future(self._again()))
        except HotlineError:
            return False
        except TimeoutError:
            pass
        return True

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
            if mine.gone.done():  # just now: the caller picked up and there is nobody
                raise CallerGone
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
        if self.is_here():
            return Cause.BUSY  # they call us just now
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
        board, tried = self._x.board, set[str]()
        while side.leg is not None and await line_failed(side.leg):
            leg = side.leg
            tried.add(leg.line)
            try:
                side.leg = board.dial_elsewhere(side.engagement, tried, both_ways=True)
            except LineDown:
                await either(leg.answered, leg.gone)
                return
            leg.hang_up()

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
