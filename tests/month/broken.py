"""Copies of the box with one rule broken in each, as somebody might break it by mistake.

Each says on which days of the month it shows, and in which words the judge has to say so. A new
rule gets a line here as soon as the judge watches it.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from unittest.mock import patch
from zoneinfo import ZoneInfo

from hotline.calls import (
    attendance,
    choosing,
    flow,
    forward,
    hardcall,
    hunt,
    intalk,
    message,
    offer,
    promising,
    stafftexts,
    switchboard,
)
from hotline.calls.attendance import Attendance
from hotline.calls.board import Board
from hotline.calls.call import Call
from hotline.calls.caps import Caps
from hotline.calls.offer import Answer, Reached
from hotline.calls.promising import _Turn
from hotline.calls.stafftexts import StaffTexts
from hotline.calls.switchboard import Switchboard
from hotline.clock import Clock
from hotline.errors import CallerGone
from hotline.inbox.outcome import Outcome
from hotline.options import Limits
from hotline.routing import campaigns, plan, rules, shifts, staff, staffwords
from hotline.routing.office import Strategy
from hotline.routing.presence import Away, Decision, Verdict, Why
from hotline.routing.queue import Queue, Ticket
from hotline.storage import adherence
from hotline.storage import calls as journal
from hotline.storage.calls import Journal
from tests.month import world
from tests.month.world import World

Patch = tuple[object, str, object]
Anything = Callable[..., Any]


class Days(NamedTuple):
    """Which days of which world."""

    seed: int
    first: date
    days: int = 1


# The cheapest days on which each rule shows: few callers where they will do.
SUNDAY, SATURDAY = Days(1, date(2026, 10, 11)), Days(1, date(2026, 10, 10))
ORDINARY, ANOTHER = Days(1, date(2026, 10, 5)), Days(2, date(2026, 10, 5))
CAMPAIGN, BUSY = Days(1, date(2026, 10, 4)), Days(2, date(2026, 10, 4))
MOVED, BUSY_SUNDAY = Days(1, date(2026, 10, 17)), Days(1, date(2026, 10, 18))
SWAPPED = Days(4, date(2026, 10, 11))
SWAP, JUMPS = Days(1, date(2026, 10, 6)), Days(1, date(2026, 10, 7))
CHANGE, TIRING = Days(1, date(2026, 10, 16)), Days(1, date(2026, 10, 16), 3)
HOLIDAY, CLOCK_CHANGE = Days(1, date(2026, 10, 14)), Days(1, date(2026, 10, 25))
WEDNESDAY = Days(1, date(2026, 10, 28))


@dataclass(frozen=True)
class Broken:
    """One broken copy. words: a pattern the judge's words must fit."""

    name: str
    words: str
    days: Days
    patches: tuple[Patch, ...]

    @contextlib.contextmanager
    def copy(self) -> Iterator[None]:
        """While it lasts, this is how the box works."""
        with contextlib.ExitStack() as stack:
            for where, name, instead in self.patches:
                stack.enter_context(patch.object(where, name, instead))
            yield


# --- who is there -----------------------------------------------------------------------------


