"""A person's shifts as a calendar (RFC 5545). The only importer of icalendar."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from hotline.routing.office import Office, Person
from hotline.routing.shifts import DAY, Span, day_of, day_span, duties_of

DAYS = 60
REFRESH = timedelta(hours=1)
PRODUCT = "-//Hotline Box//shifts//EN"


def calendar_of(office: Office, person: Person, now: datetime, shift: str, pause: str) -> bytes:
    """The shifts and breaks of one person that end from now on, DAYS ahead.

    shift, pause: what they are called. Breaks are where they are really taken. Nothing of anybody
    else is in it.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{shift}: {person.name}")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", REFRESH)
    for shift_span, breaks in duties_ahead(office, person, now):
        calendar.add_component(_event(office.zone, person, shift_span, shift, now))
        for span in breaks:
            calendar.add_component(_event(office.zone, person, span, pause, now, away=True))
    last = day_of(office, now) + (DAYS + 1) * DAY
    calendar.add_missing_timezones(first_date=day_of(office, now) - DAY, last_date=last)
    written: bytes = calendar.to_ical()
    return written


def duties_ahead(
    office: Office, person: Person, now: datetime
) -> Iterator[tuple[Span, tuple[Span, ...]]]:
    """Shifts and the breaks in them, as routing goes by them at each instant."""
    today = day_of(office, now)
    found: dict[Span, list[Span]] = {}
    for ahead in range(-1, DAYS + 1):
        day = today + ahead * DAY
        start, end = day_span(office, day)
        for duty in duties_of(office, day):
            if duty.person.id == person.id:
                # Of a night's duty each day tells the breaks that begin in it.
                breaks = (span for span in duty.breaks if start <= span[0] < end)
                found.setdefault(duty.span, []).extend(breaks)
    last = day_span(office, today + DAYS * DAY)[0]
    for span, paused in sorted(found.items()):
        if now < span[1] > span[0] < last:
            yield span, tuple(sorted(paused))


def _event(
    zone: ZoneInfo, person: Person, span: Span, words: str, now: datetime, *, away: bool = False
) -> Event:
    event = Event()
    event.add("uid", _uid(person, span, words))
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    for name, at in zip(("dtstart", "dtend"), _edges(zone, span), strict=True):
        event.add(name, at)
    event.add("summary", words)
    event.add("transp", "TRANSPARENT" if away else "OPAQUE")
    return event


def _edges(zone: ZoneInfo, span: Span) -> tuple[datetime, datetime]:
    """On the wall; but in UTC where the clock shows one of them for the second time.

    Of a time that comes twice a calendar takes the first (RFC 5545, 3.3.5).
    """
    start, end = (edge.astimezone(zone) for edge in span)
    if start.fold or end.fold:
        return span
    return start, end


def _uid(person: Person, span: Span, words: str) -> str:
    """The same for the same shift at every reading."""
    told = f"{person.id} {span[0].isoformat()} {words}"
    return f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@hotline.local"
