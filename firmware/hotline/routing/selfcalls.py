"""When the box calls itself, once a day, to see that callers reach each of its lines. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hotline.routing.office import Office, WallTime
from hotline.routing.rules import Opening, open_spans, opening_at
from hotline.routing.shifts import DAY, day_of, first_instant

BEFORE_OPENING, OFF = "before opening", "off"  # else a time of day such as 07:30
AHEAD = timedelta(minutes=30)
NIGHT = WallTime(4 * 60 + 30)  # local, of an office that never closes
LONGEST = timedelta(hours=1)
_MOMENT = timedelta(microseconds=1)


def self_calls_due(office: Office, now: datetime) -> date | None:
    """The day whose self-calls are to be made at `now`; None at any other time.

    Not before their time and for an hour at most; before opening, until it opens.
    """
    today = day_of(office, now)
    for day in (today - DAY, today, today + DAY):  # around midnight
        begin = _time_of(office, day)
        if begin is not None and begin <= now < begin + _length(office):
            return day
    return None


def _length(office: Office) -> timedelta:
    return AHEAD if office.self_call == BEFORE_OPENING and office.hours else LONGEST


def _time_of(office: Office, day: date) -> datetime | None:
    if office.self_call == OFF:
        return None
    if office.self_call != BEFORE_OPENING:
        hour, _, minute = office.self_call.partition(":")
        return first_instant(day, int(hour) * 60 + int(minute), office.zone)
    if not office.hours:
        return first_instant(day, NIGHT.minutes, office.zone)
    opens = [start for start, _ in open_spans(office, day) if not _open(office, start - _MOMENT)]
    return min(opens) - AHEAD if opens else None


def _open(office: Office, at: datetime) -> bool:
    return opening_at(office, at)[0] is Opening.OPEN
