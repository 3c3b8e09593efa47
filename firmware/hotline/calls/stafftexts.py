"""Texts of the staff: read, done, answered in their language, and written down.

A number that a network shows can be forged, so it opens nothing but what concerns the person's own
duty. Everything else that comes is the office's.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from hotline.calls.attendance import Attendance
from hotline.calls.exchange import Exchange
from hotline.errors import HotlineError
from hotline.notify import staffwords as words
from hotline.notify.staffwords import Say, Told
from hotline.routing.changes import DoesNotFit, SwapDay, changed, must_stand
from hotline.routing.office import Office, Person
from hotline.routing.presence import off_duty
from hotline.routing.rules import next_duty, on_duty
from hotline.routing.shifts import day_of, duties_of
from hotline.routing.staffwords import Ask, Order, people_called, read
from hotline.storage.presence import StaffTrail, SwapAsk, SwapAsks
from hotline.storage.texts import Text, TextState

log = logging.getLogger(__name__)

BY_TEXT = "text"
ANSWER_WITHIN = timedelta(hours=6)  # for who is asked to swap
# After that the person has long acted otherwise. Less would refuse texts of networks whose clock
# is some hours off.
TOO_LATE = timedelta(hours=12)
TEXTS_AN_HOUR = 10  # to one telephone: two boxes must not text each other for ever
HELPED_AGAIN_S = 24 * 3600.0
HOUR_S = 3600.0


@dataclass
class Limits:
    """How many texts one telephone got from here, by the monotonic clock."""

    sent: dict[str, deque[float]] = field(default_factory=dict)
    helped: dict[str, float] = field(default_factory=dict)

    def may_text(self, number: str, now: float) -> bool:
        """Counts it, too."""
        sent = self.sent.setdefault(number, deque())
        while sent and now - sent[0] > HOUR_S:
            sent.popleft()
        if len(sent) >= TEXTS_AN_HOUR:
            return False
        sent.append(now)
        return True

    def may_help(self, number: str, now: float) -> bool:
        """The list of commands is sent once a day, whatever is texted."""
        before = self.helped.get(number)
        if before is not None and now - before < HELPED_AGAIN_S:
            return False
        self.helped[number] = now
        return True


class StaffTexts:
    """Takes every text that comes. Lives on the loop.

    own: the numbers of the box. change: puts a change of the plan in force, for whoever is named,
    or raises DoesNotFit. back: calls a case back and says what becomes of it; attached by `box`.
    """

    def __init__(
        self,
        exchange: Exchange,
        attendance: Attendance,
        asks: SwapAsks,
        trail: StaffTrail,
        own: frozenset[str],
        change: Callable[[SwapDay, str], Awaitable[object]],
    ) -> None:
        self._exchange, self._attendance = exchange, attendance
        self._asks, self._trail, self.own = asks, trail, own
        self._change = change
        self._limits = Limits()
        self.back: Callable[[Person, int], Awaitable[str]] | None = None

    def came(self, text: Text) -> None:
        """A text is on the disk: done if it is a command of the staff, else told to the office."""
        person = self._sender(text)
        if person is None:
            self._tell_office(text)
        else:
            self._exchange.board.behind(self._take(person, text))

    def _sender(self, text: Text) -> Person | None:
        """Who of the office; of several with one telephone somebody who is on duty."""
        if text.state is not TextState.RECEIVED or text.number in self.own:
            return None
        office = self._office()
        found = [person for person in office.people if person.number == text.number]
        there = [person for person in on_duty(office, self._now()) if person in found]
        return next(iter(there or found), None)

    async def _take(self, person: Person, text: Text) -> None:
        order = read(text.text)
        if order is None:
            self._not_understood(person, text)
        elif text.sent_at is not None and self._now() - text.sent_at > TOO_LATE:
            self._answer(person, text.text, self._say(person, Say.LATE))
        elif order.ask in _OWN_DUTY:
            self._own_duty(person, order, text.text)
        elif order.ask is Ask.SWAP:
            self._answer(person, text.text, self._ask_to_swap(person, order))
        elif order.ask is Ask.BACK:
            self._answer(person, text.text, await self._call_back(person, order.case))
        elif order.ask is Ask.WHO:
            self._answer(person, text.text, self._who(person))
        else:
            await self._yes_or_no(person, order.ask is Ask.YES, text)

    def _not_understood(self, person: Person, text: Text) -> None:
        """It may be news for the office; the person hears once how commands are written."""
        self._tell_office(text)
        if self._limits.may_help(text.number, self._exchange.clock.monotonic()):
            self._answer(person, text.text, self._say(person, Say.HELP))

    # -- own duty --------------------------------------------------------------------------------

    def _own_duty(self, person: Person, order: Order, asked: str) -> None:
        """The attendance writes the trail of these."""
        attendance = self._attendance
        if order.ask is Ask.BREAK:
            decision = attendance.take_break(person, order.minutes, BY_TEXT, asked)
        elif order.ask is Ask.OFF:
            decision = attendance.off(person, BY_TEXT, asked)
        else:
            decision = attendance.on(person, BY_TEXT, asked)
        self._text(person, words.about_decision(decision, self._told(person)))

    async def _yes_or_no(self, person: Person, agrees: bool, text: Text) -> None:
        """1 answers what the person was texted last: a colleague's wish, or that they are away."""
        ask = self.wish_to(person)
        away = self._attendance.away().get(person.id)
        if agrees and away and (ask is None or ask.at < away.since):
            self._own_duty(person, Order(Ask.ON), text.text)
        elif ask is not None:
            answered = partial(self._answer, person, text.text)
            await self.answer_wish(person, ask, agrees, text.text, answered)
        elif agrees:
            self._own_duty(person, Order(Ask.ON), text.text)
        else:
            self._not_understood(person, text)

    def _who(self, person: Person) -> str:
        office, now, away = self._office(), self._now(), self._attendance.away()
        there = on_duty(office, now, off_duty(away.values()))
        on = [(one.name, away.get(one.id)) for one in there]
        coming = next_duty(office, now)
        then = coming and (coming[0], [one.name for one in coming[1]])
        return words.about_who(on, then, self._told(person))

    async def _call_back(self, person: Person, case: int) -> str:
        return await self.back(person, case) if self.back else self._say(person, Say.BACK)

    # -- swapping --------------------------------------------------------------------------------

    def _ask_to_swap(self, person: Person, order: Order) -> str:
        """Ask the colleague; what the person is answered."""
        office, now = self._office(), self._now()
        day = self._day(office, person, order)
        others = [one for one in people_called(office, order.name) if one.id != person.id]
        if len(others) != 1:
            what = Say.SWAP_SEVERAL if others else Say.SWAP_UNKNOWN
            return self._say(person, what, order.name)
        if day is None or day < day_of(office, now - timedelta(days=1)):
            return self._say(person, Say.SWAP_PAST)
        (other,) = others
        return self._say(person, self.ask_swap(person, other, day), other.name, day=day)

    def ask_swap(self, person: Person, other: Person, day: date) -> Say:
        """Ask a colleague, by text, to swap the duties of a day; what came of it."""
        office, now = self._office(), self._now()
        if not _works(office, day, {person.id, other.id}):
            return Say.SWAP_NO_DUTY
        try:
            must_stand(changed(office, SwapDay(day, person.id, other.id)), office)
        except DoesNotFit:
            return Say.SWAP_CANNOT
        if not self._text(other, self._say(other, Say.SWAP_ASK, person.name, day=day)):
            return Say.SWAP_NO_TEXT
        self._asks.put(SwapAsk(day, person.id, other.id, now, now + ANSWER_WITHIN))
        return Say.SWAP_ASKED

    def wish_to(self, person: Person) -> SwapAsk | None:
        """The newest wish of a colleague that this person may still answer."""
        return self._asks.newest_of(person.id, self._now())

    def pin_used(self, person: Person) -> None:
        """Somebody keyed this person's PIN on another telephone than theirs."""
        self._text(person, self._say(person, Say.PIN_USED))

    def _day(self, office: Office, person: Person, order: Order) -> date | None:
        """Today is, in a night shift that runs, the day on which it began."""
        today = day_of(office, self._now())
        if order.day is not None:
            return order.day.after(today)
        running = [
            day_of(office, duty.span[0])
            for duty in duties_of(office, today)
            if duty.person.id == person.id and duty.span[0] <= self._now() < duty.span[1]
        ]
        return min(running, default=today)

    async def answer_wish(
        self,
        person: Person,
        ask: SwapAsk,
        agrees: bool,
        asked: str,
        answer: Callable[[str], object],
    ) -> Say:
        """The person agrees to a colleague's wish, or does not; the colleague hears it by text.

        asked: in the person's words. answer: told what came of it, for them. Returns the same:
        SWAP_DONE, SWAP_CANNOT or SWAP_REFUSED.
        """
        self._asks.drop(ask)
        one = self._office().person(ask.one)
        name = one.name if one else ask.one
        done = agrees and await self._swap(ask)
        what = Say.SWAP_CANNOT if agrees else Say.SWAP_REFUSED
        if done:
            what = Say.SWAP_DONE
            self._swapped(ask, name, person.name)
            answer(self._done(person, ask, name, person.name))
        else:
            answer(self._say(person, what, person.name, day=ask.day))
        if one:
            refused = self._say(one, Say.SWAP_REFUSED, person.name, day=ask.day)
            told = self._done(one, ask, name, person.name) if done else refused
            self._answer(one, f"{person.name}: {asked}", told)
        return what

    async def _swap(self, ask: SwapAsk) -> bool:
        """Put the swap into the plan, as the page does."""
        change = SwapDay(ask.day, ask.one, ask.other)
        try:
            await self._change(change, f"{ask.one} and {ask.other} by text")
        except DoesNotFit:
            return False
        except HotlineError as slow:
            log.warning("a swap is in force and not yet on the disk: %s", slow)
        self._exchange.board.tell_changed()
        return True

    def _swapped(self, ask: SwapAsk, one: str, other: str) -> None:
        office = self._office()
        watcher = office.person(office.supervisor)
        if watcher is None or watcher.id not in {ask.one, ask.other}:
            told = Told.to(watcher, office, self._now())
            text = words.say(Say.SWAP_DONE, told, one, other, ask.day)
            self._exchange.notices.supervisor(office, text)

    def _done(self, to: Person, ask: SwapAsk, one: str, other: str) -> str:
        return words.say(Say.SWAP_DONE, self._told(to), one, other, ask.day)

    # -- answering -------------------------------------------------------------------------------

    def _answer(self, person: Person, asked: str, answer: str) -> None:
        self._trail.note(self._now(), person.id, BY_TEXT, asked, answer)
        self._text(person, answer)

    def _text(self, person: Person, text: str) -> bool:
        if not self._limits.may_text(person.number or "", self._exchange.clock.monotonic()):
            log.warning("%s gets no more texts in this hour", person.id)
            return False
        return self._exchange.notices.text_person(person, text)

    def _say(self, to: Person, what: Say, name: str = "", *, day: date | None = None) -> str:
        return words.say(what, self._told(to), name, day=day)

    def _told(self, person: Person) -> Told:
        return Told.to(person, self._office(), self._now())

    def _tell_office(self, text: Text) -> None:
        self._exchange.notices.text_came(self._office(), text.number, text.text, self._now())

    def _office(self) -> Office:
        return self._exchange.office()

    def _now(self) -> datetime:
        return self._exchange.clock.now()


_OWN_DUTY = frozenset({Ask.BREAK, Ask.OFF, Ask.ON})


def _works(office: Office, day: date, people: set[str]) -> bool:
    """Whether one of them has a duty that starts on this day."""
    return any(
        duty.person.id in people and day_of(office, duty.span[0]) == day
        for duty in duties_of(office, day)
    )
