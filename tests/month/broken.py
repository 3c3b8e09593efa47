"""Copies of the box with one rule broken in each, as somebody might break it by mistake.

Each says on which days of the month it shows, and in which words the judge has to say so. A new
rule gets a line here as soon as the judge watches it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from hotline.calls import flow, forward, hunt, message, offer
from hotline.calls.board import Board
from hotline.calls.caps import Caps
from hotline.calls.offer import Answer, Reached
from hotline.errors import CallerGone
from hotline.inbox.outcome import Outcome
from hotline.options import Limits
from hotline.routing import plan, rules, shifts, staff
from hotline.routing.office import Strategy
from hotline.routing.queue import Queue, Ticket
from hotline.storage import calls as journal
from hotline.storage.calls import Journal
from tests.month import world

Patch = tuple[object, str, object]
Anything = Callable[..., Any]

# Days with much of everything; with callers who come in bursts; and those of single rules.
ORDINARY, TWO_DAYS = (date(2026, 10, 5), 1), (date(2026, 10, 5), 2)
CAMPAIGN, BUSY = (date(2026, 10, 4), 1), (date(2026, 10, 4), 4)
SWAP, ROTATION, SATURDAY = (date(2026, 10, 6), 1), (date(2026, 10, 7), 1), (date(2026, 10, 17), 1)
HOLIDAY, CLOCK_CHANGE = (date(2026, 10, 14), 1), (date(2026, 10, 25), 1)


@dataclass(frozen=True)
class Broken:
    """One broken copy. words: a pattern the judge's words must fit."""

    name: str
    words: str
    days: tuple[date, int]
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


async def _takes_any_answer(party: Any, whisper: Any) -> str:
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
    self._engagement.release = lambda: None
    answer: Answer = _not_reached(self, leg)
    return answer


async def _no_word_left(call: Any, wish: Any) -> None:
    raise CallerGone


def _no_caps(self: Caps, number: str, now: Any, *, confirmed: bool = True) -> str:
    return self.allowed(number, confirmed=confirmed)


BROKEN = (
    Broken(
        "breaks are not taken", "rung off shift", ORDINARY, ((shifts, "_break_span", _no_break),)
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
        SATURDAY,
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
        SATURDAY,
        ((shifts, "absent", lambda office, person, day: False),),
    ),
    Broken(
        "rotations are forgotten",
        "Olena was rung off shift",
        ROTATION,
        ((shifts, "starts_on", lambda shift, day, weekday: weekday in shift.days),),
    ),
    Broken(
        "managers are rung first",
        "whose level comes first",
        ORDINARY,
        ((plan, "levels", _managers_first),),
    ),
    Broken(
        "the language does not count",
        "who is not for",
        ORDINARY,
        ((plan, "matching", _any_language),),
    ),
    Broken(
        "the topic does not count", "who is not for", ORDINARY, ((plan, "matching", _any_topic),)
    ),
    Broken(
        "who is never to be asked is asked",
        "Maria was rung, who is not for repairs",
        TWO_DAYS,
        ((staff, "may_ring", _has_a_number), (plan, "may_ring", _has_a_number)),
    ),
    Broken(
        "no strategy but the order of the list",
        r"turn \(",
        TWO_DAYS,
        ((plan, "in_turn", _as_listed),),
    ),
    Broken(
        "nobody is rung at once",
        "not all were rung at once",
        TWO_DAYS,
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
        TWO_DAYS,
        ((offer, "HOPELESS", frozenset()),),
    ),
    Broken(
        "an answered telephone is a taken call",
        "joined without having pressed 1",
        ORDINARY,
        ((offer, "key_after", _takes_any_answer),),
    ),
    Broken(
        "last come, first served",
        "had its turn",
        CAMPAIGN,
        ((Queue, "may_ring", _last_come_first_served),),
    ),
    Broken("there is no queue", "had its turn", BUSY, ((Queue, "may_ring", _no_queue),)),
    Broken(
        "nobody is urgent",
        "had its turn",
        BUSY,
        ((forward, "ticket_for", _nobody_is_urgent),),
    ),
    Broken(
        "nobody is ever tired",
        "whose level comes first",
        (date(2026, 10, 16), 3),
        ((staff, "tired", lambda person, office, load: False),),
    ),
    Broken(
        "busy people are not waited for",
        "was told that nobody can, and",
        CAMPAIGN,
        ((hunt, "_wanted", _nobody_else),),
    ),
    Broken(
        "a round of ringing comes once a minute",
        "left waiting although",
        ORDINARY,
        ((hunt, "ROUND_PAUSE_S", 60.0),),
    ),
    Broken(
        "there is no deadline", "deadline of 90 s", CAMPAIGN, ((forward, "_first", _no_deadline),)
    ),
    Broken(
        "some missed calls count as served",
        "ending was missed, written down is self-service",
        ORDINARY,
        ((Journal, "end", _some_missed_are_served),),
    ),
    Broken(
        "any later call takes a missed one off the list",
        "is missed and not on the list",
        ORDINARY,
        ((journal, "_MISSED_OPEN", _any_later_call_closes_it()),),
    ),
    Broken(
        "who hangs up while speaking has left nothing",
        "ending was (message|complaint), written down is missed",
        ORDINARY,
        ((message, "_file", _only_who_waits_is_filed),),
    ),
    Broken(
        "whom nobody took is not asked for a word",
        "hung up on somebody who had got nothing",
        ORDINARY,
        ((flow, "leave_word", _no_word_left),),
    ),
    Broken(
        "a talk's leg is not ended",
        "was left open after the call",
        ORDINARY,
        ((Reached, "release", _frees_and_does_not_hang_up),),
    ),
    Broken(
        "telephones ring on when nobody took the call",
        "was left open|rang for too long|rung twice",
        ORDINARY,
        ((offer._Offer, "close", _rings_on),),
    ),
    Broken(
        "who did not answer counts as busy for ever",
        "these were left: people",
        ORDINARY,
        ((offer._Offer, "_not_reached", _stays_busy),),
    ),
    Broken(
        "the caps are not kept",
        "more was talked in a day",
        ORDINARY,
        ((Caps, "check", _no_caps), (world, "LIMITS", Limits(minutes_per_day=20, concurrent=5))),
    ),
)
