"""The staff's menu: somebody of the office calls the box, from any telephone, and is let in by PIN.

What can be asked for there is what can be texted, and the same functions do it. Of what is keyed
at the door nothing is written down anywhere, right or wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from hotline.calls.attendance import Attendance
from hotline.calls.call import Call
from hotline.calls.choosing import choose, choose_person
from hotline.calls.guesses import DIGITS
from hotline.calls.keying import keyed, quiet
from hotline.calls.orders import forget
from hotline.calls.returncall import about_callee
from hotline.calls.returning import Returning
from hotline.calls.sentencerecording import Sentences, announce, record_one
from hotline.calls.staffdoor import StaffDoor
from hotline.calls.stafftexts import StaffTexts
from hotline.errors import HotlineError
from hotline.inbox.step import StepName
from hotline.media.catalogue import Prompt, came_words, opening_words
from hotline.notify.staffwords import Say, Told, about_who
from hotline.notify.staffwords import say as text_of
from hotline.routing.office import Office, Person
from hotline.routing.presence import USUAL_BREAK, Decision, Verdict, off_duty
from hotline.routing.rules import next_duty, on_duty
from hotline.routing.shifts import day_of, duties_of
from hotline.routing.staffmenu import (
    KEYS,
    DutyDay,
    colleagues,
    may_speak,
    next_duties,
    offered,
)
from hotline.routing.staffwords import Ask
from hotline.storage.presence import StaffTrail, SwapAsk

BY_TELEPHONE = "telephone"
TRIES = 3  # of number and PIN, in one call
LONGEST_NUMBER = 12  # a wrong one is heard to its end, so that none of it is taken for the PIN
CHOICE_S = 6.0
SILENCES = 3  # the menu is said so often to somebody who presses nothing
LIMIT_S = 600.0  # for all that is asked in a call; talks do not count
CALL_KEY, NOT_NOW_KEY = "1", "2"
DONE_KEY, LEAVE_KEY = "#", "*"
MINUTES_DIGITS = 3

_OFFERS = {
    Ask.BREAK: Prompt.STAFF_OFFER_BREAK,
    Ask.OFF: Prompt.STAFF_OFFER_OFF,
    Ask.ON: Prompt.STAFF_OFFER_ON,
    Ask.WHO: Prompt.STAFF_OFFER_WHO,
    Ask.SWAP: Prompt.STAFF_OFFER_SWAP,
    Ask.BACK: Prompt.STAFF_OFFER_BACK,
    Ask.RECORD: Prompt.STAFF_OFFER_RECORD,
    Ask.ANNOUNCE: Prompt.STAFF_OFFER_ANNOUNCE,
}
_DECISIONS = {
    Verdict.BREAK: Prompt.STAFF_BREAK,
    Verdict.OFF: Prompt.STAFF_GONE,
    Verdict.ON: Prompt.STAFF_RUNG,
    Verdict.LAST: Prompt.STAFF_LAST,
    Verdict.FEW: Prompt.STAFF_FEW,
    Verdict.NOT_ON_DUTY: Prompt.STAFF_NOT_ON,
}
_SWAPS = {
    Say.SWAP_ASKED: Prompt.STAFF_SWAP_ASKED,
    Say.SWAP_DONE: Prompt.STAFF_SWAP_DONE,
    Say.SWAP_REFUSED: Prompt.STAFF_SWAP_REFUSED,
    Say.SWAP_CANNOT: Prompt.STAFF_SWAP_CANNOT,
    Say.SWAP_NO_DUTY: Prompt.STAFF_NO_DUTY,
    Say.SWAP_NO_TEXT: Prompt.STAFF_SWAP_NO_TEXT,
}


class StaffMenu:
    """Serves who is let in. `used` is `Doors.staff`."""

    def __init__(
        self,
        door: StaffDoor,
        attendance: Attendance,
        texts: StaffTexts,
        returning: Returning,
        trail: StaffTrail,
        sentences: Sentences,
    ) -> None:
        self.sentences = sentences
        self.door, self.attendance, self.texts = door, attendance, texts
        self.returning, self.trail = returning, trail

    async def used(self, call: Call) -> bool:
        """Let somebody of the staff in and do what they ask for. False for whoever is not let in.

        A call in which somebody was let in is not missed. Raises CallerGone.
        """
        call.step("staff_asked", "The caller asks for the staff's menu.")
        person = await self._let_in(call)
        if person is None:
            return False
        call.step("staff_in", f"{person.name} keyed the right PIN.", person=person.id)
        call.ending.informed, call.ending.words = True, f"{person.name} used the staff's menu."
        call.language = next(iter(person.languages), call.office.language)
        if call.caller.number != (person.number or person.unconfirmed):
            self.texts.pin_used(person)
        await _Session(self, call, person).serve()
        return True

    async def _let_in(self, call: Call) -> Person | None:
        """Who keyed their number and PIN. Each wrong try, of whatever kind, sounds the same."""
        while call.pins_keyed < TRIES:
            if not self.door.takes_guesses():
                call.step("staff_shut", "The staff's menu is shut: too many PINs were wrong.")
                await call.say(Prompt.STAFF_SHUT)
                return None
            number = await keyed(call.party, await call.words(Prompt.STAFF_NUMBER), LONGEST_NUMBER)
            if not number:
                return None
            digits = await keyed(call.party, await call.words(Prompt.STAFF_PIN), DIGITS)
            if digits is None:
                return None
            call.pins_keyed += 1
            person = await call.party.while_here(self.door.admit(number, digits))
            if person is not None:
                return person
            call.step("staff_wrong", "The number or the PIN that was keyed is not right.")
            await quiet(call.party)
            if call.pins_keyed < TRIES:
                await call.say(Prompt.STAFF_WRONG)
        await call.say(Prompt.STAFF_REFUSED)
        await quiet(call.party)
        return None


class _Session:
    """One person at the menu."""

    def __init__(self, menu: StaffMenu, call: Call, person: Person) -> None:
        self._menu, self._call, self._person = menu, call, person
        self._limit = asyncio.timeout(LIMIT_S)

    async def serve(self) -> None:
        """Until they leave, press nothing for long, or have been there for too long."""
        try:
            async with self._limit:
                await self._serve()
        except TimeoutError:
            self._step("staff_over", "was in the staff's menu for as long as one may be.")

    async def _serve(self) -> None:
        forget(self._call.party.leg.keys)  # of whoever presses # behind the PIN
        silences = 0
        while silences < SILENCES:
            key = await self._call.party.ask(await self._offer(), CHOICE_S)
            if key == LEAVE_KEY:
                return
            silences = silences + 1 if key is None else 0
            if ask := KEYS.get(key or ""):
                await self._do(ask)
            elif key not in (None, DONE_KEY):
                await self._call.say(Prompt.WRONG_KEY)

    async def _offer(self) -> list[Path]:
        me, away = self._me, self._menu.attendance.away()
        wish = self._menu.texts.wish_to(me)
        files = await self._wished(wish) if wish else []
        for ask in offered(self._office, me, self._now, away):
            if ask in _OFFERS:
                files += await self._call.words(_OFFERS[ask])
        return files + await self._call.words(Prompt.STAFF_LEAVE)

    async def _do(self, ask: Ask) -> None:
        match ask:
            case Ask.BREAK | Ask.OFF | Ask.ON:
                await self._own_duty(ask)
            case Ask.WHO:
                await self._who()
            case Ask.SWAP:
                await self._swap()
            case Ask.BACK:
                await self._back()
            case Ask.YES | Ask.NO:
                await self._answer_wish(ask is Ask.YES)
            case Ask.RECORD | Ask.ANNOUNCE:
                await self._speak(ask)

    # -- own duty --------------------------------------------------------------------------------

    async def _own_duty(self, ask: Ask) -> None:
        """The attendance writes the trail of these."""
        attendance, me = self._menu.attendance, self._me
        if ask is Ask.BREAK:
            minutes = await self._minutes()
            if minutes is None:
                return
            decision = attendance.take_break(me, minutes, BY_TELEPHONE)
            self._step("staff_break", f"asks for a break of {minutes} minutes: {decision.verdict}.")
        elif ask is Ask.OFF:
            decision = attendance.off(me, BY_TELEPHONE)
            self._step("staff_gone", f"says they are off: {decision.verdict}.")
        else:
            decision = attendance.on(me, BY_TELEPHONE)
            self._step("staff_on", f"says they are back: {decision.verdict}.")
        await self._say_decision(decision)

    async def _minutes(self) -> int | None:
        """Of the break; None for who thought better of it."""
        question = await self._call.words(Prompt.STAFF_MINUTES)
        digits = await keyed(self._call.party, question, MINUTES_DIGITS)
        return None if digits is None else int(digits or 0) or USUAL_BREAK

    async def _say_decision(self, decision: Decision) -> None:
        when = self._when(decision.until) if decision.until else None
        prompt, names = _DECISIONS[decision.verdict], _names(decision.left)
        await self._call.say(prompt, when=when, names=names)

    # -- who is there ----------------------------------------------------------------------------

    async def _who(self) -> None:
        office, now, away = self._office, self._now, self._menu.attendance.away()
        there, coming = on_duty(office, now, off_duty(away.values())), next_duty(office, now)
        self._step("staff_who", "asks who is on duty.")
        on = [(one.name, away.get(one.id)) for one in there]
        then = coming and (coming[0], [one.name for one in coming[1]])
        self._trail("who", about_who(on, then, self._told))
        await self._call.say(
            Prompt.STAFF_WHO if there else Prompt.STAFF_NOBODY_ON,
            names=_names(p for p in there if p.id not in away),
            away=_names(p for p in there if p.id in away),
            when=self._when(coming[0]) if coming else None,
            next=_names(coming[1]) if coming else None,
        )

    # -- swapping --------------------------------------------------------------------------------

    async def _swap(self) -> None:
        duty = await self._choose_duty()
        other = await self._choose_colleague() if duty else None
        if duty is None or other is None:
            return
        what = self._menu.texts.ask_swap(self._me, other, duty.day)
        self._step("staff_swap", f"wants to swap with {other.name} on {duty.day}: {what}.")
        answer = text_of(what, self._told, other.name, day=duty.day)
        self._trail(f"swap {other.name} {duty.day:%d.%m}", answer)
        await self._call.say(_SWAPS[what], name=other.name)

    async def _choose_duty(self) -> DutyDay | None:
        """Which of the next duties; the only one is not asked for."""
        duties = next_duties(self._office, self._me, self._now)
        if len(duties) <= 1:
            if not duties:
                await self._call.say(Prompt.STAFF_NO_DUTY)
            return next(iter(duties), None)
        return await choose(self._call.party, duties, self._read)

    async def _read(self, duties: Mapping[str, DutyDay]) -> list[Path]:
        words: list[Path] = []
        for key, duty in duties.items():
            when = self._when(duty.begins)
            words += await self._call.words(Prompt.STAFF_DUTY, when=when, key=key)
        return words

    async def _choose_colleague(self) -> Person | None:
        call, others = self._call, colleagues(self._office, self._me)
        if not others:
            return None
        return await choose_person(call.party, others, call.exchange.prompts, call.language)

    async def _wished(self, wish: SwapAsk) -> list[Path]:
        """What a colleague asks for."""
        office = self._office
        one = office.person(wish.one)
        begins = min(
            (
                duty.span[0]
                for duty in duties_of(office, wish.day)
                if duty.person.id in {wish.one, wish.other}
                and day_of(office, duty.span[0]) == wish.day
            ),
            default=None,
        )
        when = self._when(begins) if begins else None
        name = one.name if one else wish.one
        return await self._call.words(Prompt.STAFF_WISH, name=name, when=when)

    async def _answer_wish(self, agrees: bool) -> None:
        me = self._me
        wish = self._menu.texts.wish_to(me)
        if wish is None:
            await self._call.say(Prompt.WRONG_KEY)
            return
        asked = "yes" if agrees else "no"

        def answered(text: str) -> None:
            self._trail(asked, text)

        what = await self._menu.texts.answer_wish(me, wish, agrees, asked, answered)
        self._step("staff_swap", f"answers a wish to swap: {what}.")
        await self._call.say(_SWAPS[what])

    # -- calling back ----------------------------------------------------------------------------

    async def _back(self) -> None:
        """Who waits longest, and whom the person passes over the next one, until they have had
        enough or nobody waits.
        """
        passed: set[int] = set()
        try:
            while await self._back_once(passed):
                pass
        except HotlineError as refusal:
            self._step("staff_back", f"cannot call back: {refusal.cause}")
            self._trail("back", refusal.cause)
            await self._call.say(Prompt.STAFF_CANNOT_CALL)

    async def _back_once(self, passed: set[int]) -> bool:
        """One of them. Is the next one wanted?"""
        call, me = self._call, self._me
        callee = await self._menu.returning.next_of(me.id, passed)
        if callee is None or callee.call_id is None:
            await call.say(Prompt.STAFF_NOBODY_WAITS)
            return False
        values = about_callee(callee, self._office, call.language, self._now)
        key = await call.party.ask(await call.words(Prompt.RETURN_WHISPER, **values), CHOICE_S)
        passed.add(callee.call_id)
        if key != CALL_KEY:
            return key == NOT_NOW_KEY
        self._step("staff_back", f"calls back, because of call {callee.call_id}.")
        self._trail(f"back call {callee.call_id}", "")
        left = (self._limit.when() or 0.0) - asyncio.get_running_loop().time()
        self._limit.reschedule(None)
        try:
            await self._menu.returning.connect(me, call.party, callee.call_id)
        finally:
            self._limit.reschedule(asyncio.get_running_loop().time() + left)
        return False

    # -- what callers hear -----------------------------------------------------------------------

    async def _speak(self, ask: Ask) -> None:
        """A sentence of the office, or the announcement; not for everybody."""
        call, sentences, me = self._call, self._menu.sentences, self._me
        if not may_speak(self._office, me):
            await call.say(Prompt.STAFF_NOT_ALLOWED)
            return
        try:
            if ask is Ask.RECORD:
                if name := await record_one(call, sentences, me.name):
                    self._step("staff_recorded", f"recorded {name}.")
                    self._trail(f"record {name}", "")
            elif (on := await announce(call, sentences, me.name)) is not None:
                which = "on" if on else "off"
                self._step("staff_announced", f"switched the announcement {which}.")
                self._trail(f"announcement {which}", "")
        except HotlineError as refusal:
            self._trail(str(ask), refusal.cause)
            await call.say(Prompt.STAFF_RECORD_FAILED)

    # -- at hand ---------------------------------------------------------------------------------

    @property
    def _office(self) -> Office:
        return self._call.exchange.office()

    @property
    def _me(self) -> Person:
        """As the office has them now, or had them last."""
        self._person = self._office.person(self._person.id) or self._person
        return self._person

    @property
    def _now(self) -> datetime:
        return self._call.exchange.clock.now()

    @property
    def _told(self) -> Told:
        return Told.to(self._me, self._office, self._now)

    def _when(self, at: datetime) -> str:
        local, now = (one.astimezone(self._office.zone) for one in (at, self._now))
        say_it = opening_words if local > now else came_words
        return say_it(self._call.language, local, now)

    def _step(self, what: StepName, does: str) -> None:
        me = self._me
        self._call.step(what, f"{me.name} {does}", person=me.id)

    def _trail(self, asked: str, answer: str) -> None:
        self._menu.trail.note(self._now, self._person.id, BY_TELEPHONE, asked, answer)


def _names(people: Iterable[Person]) -> str:
    return ", ".join(person.name for person in people)
