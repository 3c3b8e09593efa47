"""The line's rules: hours, closures, moved days, and when somebody can answer next."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from hotline.routing.office import (
    MINUTES_PER_DAY,
    AnsweredBy,
    Closure,
    Office,
    OpenInterval,
    Person,
)
from hotline.routing.shifts import (
    DAY,
    Off,
    Span,
    absent,
    day_of,
    day_span,
    first_instant,
    last_instant,
    on_shift,
    shift_spans,
    weekday_of,
)

# A line shut for a season opens again within this; beyond it nothing is promised to a caller.
DAYS_AHEAD = 400
# The page shows who comes next; further away than this it is not worth saying.
DUTY_DAYS_AHEAD = 35


class Opening(StrEnum):
    """Whether the line takes calls. UNTRUSTED: the clock is not to be believed, so it does.

    CLOSED_EARLY: by somebody's hand, for a while.
    """

    OPEN = "open"
    CLOSED_HOURS = "closed by hours"
    CLOSED_DAY = "closed today"
    CLOSED_EARLY = "closed early"
    UNTRUSTED = "clock untrusted"


def closure_on(office: Office, day: date) -> Closure | None:
    """The closure that shuts this day, the first of the list; a moved working day beats it."""
    if any(moved.day == day for moved in office.moved_days):
        return None
    return next((c for c in office.closures if among(c.first, c.last, c.yearly, day)), None)


def among(start: date, end: date, yearly: bool, day: date) -> bool:
    """Whether the day lies from `start` to `end`, both included; yearly: by month and day alone."""
    if not yearly:
        return start <= day <= end
    first, last = _in_year(start), _in_year(end)
    if first <= last:
        return first <= _in_year(day) <= last
    return _in_year(day) >= first or _in_year(day) <= last


def _in_year(day: date) -> tuple[int, int]:
    return day.month, day.day


def opening_at(office: Office, now: datetime) -> tuple[Opening, Closure | None]:
    """Whether the line is open at `now`, and the closure that shuts it."""
    day = day_of(office, now)
    closure = closure_on(office, day)
    if closure is not None:
        return Opening.CLOSED_DAY, closure
    early = office.closed_early
    if early is not None and early.holds(now):
        return Opening.CLOSED_EARLY, Closure(day, day_of(office, early.until), notice=early.notice)
    if not office.hours or any(a <= now < b for a, b in _hours(office, day)):
        return Opening.OPEN, None
    return Opening.CLOSED_HOURS, None


def open_spans(office: Office, day: date) -> Iterator[Span]:
    """When the line is open on `day`, cut to that day."""
    if closure_on(office, day) is not None:
        return
    midnight, next_midnight = day_span(office, day)
    if not office.hours:
        yield from _but_closed_early(office, (midnight, next_midnight))
    for start, end in _hours(office, day):
        if start < next_midnight and end > midnight and start < end:
            there = max(start, midnight), min(end, next_midnight)
            yield from _but_closed_early(office, there)


def _but_closed_early(office: Office, span: Span) -> Iterator[Span]:
    """What is left of an opening beside the time for which somebody closed the line."""
    early, (start, end) = office.closed_early, span
    if early is None:
        yield span
        return
    for left in ((start, min(end, early.at)), (max(start, early.until), end)):
        if left[0] < left[1]:
            yield left


def _hours(office: Office, day: date) -> Iterator[Span]:
    """The opening intervals that can reach into `day`: its own and those of the night before."""
    for start_day in (day - DAY, day):
        yield from hours_from(office, office.hours, start_day)


def hours_from(office: Office, hours: Iterable[OpenInterval], day: date) -> Iterator[Span]:
    """Those of the intervals that start on `day`, as instants; one may reach into the next day."""
    weekday = weekday_of(office, day)
    for interval in hours:
        if weekday in interval.days:
            yield _interval_span(interval, day, office)


def _interval_span(interval: OpenInterval, day: date, office: Office) -> Span:
    start, end = interval.start.minutes, interval.end.minutes
    if end <= start:
        end += MINUTES_PER_DAY
    return first_instant(day, start, office.zone), last_instant(day, end, office.zone)


def on_duty(office: Office, now: datetime, off: Iterable[Off] = ()) -> tuple[Person, ...]:
    """Who is on duty at `now`, in the order of the list, whether or not they have a number.

    The shifts alone decide, also while the line is closed. An office without any shift has
    everybody on duty while the line is open, except who is absent on that day. off: who has gone
    against the plan and when: planned breaks are taken accordingly.
    """
    if office.by_shift:
        return on_shift(office, now, off)
    if opening_at(office, now)[0] is not Opening.OPEN:
        return ()
    return everybody(office, day_of(office, now))


def standing_by(office: Office, now: datetime) -> tuple[Person, ...]:
    """Who takes what overflows: while the line is open, in the order of the overflow's list."""
    if opening_at(office, now)[0] is not Opening.OPEN:
        return ()
    day = day_of(office, now)
    named = (office.person(one) for one in office.helpers if not absent(office, one, day))
    return tuple(person for person in named if person is not None)


