"""One call back: a colleague is rung, then the caller, and they are joined. See returning.py."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from hotline.calls import flow
from hotline.calls.board import Engagement
from hotline.calls.call import Call
from hotline.calls.ending import Ending
from hotline.calls.exchange import Exchange
from hotline.calls.intalk import InTalk
from hotline.calls.leg import Party, settled
from hotline.calls.offer import NOT_NOW_KEY, TAKE_KEY, Reached, key_after
from hotline.calls.ringing import Ringing
from hotline.calls.spoken import note_talk
from hotline.errors import CallerGone, HotlineError, LineDown, NumberRefused
from hotline.inbox.outcome import Outcome
from hotline.inbox.step import StepName
from hotline.inbox.waiting import Callee, Tried
from hotline.lines.port import Caller, Cause, Leg
from hotline.media.catalogue import Prompt, came_words
from hotline.numbering import mask
from hotline.routing.office import Office, Person
from hotline.routing.voicemail import ring_time
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
    Cause.NO_SUCH_NUMBER: Tried.UNREACHABLE,
}
_SORRY = {
    Tried.BUSY: Prompt.RETURN_BUSY,
    Tried.NO_ANSWER: Prompt.RETURN_NO_ANSWER,
    Tried.UNREACHABLE: Prompt.RETURN_NO_ANSWER,
}


@dataclass
class _Side:
    """One of the two telephones. party: once it was answered. talks: the talk lets it go."""

    engagement: Engagement
    ringing: Ringing | None = None
    party: Party | None = None
    talks: bool = False

    def hang_up(self) -> None:
        if self.talks:
            return
        try:
            if over := self.party or (self.ringing and self.ringing.leg):
                over.hang_up()
        finally:
            self.engagement.release()


@dataclass(eq=False)
class _Here(Reached):
    """Somebody who is with the box already and goes back to what they did: not hung up."""

    goes_back: Callable[[], None] = lambda: None

    def release(self) -> None:
        try:
            self.engagement.release()
        finally:
            self.goes_back()


class ReturnCall:
    """One call back. id: of its row in the journal, 0 before there is one.

    again: asks anew whether the caller is owed a call. by: who asked for it, if not the colleague.
    in_turn: nobody did; it is the caller's turn. here: the colleague, if they are with the box
    already: they are neither rung nor hung up. let_go: when they have nothing to do with it any
    more; the caller may still talk with somebody else.
    is_here: is the caller with the box now?
    """

    def __init__(
        self,
        exchange: Exchange,
        waiting: WaitingList,
        callee: Callee,
        again: Callable[[], Future[Callee]],
        by: str = "",
        *,
        in_turn: bool = False,
        here: Party | None = None,
    ) -> None:
        self._x, self._waiting, self._to, self._again = exchange, waiting, callee, again
        self._by, self._in_turn, self._here = by, in_turn, here
        self.is_here: Callable[[], bool] = lambda: False
        self._sides: list[_Side] = []
        self._tried: Tried | None = None
        self._dialled = False
        self._caller: Call | None = None  # once they have answered
        self.let_go = asyncio.Event()
        self.id = 0

    @property
    def tried(self) -> Tried | None:
        """What came of it; None where the caller was not called, for caps or lines either."""
        return self._tried if self._dialled else None

    # -- beginning and ending ------------------------------------------------------------------

    def engage(self, who: Person, number: str) -> None:
        """Take both telephones, so that nobody else rings them. Raises HotlineError."""
        if self._here is not None:  # whatever telephone they use; some have none of their own
            who = replace(who, number=who.number or f"of {who.id}")
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
            then.callback(self.let_go.set)
            if self.id:
                then.callback(self._write_ending)
            if self._caller is not None:
                then.callback(self._x.board.queue.hang_up, self._caller.ticket)
            then.callback(self.release)

    def _write_ending(self) -> None:
        now, ending = self._x.clock.now(), self._caller.ending if self._caller else Ending()
        spoken = self._tried is Tried.SPOKEN
        if self._caller is not None and not spoken:
            self._x.journal.not_spoken(self.id)
        self._step("ended", "The call back is over.")
        left = ending.outcome if ending.case_kind else Outcome.NOT_REACHED
        self._x.journal.end(
            self.id,
            now,
            Outcome.SPOKEN if spoken else left,
            person=(ending.person or self._who.id) if spoken else "",
            topic=self._to.topic,
            case_number=ending.case_number or self._to.case_number,
            words="" if spoken else str(self._tried or "the caller was not called"),
        )
        if self._tried is not None:
            self._waiting.attempted(self.id, self._to.number, self._who.id, self._tried, now)

    # -- the story -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Ring the colleague; after key 1 the caller; join them. Never raises for a telephone."""
        mine, theirs = self._sides
        self._open()
        try:
            party = self._here or await self._colleague(mine)
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
        asked += ": it is the caller's turn" if self._in_turn else ""
        rung = "is with the box" if self._here else "is rung"
        words = f"{self._who.name} {rung} to call {mask(to.number)} back{asked}."
        self._step("return_asked", words, person=self._who.id, by=self._by)

    async def _colleague(self, mine: _Side) -> Party | None:
        """Rung, told who it is about, and asked for key 1. A voicemail presses nothing."""
        whisper = asyncio.ensure_future(self._whisper())  # when they called has to be spoken first
        try:
            leg = await self._rings(mine, ring_time(self._who))
            if isinstance(leg, Cause):
                words = f"{self._who.name} did not take it: {leg}."
                self._step("not_reached", words, person=self._who.id)
                if leg is Cause.NO_ANSWER:
                    self._was_there(False)
                return None
            party = self._pick_up(mine, leg)
            key = await key_after(party, await whisper)
        finally:
            await settled([whisper])
        if key != NOT_NOW_KEY:
            self._was_there(key == TAKE_KEY)
        if key == TAKE_KEY:
            return party
        declined: StepName = "declined" if key == NOT_NOW_KEY else "no_press"
        self._step(declined, f"{self._who.name} did not press 1.", person=self._who.id)
        return None

    def _was_there(self, taken: bool) -> None:
        """It counts for who was rung without having asked for it."""
        if self._in_turn:
            self._x.board.staff.rung(self._who, taken)

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
            self._dialled = theirs.ringing is not None
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
        """Until it is over. From here the caller was reached, unless it is a machine.

        The colleague has the keys of every talk; a caller whom they leave on hold is led on.
        """
        me = self._sides[0]
        self._x.journal.answered(self.id, self._x.clock.now())
        call = self._caller = self._called(theirs)
        me.talks = True
        reached = Reached(me.engagement, mine)
        if self._here is not None:
            reached = _Here(me.engagement, mine, goes_back=self.let_go.set)
        talk = InTalk(call, reached, note=self._note, on_key=self._pressed)
        stays = True
        try:
            stays = await talk.run()
        except CallerGone:
            pass
        finally:
            self._came_of_talk(call, stays=stays)
            talk.release()
        if not stays:
            await flow.go_on(call)
            if call.ending.person:
                self._tried = Tried.SPOKEN

    def _called(self, theirs: Party) -> Call:
        """The caller, as whoever calls the office is known."""
        x = self._x
        call = Call(self.id, theirs.leg, x, x.office(), x.clock.now(), lambda _call, _step: None)
        call.party_or_none, call.ending.topic = theirs, self._to.topic or None
        return call

    def _note(self, call: Call, reached: Reached) -> None:
        """They hear each other; also of whoever else the caller is passed on to."""
        if reached.engagement is not self._sides[0].engagement:
            note_talk(call, reached)
            return
        self._tried = Tried.SPOKEN
        self._x.journal.spoken_with(self.id, self._who.id)
        self._step("back_answered", f"The caller answered and talks with {self._who.name}.")

    def _came_of_talk(self, call: Call, *, stays: bool) -> None:
        """Written down before the colleague is free: whoever waits for them looks then."""
        if not stays:
            self._tried = Tried.LEFT
        if self._tried is Tried.SPOKEN:
            self._sides[0].engagement.talks()
            if not call.ending.person:  # else it was passed on, and that one is who they spoke with
                self._x.board.spoken(self._to.number, self._who)

    def _pressed(self, key: str) -> None:
        """A voicemail answers, too: only who listens can tell, by a key."""
        if key == MACHINE_KEY and self._tried is Tried.SPOKEN:
            self._tried = Tried.MACHINE
            self._step("machine", f"{self._who.name} pressed 2: only a machine answered.")

    # -- telephones ----------------------------------------------------------------------------

    async def _rings(self, side: _Side, seconds: float, first: str = "") -> Leg | Cause:
        """Ring until it is answered; or why it was not, and then it rings no more."""
        if self.is_here():
            return Cause.BUSY  # they call us just now
        board, engagement = self._x.board, side.engagement
        elsewhere = functools.partial(board.dial_elsewhere, engagement, both_ways=True)
        try:
            ringing = side.ringing = Ringing(board.dial_back(engagement, first), elsewhere)
        except (LineDown, NumberRefused) as trouble:
            who = engagement.person.name or "the caller"
            self._step("not_dialled", f"Calling {who} did not work: {trouble.cause}")
            return Cause.FAILED
        why = await ringing.answered(seconds)
        if why is None:
            return ringing.leg
        ringing.leg.hang_up()
        return why

    def _pick_up(self, side: _Side, leg: Leg) -> Party:
        side.engagement.answered()
        side.party = Party(leg, self._x.engine)
        return side.party

    # -- words ---------------------------------------------------------------------------------

    async def _comfort(self, mine: Party) -> None:
        await mine.sound.play(await self._words(Prompt.RETURN_CALLING))
        await mine.sound.play([self._x.comfort.music], loop=True)

    async def _whisper(self) -> list[Path]:
        values = about_callee(self._to, self._x.office(), self._language, self._x.clock.now())
        return await self._words(Prompt.RETURN_WHISPER, **values)

    async def _words(self, prompt: Prompt, **values: object) -> list[Path]:
        return await self._x.prompts.files(self._language, prompt, **values)

    @property
    def _language(self) -> str:
        """The colleague's own, if they have one."""
        return next(iter(self._who.languages), self._x.office().language)

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


def about_callee(to: Callee, office: Office, language: str, now: datetime) -> dict[str, object]:
    """What RETURN_WHISPER says of a caller: who called, when, about what."""
    about = office.topic(to.topic) if to.topic else None
    came, local = (at.astimezone(office.zone) for at in (to.came, now))
    return {
        "office": office.name,
        "topic": about.name.get(language, about.id) if about else None,
        "case": to.case_number,
        "when": came_words(language, came, local),
        "caller": to.number,
    }
