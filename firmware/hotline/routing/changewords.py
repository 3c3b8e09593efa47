"""A change of the plan in a line: the terminal shows it in English, the page in any language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from hotline.routing.changes import Change, CopyWeek, MoveShift, StandIn, StayAway, SwapDay, week_of
from hotline.routing.office import Office
from hotline.routing.shifts import Span
from hotline.said import Said, say, together

DASH = "\N{EN DASH}"


def words_of(change: Change, office: Office, shown: Callable[[date], str]) -> Said:
    """One change. shown: how a day is written."""

    def name(person: str) -> str:
        found = office.person(person)
        return found.name if found else person

    match change:
        case SwapDay(day, one, other):
            swap = say("%(one)s and %(other)s swap", one=name(one), other=name(other))
            return together(f"{shown(day)}:", swap)
        case StayAway(person, first, last, reason):
            days = shown(first) if last == first else f"{shown(first)} {DASH} {shown(last)}"
            return together(f"{days}: {name(person)},", reason or say("away"))
        case StandIn(person, span):
            on = shown(span[0].astimezone(office.zone).date())
            stands_in = say("%(person)s stands in", person=name(person))
            return together(f"{on}, {clock_of(span, office)}:", stands_in)
        case MoveShift():
            was = f"{shown(change.day)}, {change.at}, {name(change.person)}"
            will = f"{shown(change.to_day)}, {change.start}{DASH}{change.end}, {name(change.to)}"
            return together(f"{was} → {will}")
        case CopyWeek(source, target):
            then, week = (shown(week_of(one)[0]) for one in (source, target))
            return say(
                "The week from %(week)s on is as that from %(then)s on.", week=week, then=then
            )


def clock_of(span: Span, office: Office) -> str:
    """09:00-12:00, on the office's wall."""
    start, end = (edge.astimezone(office.zone) for edge in span)
    return f"{start:%H:%M}{DASH}{end:%H:%M}"


def longer(by: timedelta) -> Said:
    """+6 h, or -1:30 h."""
    minutes = round(abs(by).total_seconds() / 60)
    sign = "+" if by > timedelta() else "\N{MINUS SIGN}"
    hours = f"{minutes // 60}:{minutes % 60:02d}" if minutes % 60 else f"{minutes // 60}"
    return say("%(hours)s h", hours=f"{sign}{hours}")