def _summer_for_ever(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    summer = zone.utcoffset(datetime(day.year, 7, 1))
    return (wall - (summer or timedelta())).replace(tzinfo=UTC)


def _no_break(pause: object, shift: object, day: date, zone: ZoneInfo, end: datetime) -> Any:
    return end, end


# --- who is rung ------------------------------------------------------------------------------

_levels, _matching = plan.levels, plan.matching


def _managers_first(*given: Any) -> Any:
    return list(reversed(_levels(*given)))


def _any_language(people: Any, office: Any, topic: Any, language: Any) -> Any:
    return _matching(people, office, topic, None)


def _any_topic(people: Any, office: Any, topic: Any, language: Any) -> Any:
    return _matching(people, office, None, language)


def _has_a_number(person: Any, office: Any, topic: Any) -> bool:
    return person.number is not None


def _one_after_another(office: Any, topic: Any) -> Strategy:
    return Strategy.IN_ORDER


def _as_listed(people: Any, office: Any, strategy: Any, load: Any) -> Any:
    return tuple(people)


async def _takes_any_answer(party: Any, whisper: Any, *, more: float = 0.0) -> str:
    await asyncio.sleep(1)
    return "1"


# --- the queue --------------------------------------------------------------------------------


def _last_come_first_served(self: Queue, ticket: Any, person: str) -> bool:
    return not any(person in w for other, w in self._wanted.items() if other > ticket)


def _no_queue(self: Queue, ticket: Any, person: str) -> bool:
    return True


def _nobody_else(plan_: Any, refused: set[str]) -> frozenset[str]:
    free = {candidate.person.id for tier in plan_.tiers for candidate in tier.candidates}
    return frozenset(free - refused)


def _nobody_is_urgent(office: Any, caller: Any, topic: Any, arrival: int) -> Ticket:
    return Ticket(2, arrival)


async def _no_deadline(hunt: Any, comfort: Any, seconds: int) -> None:
    await asyncio.wait({hunt, comfort}, return_when=asyncio.FIRST_COMPLETED)


# --- who is called back -----------------------------------------------------------------------

_keeps = Queue.wait
_came_of = _Turn._came_of


def _first_of_all(office: Any, caller: Any, topic: Any, arrival: int) -> Ticket:
    return Ticket(0, 0)


def _only_on_the_line(self: Queue, ticket: Any, wanted: Any, *, on_line: bool = True) -> None:
    if on_line:
        _keeps(self, ticket, wanted)


async def _nobody_is_called(self: Any) -> None:
    await asyncio.Event().wait()


def _does_not_count(self: Any, tried: Any, person: Any) -> None:
    before = self.promise
    _came_of(self, tried, person)
    self.promise = before


# --- the staff --------------------------------------------------------------------------------


def _any_break(office: Any, person: Any, minutes: int, at: datetime, away: Any) -> Decision:
    end = at + timedelta(minutes=minutes)
    return Decision(Verdict.BREAK, end, Away(person.id, Why.BREAK, at, end))


def _paused_at_once(self: Any, person: Any, taken: bool) -> None:
    if not taken:
        self._pause(person, 3)


# --- the office -------------------------------------------------------------------------------

_plan = Call.plan


def _newest_office(self: Any, topic: Any = None, **more: Any) -> Any:
    self.office = self.exchange.office()
    return _plan(self, topic, **more)


# --- what stands at the end -------------------------------------------------------------------

_end, _file, _not_reached = Journal.end, message._file, offer._Offer._not_reached


def _some_missed_are_served(self: Journal, call: int, at: Any, outcome: Any, **more: Any) -> Any:
    served = outcome is Outcome.MISSED and call % 5 == 0
    return _end(self, call, at, Outcome.SELF_SERVICE if served else outcome, **more)


def _any_later_call_closes_it() -> str:
    return journal._MISSED_OPEN.replace("later.outcome = 'spoken'", "later.outcome is not null")


def _only_who_waits_is_filed(call: Any, number: int, kind: Any, recording: Any) -> bool:
    if call.party.gone.done():
        call.exchange.cases.dropped(number)
        return False
    return _file(call, number, kind, recording)


def _frees_and_does_not_hang_up(self: Reached) -> None:
    self.engagement.release()


def _rings_on(self: Any) -> None:
    if self.reached is None:
        self._engagement.release()


def _stays_busy(self: Any, leg: Any) -> Answer:
    self._engagement.release = lambda *, tell=True: None
    answer: Answer = _not_reached(self, leg)
    return answer


async def _no_word_left(call: Any, wish: Any) -> None:
    raise CallerGone


def _no_caps(self: Caps, number: str, now: Any, *, confirmed: bool = True) -> str:
    return self.allowed(number, confirmed=confirmed)


# --- what overflows, campaigns ------------------------------------------------------------------

_as_called = campaigns.as_called


def _everybody(office: Any, campaign: Any) -> Any:
    called = _as_called(office, campaign)
    return replace(called, people=office.people, shifts=office.shifts)


def _usual_greeting(office: Any, campaign: Any) -> Any:
    return replace(_as_called(office, campaign), greeting=office.greeting)


def _usual_menu(office: Any, campaign: Any) -> Any:
    return replace(_as_called(office, campaign), menus=office.menus)


def _usual_hours(office: Any, campaign: Any) -> Any:
    return replace(_as_called(office, campaign), hours=office.hours)


def _at_any_hour(office: Any, campaign: Any, at: Any) -> bool:
    return campaigns._begins_on(campaign, shifts.day_of(office, at))


def _called_as(as_called: Anything) -> tuple[Patch, ...]:
    return tuple((room, "as_called", as_called) for room in (switchboard, promising))


async def _without_the_topic(call: Any, topic: Any, colleague: str) -> Any:
    return await _whisper(call, None, colleague)


_whisper = offer._whisper
_hunt_tiers = hunt.Hunt._tiers


class _NoOverflow(hunt._Overflow):
    left = math.inf

    def now(self, why: str) -> bool:
        return False


def _helpers_first(self: Any, plan: Any) -> Any:
    helpers = {*self._call.office.overflow}
    return sorted(
        _hunt_tiers(self, plan),
        key=lambda tier: all(one.person.id not in helpers for one in tier.candidates),
    )


async def _says_so_only(self: Any, ask: Any) -> bool:
    return True


# --- in a talk ----------------------------------------------------------------------------------

_moment = choosing.moment


async def _no_order(*_given: Any) -> Any:
    await asyncio.Event().wait()


async def _only_thanks(call: Any, reached: Any, first: Any) -> None:
    reached.release()


def _everybody_there(office: Any, *given: Any, **more: Any) -> Any:
    return replace(_moment(office, *given, **more), there=office.people)


# --- time ---------------------------------------------------------------------------------------


def _wall_clock(*, wall: Any, monotonic: Any) -> Clock:
    return Clock(wall=wall, monotonic=lambda: wall().timestamp())


# --- texts, and what is added up ----------------------------------------------------------------

_read = stafftexts.read


def _no_typos(text: str) -> Any:
    words = text.casefold().split()
    known = {word for _, word in staffwords.known_words()}
    return _read(text) if words and (words[0] in known or words[0] in "12") else None


_told = StaffTexts._told


def _english_for_all(self: Any, person: Any) -> Any:
    return replace(_told(self, person), language="en")


def _first_cost(*given: Any) -> Any:
    return [replace(talk, seconds=min(talk.seconds, 60.0)) for talk in _talks(*given)]


_talks = adherence.talks


def _only_the_last(self: Caps, number: str, at: Any) -> None:
    self.talking = [one for one in self.talking if one[0] != number] + [(number, at)]


BROKEN = (
    Broken(
        "who is called back goes before all others",
        "the call back of .* was rung before call",
        CAMPAIGN,
        ((promising, "ticket_for", _first_of_all),),
    ),
    Broken(
        "who hung up has lost the place",
        "was called back in its turn",
        JUMPS,
        ((Queue, "wait", _only_on_the_line),),
    ),
    Broken(
        "who is promised a call is forgotten",
        "was not called although",
        SUNDAY,
        ((_Turn, "keep", _nobody_is_called),),
    ),
    Broken(
        "who does not answer is tried again at once",
        "tried again at once|rung again at once",
        SUNDAY,
        ((promising, "PAUSE_S", 20.0),),
    ),
    Broken(
        "who does not answer is tried for ever",
        "it was tried 3 times|was rung although it was over",
        SUNDAY,
        ((_Turn, "_came_of", _does_not_count),),
    ),
    Broken(
        "who calls again is called back all the same",
        "while the caller was on the line",
        SUNDAY,
        ((Switchboard, "talks_with", lambda self, number: False),),
    ),
    Broken(
        "who is away is rung",
        "was rung while away",
        ANOTHER,
        ((Attendance, "away", lambda self: {}),),
    ),
    Broken(
        "the last one gets a break",
        "got a break, and too few stayed",
        SUNDAY,
        ((attendance, "ask_break", _any_break),),
    ),
    Broken(
        "who misses calls is rung all the same",
        "was rung and had missed too many",
        SUNDAY,
        ((Attendance, "_pause", lambda self, person, missed: None),),
    ),
    Broken(
        "one missed call is too many",
        "was paused after 1 missed calls",
        SUNDAY,
        ((Attendance, "rung", _paused_at_once),),
    ),
    Broken(
        "numbers are rung that nobody confirmed",
        "whose number nobody has confirmed",
        SATURDAY,
        (
            (world, "only_confirmed", lambda office, confirmed: office),
            (World, "_is_confirmed", lambda self, number: True),
        ),
    ),
    Broken(
        "a call takes the plan that came while it lasts",
        "was rung off shift",
        CHANGE,
        ((Call, "plan", _newest_office),),
    ),
    Broken(
        "breaks are not taken", "rung off shift", SATURDAY, ((shifts, "_break_span", _no_break),)
    ),
    Broken(
        "the clock change is forgotten",
        "rung off shift|told that the office is closed",
        CLOCK_CHANGE,
        tuple(
            (room, name, _summer_for_ever)
            for room in (shifts, rules)
            for name in ("first_instant", "last_instant")
        ),
    ),
    Broken(
        "holidays are forgotten",
        "rung while the office is closed",
        HOLIDAY,
        ((rules, "closure_on", lambda office, day: None),),
    ),
    Broken(
        "moved days are forgotten",
        "rung off shift",
        MOVED,
        (
            (shifts, "weekday_of", lambda office, day: day.weekday()),
            (rules, "weekday_of", lambda office, day: day.weekday()),
        ),
    ),
    Broken(
        "swaps are forgotten",
        "rung off shift",
        SWAP,
        ((shifts, "swapped", lambda office, day: {}),),
    ),
    Broken(
        "absences are forgotten",
        "Olena was rung off shift",
        MOVED,
        ((shifts, "absent", lambda office, person, day: False),),
    ),
    Broken(
        "rotations are forgotten",
        "Olena was rung off shift",
        JUMPS,
        ((shifts, "starts_on", lambda shift, day, weekday: weekday in shift.days),),
    ),
    Broken(
        "managers are rung first",
        "whose level comes first",
        SATURDAY,
        ((plan, "levels", _managers_first),),
    ),
    Broken(
        "the language does not count",
        "who is not for",
        SATURDAY,
        ((plan, "matching", _any_language),),
    ),
    Broken("the topic does not count", "who is not for", SUNDAY, ((plan, "matching", _any_topic),)),
    Broken(
        "who is never to be asked is asked",
        "Maria was rung, who is not for repairs",
        ORDINARY,
        ((staff, "may_ring", _has_a_number), (plan, "may_ring", _has_a_number)),
    ),
    Broken(
        "no strategy but the order of the list",
        r"turn \(",
        ANOTHER,
        ((plan, "in_turn", _as_listed),),
    ),
    Broken(
        "nobody is rung at once",
        "not all were rung at once",
        ANOTHER,
        ((plan, "_strategy", _one_after_another),),
    ),
    Broken(
        "busy people are rung",
        "was rung twice: it was in use",
        CAMPAIGN,
        ((Board, "_full", lambda self, person: False),),
    ),
    Broken(
        "whoever said no is rung again",
        "rung again after saying no",
        SUNDAY,
        ((offer, "HOPELESS", frozenset()),),
    ),
    Broken(
        "an answered telephone is a taken call",
        "joined without having pressed 1",
        SUNDAY,
        ((offer, "key_after", _takes_any_answer),),
    ),
    Broken(
        "last come, first served",
        "had its turn",
        BUSY_SUNDAY,
        ((Queue, "may_ring", _last_come_first_served),),
    ),
    Broken("there is no queue", "had its turn", BUSY, ((Queue, "may_ring", _no_queue),)),
    Broken(
        "nobody is urgent",
        "had its turn",
        WEDNESDAY,
        ((forward, "ticket_for", _nobody_is_urgent),),
    ),
    Broken(
        "nobody is ever tired",
        "whose level comes first",
        TIRING,
        ((staff, "tired", lambda person, office, load: False),),
    ),
    Broken(
        "busy people are not waited for",
        "was told that nobody can, and",
        SUNDAY,
        ((hunt, "_wanted", _nobody_else),),
    ),
    Broken(
        "a round of ringing comes once a minute",
        "left waiting although",
        SUNDAY,
        ((hunt, "ROUND_PAUSE_S", 60.0),),
    ),
    Broken(
        "there is no deadline", "deadline of 90 s", SATURDAY, ((forward, "_first", _no_deadline),)
    ),
    Broken(
        "some missed calls count as served",
        "ending was missed, written down is self-service",
        SUNDAY,
        ((Journal, "end", _some_missed_are_served),),
    ),
    Broken(
        "any later call takes a missed one off the list",
        "is missed and not on the list",
        SUNDAY,
        ((journal, "_MISSED_OPEN", _any_later_call_closes_it()),),
    ),
    Broken(
        "who hangs up while speaking has left nothing",
        "ending was (message|complaint), written down is missed",
        SUNDAY,
        ((message, "_file", _only_who_waits_is_filed),),
    ),
    Broken(
        "whom nobody took is not asked for a word",
        "hung up on somebody who had got nothing",
        SUNDAY,
        ((flow, "leave_word", _no_word_left),),
    ),
    Broken(
        "a talk's leg is not ended",
        "was left open after the call",
        SUNDAY,
        ((Reached, "release", _frees_and_does_not_hang_up),),
    ),
    Broken(
        "telephones ring on when nobody took the call",
        "was left open|rang for too long|rung twice",
        SUNDAY,
        ((offer._Offer, "close", _rings_on),),
    ),
    Broken(
        "who did not answer counts as busy for ever",
        "these were left: people",
        SUNDAY,
        ((offer._Offer, "_not_reached", _stays_busy), (promising, "LOOK_S", 60.0)),
    ),
    Broken(
        "the caps are not kept",
        "more was talked in a day",
        SUNDAY,
        ((Caps, "check", _no_caps), (world, "LIMITS", Limits(minutes_per_day=20, concurrent=5))),
    ),
    Broken(
        "others are rung from the first second on",
        "it was too early for others",
        SUNDAY,
        ((hunt._Overflow, "due", lambda self: True), (hunt._Overflow, "left", math.inf)),
    ),
    Broken(
        "nobody is rung when it overflows",
        "was left waiting although|was not asked",
        SUNDAY,
        ((hunt, "_Overflow", _NoOverflow),),
    ),
    Broken(
        "the centre is rung before the house",
        "whose level comes first",
        SATURDAY,
        ((hunt.Hunt, "_tiers", _helpers_first),),
    ),
    Broken(
        "the centre is not told what it is about",
        "whoever took it was told None",
        SUNDAY,
        ((offer, "_whisper", _without_the_topic),),
    ),
    Broken(
        "two calls of the centre count as one",
        "the caps have counted",
        CAMPAIGN,
        ((Caps, "answered", _only_the_last),),
    ),
    Broken(
        "a campaign has everybody",
        "was rung off shift|who is not for",
        ORDINARY,
        _called_as(_everybody),
    ),
    Broken("a campaign has no greeting", "was greeted with", ORDINARY, _called_as(_usual_greeting)),
    Broken(
        "a campaign has no menu", "which is not of this hotline", ORDINARY, _called_as(_usual_menu)
    ),
    Broken(
        "a campaign has no end of the day",
        "was told that the office is closed, and it is open",
        SUNDAY,
        ((campaigns, "is_on", _at_any_hour),),
    ),
    Broken(
        "a campaign is on over every line",
        "was greeted with",
        ORDINARY,
        ((campaigns, "_on_line", lambda campaign, line: True),),
    ),
    Broken(
        "no typo is forgiven",
        "and nothing was done about it",
        SUNDAY,
        ((stafftexts, "read", _no_typos),),
    ),
    Broken(
        "everybody is answered in English",
        "which is not (ru|uk)",
        SUNDAY,
        ((StaffTexts, "_told", _english_for_all),),
    ),
    Broken(
        "a swap that was agreed to is forgotten",
        "was agreed to and is not in force",
        SWAPPED,
        ((StaffTexts, "_swap", _says_so_only),),
    ),
    Broken(
        "the report takes a talk for a minute",
        "the report of the day says",
        SUNDAY,
        ((adherence, "talks", _first_cost),),
    ),
    Broken(
        "who is on hold stays there",
        "was on hold for",
        SUNDAY,
        ((intalk, "MINUTE_S", 6000.0),),
    ),
    Broken(
        "who was left on hold counts as served",
        "written down is spoken|written down is missed|who spoke is",
        ANOTHER,
        ((intalk, "note_left", lambda call, reached: None),),
    ),
    Broken(
        "nothing is done about what is ordered in a talk",
        "and was not heard",
        SUNDAY,
        ((intalk, "next_order", _no_order),),
    ),
    Broken(
        "a hard call is not written down",
        "had a hard call, and 0 cases stand",
        SUNDAY,
        (
            (hardcall, "without_note", lambda call, person: None),
            (hardcall, "debrief", _only_thanks),
        ),
    ),
    Broken(
        "a talk is passed on to who is at home",
        "was rung off shift",
        SUNDAY,
        ((choosing, "moment", _everybody_there),),
    ),
    Broken(
        "waiting and talks are timed by the clock on the wall",
        "the caps have counted|it was too early for others",
        JUMPS,
        ((world, "Clock", _wall_clock),),
    ),
    Broken(
        "the minutes of the day are counted by the clock on the wall",
        "the caps have counted|more was talked in a day",
        JUMPS,
        ((Clock, "steady", Clock.now),),
    ),
)
