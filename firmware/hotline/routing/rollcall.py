"""The weekly check that the telephones of the staff still reach somebody: whom to ring now. Pure.

Each number has a week of its own, by its digits: so not all are rung on one day, and a restart
changes nothing. Nobody is rung who is not at work, and never two within half an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zlib import crc32

from hotline.routing.office import Office, Person
from hotline.routing.presence import Absent, ringable
from hotline.routing.rules import Opening, opening_at
from hotline.routing.shifts import DAY, day_of, day_span

WEEK = timedelta(days=7)
AGAIN_AFTER = timedelta(hours=20)  # on another working day
TRIES = 2  # in one week, of a number nobody pressed the key on
BETWEEN = timedelta(minutes=30)
FRESH = timedelta(days=1)  # who keyed the code just now need not be asked again


class Result(StrEnum):
    """What came of ringing a number. DEAD: the network knows no such number."""

    KEY = "key"
    NO_KEY = "no key"  # picked up, and nothing pressed: a voicemail, perhaps
    NO_ANSWER = "no answer"
    BUSY = "busy"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    DEAD = "dead"
    UNKNOWN = "unknown"  # no line could call, or the box was cut off while it did


GONE = frozenset({Result.UNREACHABLE, Result.DEAD})


@dataclass(frozen=True)
class NumberCheck:
    """The newest check of a number, E.164. tries: checks in this week of the number's. gone: so
    many in a row found nobody behind it.
    """

    number: str
    at: datetime
    result: Result
    tries: int = 1
    gone: int = 0


@dataclass(frozen=True)
class Summary:
    """A week. well: numbers on which the key was pressed; others: whose were not, and why."""

    well: int
    others: tuple[tuple[Person, Result], ...]


def next_to_check(
    office: Office,
    now: datetime,
    away: Absent,
    busy: Collection[str],
    checks: Mapping[str, NumberCheck],
    confirmed_at: Callable[[str], datetime | None],
) -> Person | None:
    """Whose telephone is to be rung now; None for nobody.

    away, busy: by the person's id. checks: by number. confirmed_at: of a number.
    """
    if not office.roll_call or opening_at(office, now)[0] is not Opening.OPEN:
        return None
    if any(timedelta() <= now - check.at < BETWEEN for check in checks.values()):
        return None
    for person in ringable(office, now, away):
        number = person.number or ""
        if person.id in busy or person.at_once > 1:  # a call centre presses no keys for us
            continue
        if _due(number, now, checks.get(number), confirmed_at(number)):
            return person
    return None


def _due(number: str, now: datetime, check: NumberCheck | None, since: datetime | None) -> bool:
    if since is None or timedelta() <= now - since < FRESH:
        return False
    if check is None:
        return own_week(number, since) != own_week(number, now)
    if timedelta() <= now - check.at < AGAIN_AFTER:
        return False
    if own_week(number, check.at) != own_week(number, now):
        return True
    return check.result is not Result.KEY and check.tries < TRIES


def own_week(number: str, at: datetime) -> int:
    """Which week of this number's own an instant lies in."""
    whole = WEEK // timedelta(seconds=1)
    return int(at.timestamp() + crc32(number.encode()) % whole) // whole


def checked(before: NumberCheck | None, number: str, at: datetime, result: Result) -> NumberCheck:
    """The check that follows on `before`."""
    same = before is not None and own_week(number, before.at) == own_week(number, at)
    tries = before.tries + 1 if before and same else 1
    gone = (before.gone if before else 0) + 1 if result in GONE else 0
    return NumberCheck(number, at, result, tries, gone)


def summary_due(office: Office, now: datetime) -> date | None:
    """The Monday of the week that is over and may be told of now: while the line is open."""
    if not office.roll_call or opening_at(office, now)[0] is not Opening.OPEN:
        return None
    today = day_of(office, now)
    return today - today.weekday() * DAY - WEEK


def summary(office: Office, monday: date, checks: Iterable[NumberCheck]) -> Summary:
    """What was found in the week from that Monday on, of numbers that the office still has."""
    begin, end = day_span(office, monday)[0], day_span(office, monday + WEEK)[0]
    found = {check.number: check.result for check in checks if begin <= check.at < end}
    people = [(p, found[p.number]) for p in office.people if p.number in found]
    others = tuple((person, result) for person, result in people if result is not Result.KEY)
    return Summary(len(people) - len(others), others)
