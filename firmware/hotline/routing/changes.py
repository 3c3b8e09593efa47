"""What people change in the plan from day to day: the office with that change. Pure.

A change that finds nothing to change raises DoesNotFit; whether the office can stand afterwards
`must_stand` says, by the remarks that are made on every office.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hotline.errors import HotlineError
from hotline.routing.office import (
    MINUTES_PER_DAY,
    Absence,
    Break,
    Office,
    Shift,
    Swap,
    WallTime,
)
from hotline.routing.remarks import remarks_on
from hotline.routing.shifts import (
    DAY,
    Span,
    absent,
    day_of,
    duty_span,
    planned,
    starts_on,
    swapped,
    weekday_of,
)
from hotline.said import say

CHOOSE_ANOTHER = say("Choose another day or person.")
LONGEST_ABSENCE = timedelta(days=400)
_SHORT = timedelta(days=31)  # of a piece of a shift: is there a day left in it on which it starts?


class DoesNotFit(HotlineError):  # noqa: N818 - it is an answer
    """This change makes no sense in this office, or not any more."""


@dataclass(frozen=True)
class SwapDay:
    """The two swap that day; if they had swapped it before, they take it back."""

    day: date
    one: str
    other: str


@dataclass(frozen=True)
class StayAway:
    """The person is away on these days, both included."""

    person: str
    first: date
    last: date
    reason: str = ""


@dataclass(frozen=True)
class StandIn:
    """The person works this span, once; it may run over midnight, and lasts a day at most."""

    person: str
    span: Span


@dataclass(frozen=True)
class MoveShift:
    """The duty of `person` that starts on `day` at `at` is worked by `to`, on `to_day`, from
    `start` to `end`; end <= start is over midnight, both alike are 24 hours.

    Breaks move along with a duty that stays as long as it was; else they stay at their time, as
    far as they are still inside.
    """

    person: str
    day: date
    at: WallTime
    to: str
    to_day: date
    start: WallTime
    end: WallTime


@dataclass(frozen=True)
class CopyWeek:
    """In the week of `target` everybody works what they work in that of `source`.

    Who is away on either day keeps what is planned: absences are neither copied nor lifted.
    """

    source: date
    target: date


Change = SwapDay | StayAway | StandIn | MoveShift | CopyWeek


@dataclass(frozen=True)
class Hours:
    """When somebody works on some day, as a shift says it."""

    start: WallTime
    end: WallTime
    minutes: int | None = None
    breaks: tuple[Break, ...] = ()

    @property
    def length(self) -> int:
        """Nominal minutes."""
        return self.minutes or _length(self.start, self.end)


def changed(office: Office, change: Change) -> Office:
    """The office with this change. Raises DoesNotFit."""
    if any(office.person(one) is None for one in people_of(change)):
        raise DoesNotFit(
            say("One of these people is not in the office any more."),
            say("Choose one of the list."),
        )
    match change:
        case SwapDay():
            return with_swap(office, change.day, change.one, change.other)
        case StayAway():
            return with_absence(office, change.person, change.first, change.last, change.reason)
        case StandIn():
            return with_stand_in(office, change.person, change.span)
        case MoveShift():
            return with_move(office, change)
        case CopyWeek():
            return with_copied_week(office, change.source, change.target)


def must_stand(after: Office, before: Office) -> None:
    """Raises DoesNotFit where the changed office could not be used.

    What was wrong before is not this change's doing.
    """
    known = {str(remark.words) for remark in remarks_on(before) if remark.mistake}
    for remark in remarks_on(after):
        if remark.mistake and str(remark.words) not in known:
            raise DoesNotFit(remark.words, CHOOSE_ANOTHER)


def all_changed(
    office: Office, changes: Iterable[Change]
) -> tuple[Office, tuple[DoesNotFit | None, ...]]:
    """The office with these changes one after another, without those that do not fit any more.

    Of each change: why it does not, or None.
    """
    unfit: list[DoesNotFit | None] = []
    for change in changes:
        try:
            office = changed(office, change)
        except DoesNotFit as trouble:
            unfit.append(trouble)
        else:
            unfit.append(None)
    return office, tuple(unfit)


def people_of(change: Change) -> tuple[str, ...]:
    """The ids that the change names."""
    match change:
        case SwapDay():
            return change.one, change.other
        case MoveShift():
            return change.person, change.to
        case CopyWeek():
            return ()
        case _:
            return (change.person,)


def days_changed(office: Office, change: Change) -> tuple[date, ...]:
    """The days whose plan the change can touch, in order."""
    match change:
        case SwapDay():
            return (change.day,)
        case StayAway():
            days = (change.last - change.first).days + 1
            return tuple(change.first + n * DAY for n in range(days))
        case StandIn():
            return (day_of(office, change.span[0]),)
        case MoveShift():
            return tuple(sorted({change.day, change.to_day}))
        case CopyWeek():
            return week_of(change.target)


def with_swap(office: Office, day: date, one: str, other: str) -> Office:
    """See SwapDay."""
    same = [s for s in office.swaps if s.day == day and {s.one, s.other} == {one, other}]
    if same:
        return replace(office, swaps=tuple(s for s in office.swaps if s not in same))
    return replace(office, swaps=(*office.swaps, Swap(day, one, other)))


def with_absence(office: Office, person: str, first: date, last: date, reason: str = "") -> Office:
    """See StayAway."""
    if not timedelta() <= last - first <= LONGEST_ABSENCE:
        raise DoesNotFit(
            say("The last day lies before the first, or more than a year after it."),
            say("Choose the days again."),
        )
    return replace(office, absences=(*office.absences, Absence(person, first, last, reason)))


def with_stand_in(office: Office, person: str, span: Span) -> Office:
    """See StandIn. Wall time to the minute: what begins inside a minute begins with it."""
    if not timedelta(minutes=1) <= span[1] - span[0] <= DAY:
        raise DoesNotFit(
            say("Somebody can stand in for a minute to a day."), say("Choose the times again.")
        )
    start, end = (edge.astimezone(office.zone) for edge in span)
    day = day_of(office, span[0])
    hours = Hours(WallTime(start.hour * 60 + start.minute), WallTime(_end_minutes(end)))
    return replace(office, shifts=(*office.shifts, *_once(office, person, hours, [day])))


def with_move(office: Office, move: MoveShift) -> Office:
    """See MoveShift."""
    mine = hours_on(office, move.day).get(move.person, ())
    taken = next((hours for hours in mine if hours.start == move.at), None)
    if taken is None:
        raise DoesNotFit(
            say("This shift is not in the plan any more."), say("Look at the plan again.")
        )
    left = tuple(hours for hours in mine if hours is not taken)
    freed = with_hours(office, {(move.person, move.day): left})
    wanted = _moved(taken, move.start, move.end)
    _must_be_free(freed, move.to, move.to_day, wanted)
    there = hours_on(freed, move.to_day).get(move.to, ())
    return with_hours(freed, {(move.to, move.to_day): (*there, wanted)})


def with_copied_week(office: Office, source: date, target: date) -> Office:
    """See CopyWeek."""
    if week_of(source) == week_of(target):
        raise DoesNotFit(say("A week cannot be copied onto itself."), say("Choose another week."))
    wanted: dict[tuple[str, date], tuple[Hours, ...]] = {}
    for then, day in zip(week_of(source), week_of(target), strict=True):
        worked, there = hours_on(office, then), hours_on(office, day)
        for person in (one.id for one in office.people if one.id not in office.overflow):
            hours = worked.get(person, ())
            away = absent(office, person, then) or absent(office, person, day)
            if not away and set(hours) != set(there.get(person, ())):
                wanted[person, day] = hours
    return with_hours(office, wanted)


def hours_on(office: Office, day: date, *, also_away: bool = False) -> dict[str, tuple[Hours, ...]]:
    """What each person works of what starts on this day, by id. also_away: also who is away."""
    weekday, instead = weekday_of(office, day), swapped(office, day)
    found: dict[str, tuple[Hours, ...]] = {}
    for shift in office.shifts:
        person = instead.get(shift.person, shift.person)
        if person in office.overflow or not starts_on(shift, day, weekday):
            continue
        if also_away or not absent(office, person, day):
            hours = Hours(shift.start, shift.end, shift.minutes, shift.breaks)
            found[person] = (*found.get(person, ()), hours)
    return found


def with_hours(office: Office, wanted: Mapping[tuple[str, date], tuple[Hours, ...]]) -> Office:
    """On these days these people work these hours and no others; all other days stay as they are.

    What they had swapped on such a day is worked into the hours of both.
    """
    settled: dict[tuple[str, date], tuple[Hours, ...]] = {}
    swaps = [s for s in office.swaps if {(s.one, s.day), (s.other, s.day)} & wanted.keys()]
    for swap in swaps:
        there = hours_on(office, swap.day, also_away=True)
        settled |= {(one, swap.day): there.get(one, ()) for one in (swap.one, swap.other)}
    settled |= wanted
    shifts = list(office.shifts)
    for person, day in settled:
        weekday = weekday_of(office, day)
        shifts = [
            piece
            for shift in shifts
            for piece in (
                _around(office, shift, day)
                if shift.person == person and starts_on(shift, day, weekday)
                else (shift,)
            )
        ]
    return replace(
        office,
        shifts=(*shifts, *_only_then(office, settled)),
        swaps=tuple(swap for swap in office.swaps if swap not in swaps),
    )


def week_of(day: date) -> tuple[date, ...]:
    """Monday to Sunday around this day."""
    monday = day - day.weekday() * DAY
    return tuple(monday + n * DAY for n in range(7))


def _only_then(
    office: Office, settled: Mapping[tuple[str, date], tuple[Hours, ...]]
) -> Iterable[Shift]:
    """Shifts for these days alone; the same hours on several days of a week are one."""
    days: dict[tuple[str, Hours, date], list[date]] = {}
    for (person, day), all_hours in settled.items():
        for hours in all_hours:
            days.setdefault((person, hours, week_of(day)[0]), []).append(day)
    for (person, hours, _week), on in days.items():
        yield from _once(office, person, hours, sorted(on))


def _once(office: Office, person: str, hours: Hours, days: list[date]) -> list[Shift]:
    """On these days and no others: in one shift, if no day between them counts as the same."""
    weekdays = frozenset(weekday_of(office, day) for day in days)
    between = [days[0] + n * DAY for n in range((days[-1] - days[0]).days + 1)]
    if [day for day in between if weekday_of(office, day) in weekdays] != days:
        return [shift for day in days for shift in _once(office, person, hours, [day])]
    return [
        Shift(
            person,
            weekdays,
            hours.start,
            hours.end,
            hours.minutes,
            hours.breaks,
            valid_from=days[0],
            valid_to=days[-1],
        )
    ]


def _around(office: Office, shift: Shift, day: date) -> list[Shift]:
    """The shift without this day: before it and after it, as far as anything is left."""
    pieces = replace(shift, valid_to=day - DAY), replace(shift, valid_from=day + DAY)
    return [piece for piece in pieces if _ever_starts(office, piece)]


def _ever_starts(office: Office, shift: Shift) -> bool:
    if shift.valid_from is None or shift.valid_to is None:
        return True
    left = shift.valid_to - shift.valid_from
    if left > _SHORT:
        return True
    days = (shift.valid_from + n * DAY for n in range(left.days + 1))
    return any(starts_on(shift, day, weekday_of(office, day)) for day in days)


def _must_be_free(office: Office, person: str, day: date, hours: Hours) -> None:
    """Raises DoesNotFit where the person cannot work these hours."""
    found = office.person(person)
    name = found.name if found else person
    if absent(office, person, day):
        raise DoesNotFit(
            say("%(person)s is away on that day.", person=name),
            CHOOSE_ANOTHER,
        )
    if person in office.overflow:
        raise DoesNotFit(
            say("%(person)s takes what overflows and has no shifts.", person=name),
            CHOOSE_ANOTHER,
        )
    start, end = duty_span(_once(office, person, hours, [day])[0], day, office.zone)
    for duty in planned(office, (day - DAY, day, day + DAY)):
        if duty.person.id == person and duty.span[0] < end and start < duty.span[1]:
            raise DoesNotFit(
                say("%(person)s works at that time already.", person=name),
                say("Choose another time, or have the two swap the day."),
            )


def _moved(hours: Hours, start: WallTime, end: WallTime) -> Hours:
    length = _length(start, end)
    by = start.minutes - hours.start.minutes if length == hours.length else 0
    breaks = tuple(
        Break(WallTime((pause.start.minutes + by) % MINUTES_PER_DAY), pause.minutes)
        for pause in hours.breaks
    )
    inside = tuple(
        pause
        for pause in breaks
        if (pause.start.minutes - start.minutes) % MINUTES_PER_DAY + pause.minutes <= length
    )
    if start == end or (hours.minutes and length == hours.length):
        return Hours(start, WallTime(end.minutes % MINUTES_PER_DAY), length, inside)
    return Hours(start, end, None, inside)


def _length(start: WallTime, end: WallTime) -> int:
    return (end.minutes - start.minutes - 1) % MINUTES_PER_DAY + 1


def _end_minutes(end: datetime) -> int:
    minutes = end.hour * 60 + end.minute
    return minutes or MINUTES_PER_DAY