def may_answer(office: Office, person: Person) -> bool:
    """Is this one of those who are to answer at present, the house or the centre?"""
    outside = person.id in office.overflow
    return outside if office.answered_by is AnsweredBy.CENTRE else not outside


def everybody(office: Office, day: date) -> tuple[Person, ...]:
    """Who is there all day where no shifts count."""
    people = (p for p in office.people if may_answer(office, p))
    return tuple(p for p in people if not absent(office, p.id, day))


def straight_to(
    office: Office, now: datetime, chosen: Sequence[str], away: Container[str] = ()
) -> Person | None:
    """Whom a network may send callers to past the box: the first of `chosen` (ids of people).

    Only who is on duty and has a number, and only while the line is open. away: ids of people who
    are not rung now, whatever the plan says.
    """
    if opening_at(office, now)[0] is not Opening.OPEN:
        return None
    there = {p.id: p for p in on_duty(office, now) if p.number and p.id not in away}
    return next((there[one] for one in chosen if one in there), None)


def _duty_spans(office: Office, day: date) -> Iterator[tuple[Person, Span]]:
    if office.by_shift:
        yield from shift_spans(office, day)
        return
    for span in open_spans(office, day):
        yield from ((person, span) for person in everybody(office, day))


def next_duty(office: Office, now: datetime) -> tuple[datetime, tuple[Person, ...]] | None:
    """The first instant after `now` at which someone comes on duty, and all on duty from then.

    Someone who returns from a break comes on duty too. None if nobody does within five weeks.
    """
    today = day_of(office, now)
    for ahead in range(DUTY_DAYS_AHEAD):
        spans = _duty_spans(office, today + ahead * DAY)
        for instant in sorted({start for _, (start, _) in spans if start > now}):
            there = on_duty(office, instant)
            before = {p.id for p in on_duty(office, instant - timedelta(microseconds=1))}
            if any(p.id not in before for p in there):
                return instant, there
    return None


def next_opening(
    office: Office, now: datetime, answers: Callable[[Person], bool]
) -> datetime | None:
    """The first instant from `now` on at which the line is open and someone who `answers` is there.

    None if there is none within 400 days.
    """
    today = day_of(office, now)
    for ahead in range(DAYS_AHEAD):
        day = today + ahead * DAY
        opened = [(max(start, now), end) for start, end in open_spans(office, day) if end > now]
        if not opened:
            continue
        there = [span for person, span in _duty_spans(office, day) if answers(person)]
        helpers = (office.person(one) for one in office.helpers if not absent(office, one, day))
        if any(one is not None and answers(one) for one in helpers):
            there += opened
        meetings = [
            max(a[0], b[0]) for a in opened for b in there if max(a[0], b[0]) < min(a[1], b[1])
        ]
        if meetings:
            return min(meetings)
    return None
