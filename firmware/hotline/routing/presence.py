"""What people said of themselves against the plan: on a break, off, back; or paused by the box.

Pure. Every absence has an end, and one that the clock cannot explain does not hold: a box that
restarts, or whose clock jumps, never leaves somebody away for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.routing.office import Office, Person
from hotline.routing.rules import (
    DUTY_DAYS_AHEAD,
    Opening,
    everybody,
    on_duty,
    open_spans,
    opening_at,
    standing_by,
)
from hotline.routing.shifts import DAY, Off, day_of, duties_of, shift_spans

USUAL_BREAK = 15  # minutes, where nobody said how many
LONGEST_BREAK = 120
# Who is off in an office without shifts whose line never closes is rung again after this.
LONGEST_OFF = timedelta(hours=12)
# So much may a clock be set back during an absence that still holds.
SET_RIGHT = timedelta(minutes=1)


class Why(StrEnum):
    """Why somebody on duty is not rung. PAUSED: by the box, after rings nobody took."""

    BREAK = "break"
    OFF = "off"
    PAUSED = "paused"


@dataclass(frozen=True)
class Away:
    """Somebody on duty is not rung from `since` until `until`, or until they say otherwise."""

    person: str
    why: Why
    since: datetime
    until: datetime

    def holds(self, now: datetime) -> bool:
        """Not before its beginning either: the clock was ahead when it was written down."""
        return self.since - SET_RIGHT <= now < self.until


Absent = Mapping[str, Away]  # those that hold, by the person's id


class Verdict(StrEnum):
    """What came of it. LAST, FEW: denied, as nobody or too few would stay."""

    BREAK = "break"
    OFF = "off"
    ON = "on"
    PAUSED = "paused"
    LAST = "last"
    FEW = "few"
    NOT_ON_DUTY = "not on duty"


@dataclass(frozen=True)
class Decision:
    """The answer to somebody who wants to leave or is back.

    until: the end of the break, or of the duty. NOT_ON_DUTY: when the next one begins, None if the
    plan has none. away: how it is from now on; None where they are rung, or nothing changes.
    stay, left: of a denied break, how many would stay when fewest are there, and who.
    """

    verdict: Verdict
    until: datetime | None = None
    away: Away | None = None
    stay: int = 0
    left: tuple[Person, ...] = field(default=(), compare=False)

    @property
    def changes(self) -> bool:
        """False for what was denied."""
        return self.verdict in {Verdict.BREAK, Verdict.OFF, Verdict.ON, Verdict.PAUSED}


def ringable(office: Office, now: datetime, away: Absent) -> tuple[Person, ...]:
    """Everybody on duty who can be rung and is not away."""
    there = on_duty(office, now, off_duty(away.values()))
    return tuple(p for p in there if p.number is not None and p.id not in away)


def off_duty(away: Iterable[Away]) -> tuple[Off, ...]:
    """Who of them has gone, for the breaks of those who stay."""
    return tuple((one.person, (one.since, one.until)) for one in away if one.why is Why.OFF)


def uncovered(office: Office, now: datetime, away: Absent) -> bool:
    """The plan has people for this instant, and all of them and whoever stands by are away."""
    if not away or opening_at(office, now)[0] is not Opening.OPEN:
        return False
    planned = ringable(office, now, {})
    helpers = [p for p in standing_by(office, now) if p.number is not None]
    return bool(planned) and all(p.id in away for p in (*planned, *helpers))


def ask_break(
    office: Office, person: Person, minutes: int, now: datetime, away: Absent
) -> Decision:
    """A break of so many minutes; denied if too few people who can be rung would stay.

    Counted for every instant of it: who stays now may go home before it is over.
    """
    if duty_end(office, person, now) is None:
        return _not_on_duty(office, person, now)
    until = now + timedelta(minutes=min(max(minutes, 1), LONGEST_BREAK))
    left = _fewest_without(office, person, now, until, away.values())
    if left is not None and len(left) < max(1, office.least_on_duty):
        return Decision(Verdict.FEW if left else Verdict.LAST, stay=len(left), left=left)
    return Decision(Verdict.BREAK, until, Away(person.id, Why.BREAK, now, until))


def ask_off(office: Office, person: Person, now: datetime) -> Decision:
    """Off until they are back, at most until the running duty ends. Nobody can be held."""
    end = duty_end(office, person, now)
    if end is None:
        return _not_on_duty(office, person, now)
    return Decision(Verdict.OFF, end, Away(person.id, Why.OFF, now, end))


def ask_on(office: Office, person: Person, now: datetime) -> Decision:
    """Back; where the person is not on duty nothing changes, and they hear when they are."""
    end = duty_end(office, person, now)
    return _not_on_duty(office, person, now) if end is None else Decision(Verdict.ON, end)


def ask_pause(office: Office, person: Person, now: datetime, away: Absent) -> Decision:
    """The box gives up ringing somebody for this duty, unless nobody else could be rung."""
    end = duty_end(office, person, now)
    if end is None:
        return _not_on_duty(office, person, now)
    if not [one for one in ringable(office, now, away) if one.id != person.id]:
        return Decision(Verdict.LAST)
    return Decision(Verdict.PAUSED, end, Away(person.id, Why.PAUSED, now, end))


def duty_end(office: Office, person: Person, now: datetime) -> datetime | None:
    """When the person's running duty ends, breaks left aside; None if none is running."""
    if not office.by_shift:
        there = person in everybody(office, day_of(office, now))
        return _closing(office, now) if there else None
    duties = duties_of(office, day_of(office, now))
    spans = [duty.span for duty in duties if duty.person.id == person.id]
    return max((end for start, end in spans if start <= now < end), default=None)


def duty_begins(office: Office, person: Person, now: datetime) -> datetime | None:
    """When the person comes on duty next; None if not within five weeks."""
    today = day_of(office, now)
    for ahead in range(DUTY_DAYS_AHEAD):
        day = today + ahead * DAY
        if office.by_shift:
            starts = [start for who, (start, _) in shift_spans(office, day) if who.id == person.id]
        else:
            there = person in everybody(office, day)
            starts = [start for start, _ in open_spans(office, day)] if there else []
        if coming := [start for start in starts if start > now]:
            return min(coming)
    return None


def _not_on_duty(office: Office, person: Person, now: datetime) -> Decision:
    return Decision(Verdict.NOT_ON_DUTY, duty_begins(office, person, now))


def _closing(office: Office, now: datetime) -> datetime | None:
    """When the line closes that is open now, at most LONGEST_OFF ahead; None while it is closed."""
    end, today = now, day_of(office, now)
    for day in (today, today + DAY):
        for start, over in sorted(open_spans(office, day)):
            if start <= end < over:
                end = over
    return min(end, now + LONGEST_OFF) if end > now else None


def _fewest_without(
    office: Office, person: Person, begin: datetime, end: datetime, away: Iterable[Away]
) -> tuple[Person, ...] | None:
    """Who could be rung at the instant with the fewest of those in which this person is missing.

    None if the person would not be missing at all.
    """
    others = [one for one in away if one.person != person.id]
    stays: list[tuple[Person, ...]] = []
    for moment in _moments(office, begin, end, others):
        if opening_at(office, moment)[0] is not Opening.OPEN:
            continue
        gone = {one.person: one for one in others if one.holds(moment)}
        there = ringable(office, moment, gone)
        if person.id in {one.id for one in there}:
            stays.append(tuple(one for one in there if one.id != person.id))
    return min(stays, key=len, default=None)


def _moments(
    office: Office, begin: datetime, end: datetime, away: Iterable[Away]
) -> list[datetime]:
    """Every instant of a span at which somebody comes or goes, its first one included."""
    moments = {begin} | {one.until for one in away}
    day, last = day_of(office, begin), day_of(office, end)
    while day <= last:
        for _, span in shift_spans(office, day, off_duty(away)):
            moments.update(span)
        for span in open_spans(office, day):
            moments.update(span)
        day += DAY
    return sorted(moment for moment in moments if begin <= moment < end)
