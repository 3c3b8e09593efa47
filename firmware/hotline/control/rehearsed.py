"""A rehearsal in words: one page for whoever watches the plan, and the same for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hotline.routing.campaigns import as_called
from hotline.routing.coverage import Hole, Stretch
from hotline.routing.office import Office, Person
from hotline.routing.rehearsal import Lack, Rehearsal, Season, Shortfall
from hotline.routing.shifts import DAY, Span
from hotline.storage.officewords import write_days

HOURS_SHOWN = 4
HOLES_SHOWN = 40
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Line = tuple[str, str]  # mark ("", "well", "doubt" or "hole") and words


def page_of(
    office: Office,
    heard: Rehearsal,
    unconfirmed: Sequence[str] = (),
    doubts: Sequence[str] = (),
) -> Iterator[Line]:
    """The page, line by line: the days, then what is missing, with one thing to do for each.

    unconfirmed: sentences about people who are not rung because of that. doubts: other sentences.
    """
    yield from _days(office, heard)
    for words in unconfirmed:
        yield "hole", words
    yield from _holes(office, heard.holes)
    if not office.people:
        yield "hole", "Nobody is named: every caller may only leave a message."
    yield from _shortfalls(office, heard.shortfalls)
    for clash in heard.clashes[:HOLES_SHOWN]:
        both = " and ".join(person.name for person in clash.people)
        yield "doubt", f"{_when(clash.span, office.zone)}: {both} have a break at the same time."
    if more := heard.clashes[HOLES_SHOWN:]:
        yield "doubt", f"and {len(more)} more breaks at the same time."
    for strain in heard.strains:
        words = f"{strain.person.name} has no break for more than {office.hours_in_a_row} hours"
        yield "doubt", f"{_when(strain.span, office.zone)}: {words}."
    for season in heard.seasons:
        yield from _season(office, season)
    for words in doubts:
        yield "doubt", words
    for person in heard.idle:
        yield "doubt", f"{person.name} is not rung in all this time: {_why_idle(office, person)}."
    if heard.well and not unconfirmed:
        yield "well", "Every caller finds somebody who can be rung while the line is open."


def plain_of(heard: Rehearsal) -> dict[str, Any]:
    """The rehearsal for programs: instants in UTC, people and topics by id."""
    return {
        "from": heard.span[0],
        "to": heard.span[1],
        "well": heard.well,
        "holes": _plain_holes(heard.holes),
        "shortfalls": _plain_shortfalls(heard.shortfalls),
        "clashes": [{"span": c.span, "people": _ids(c.people)} for c in heard.clashes],
        "strains": [{"span": s.span, "person": s.person.id} for s in heard.strains],
        "idle": _ids(heard.idle),
        "campaigns": [
            {
                "campaign": season.campaign.id,
                "times": season.times,
                "holes": _plain_holes(season.holes),
                "shortfalls": _plain_shortfalls(season.shortfalls),
            }
            for season in heard.seasons
        ],
    }


def _plain_holes(holes: Iterable[Hole]) -> list[dict[str, Any]]:
    return [
        {
            "from": hole.span[0],
            "to": hole.span[1],
            "there": _ids(hole.there),
            "needed": hole.needed,
            "pausing": _ids(hole.pausing),
            "instead": _ids(hole.instead),
        }
        for hole in holes
    ]


def _plain_shortfalls(shortfalls: Iterable[Shortfall]) -> list[dict[str, Any]]:
    return [
        {
            "topic": one.branch.topic,
            "language": one.branch.language,
            "lack": one.lack,
            "spans": one.spans,
        }
        for one in shortfalls
    ]


def _days(office: Office, heard: Rehearsal) -> Iterator[Line]:
    """When the line is open, and who is there meanwhile; days that are alike on one line."""
    told: list[tuple[date, date, str]] = []
    for day, pieces in _by_day(heard, office.zone):
        words = _day_words(pieces)
        if told and told[-1][2] == words:
            told[-1] = (told[-1][0], day, words)
        else:
            told.append((day, day, words))
    for first, last, words in told:
        yield "", f"{_date(first)}{'' if last == first else f' to {_date(last)}'}  {words}"


_Piece = tuple[str, str, Stretch]  # from and to, on the wall of one day


def _by_day(heard: Rehearsal, zone: ZoneInfo) -> Iterator[tuple[date, list[_Piece]]]:
    by_day: dict[date, list[_Piece]] = {}
    for stretch in heard.stretches:
        start, end = (edge.astimezone(zone) for edge in stretch.span)
        day = start.date()
        while day <= (end - timedelta(microseconds=1)).date():
            first = f"{start:%H:%M}" if start.date() == day else "00:00"
            last = f"{end:%H:%M}" if end.date() == day else "24:00"
            by_day.setdefault(day, []).append((first, last, stretch))
            day += DAY
    yield from by_day.items()


def _day_words(pieces: Iterable[_Piece]) -> str:
    opened, people = list[str](), dict[str, list[str]]()
    for first, last, stretch in pieces:
        if stretch.open:
            _go_on(opened, first, last)
            for person in stretch.there:
                _go_on(people.setdefault(person.name, []), first, last)
    there = "; ".join(f"{name} {', '.join(spans)}" for name, spans in people.items())
    return f"open {', '.join(opened)}: {there or 'nobody'}" if opened else "closed"


def _go_on(spans: list[str], first: str, last: str) -> None:
    """Add a span, to the last one where it goes on from there."""
    if spans and spans[-1].endswith(f"-{first}"):
        first = spans.pop().partition("-")[0]
    spans.append(f"{first}-{last}")


def _date(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day:%d.%m.}"


def _season(office: Office, season: Season) -> Iterator[Line]:
    """When the campaign is on next, and what its callers do not find."""
    campaign, zone = season.campaign, office.zone
    name = f"«{campaign.name or campaign.id}»"
    if not season.times:
        yield "doubt", f"{name} is never on again: give it new days, or take it out."
        return
    yield "", f"{name}  {', '.join(_when(span, zone) for span in season.times)}"
    own = as_called(office, campaign)
    for mark, words in (*_holes(own, season.holes), *_shortfalls(own, season.shortfalls)):
        yield mark, f"{name}, {words}"


def _holes(office: Office, holes: Sequence[Hole]) -> Iterator[Line]:
    for hole in holes[:HOLES_SHOWN]:
        reached = [person for person in hole.there if person.number]
        lacks = f"only {_names(reached)}, not {hole.needed}" if reached else "nobody answers"
        words = f"{_when(hole.span, office.zone)}: {lacks}"
        if hole.pausing:
            words += f"; {_names(hole.pausing)} then has a break"
        if hole.instead:
            words += f". Could stand in: {_names(hole.instead)}"
        yield "hole", f"{words}."
    if more := holes[HOLES_SHOWN:]:
        yield "hole", f"and {len(more)} more times."


_LACKS = {
    Lack.ANYBODY: "may ring nobody and end in a message",
    Lack.TOPIC: "find nobody who knows about it, others are rung",
    Lack.LANGUAGE: "find nobody who speaks it, others are rung",
}


def _shortfalls(office: Office, shortfalls: Iterable[Shortfall]) -> Iterator[Line]:
    """Each lack of a topic once, with the languages it is the same in; holes were told before."""
    alike: dict[tuple[str | None, Lack, tuple[Span, ...]], list[str]] = {}
    for one in shortfalls:
        if one.lack is not Lack.ANYBODY or one.branch.topic is not None:
            key = one.branch.topic, one.lack, one.spans
            alike.setdefault(key, []).append(one.branch.language)
    for (topic, lack, spans), languages in alike.items():
        wanted = office.topic(topic) if topic else None
        name = wanted.name.get(office.language, wanted.id) if wanted else topic or "any person"
        times = _repeated(spans, office.zone)
        who = f"Callers of «{name}» ({', '.join(languages)})"
        yield "doubt", f"{who} {_LACKS[lack]}: {times}."


def _repeated(spans: Iterable[Span], zone: ZoneInfo) -> str:
    """Spans at the same hours of several days are said once."""
    days: dict[str, list[int]] = {}
    for start, end in ((a.astimezone(zone), b.astimezone(zone)) for a, b in spans):
        days.setdefault(f"{start:%H:%M}-{_until(start, end)}", []).append(start.weekday())
    told = [
        f"{write_days(frozenset(weekdays))} {hours} ({len(weekdays)} times)"
        for hours, weekdays in days.items()
    ]
    more = len(told) - HOURS_SHOWN
    return ", ".join(told[:HOURS_SHOWN]) + (f" and at {more} more hours" if more > 0 else "")


def _why_idle(office: Office, person: Person) -> str:
    if person.number is None:
        return "there is no number"
    if office.shifts and all(person.id != shift.person for shift in office.shifts):
        return "there is no shift"
    return "no shift lies in it, or only while the line is closed"


def _when(span: Span, zone: ZoneInfo) -> str:
    start, end = (edge.astimezone(zone) for edge in span)
    first = f"{WEEKDAYS[start.weekday()]} {start:%d.%m. %H:%M}"
    return f"{first}-{_until(start, end)}"


def _until(start: datetime, end: datetime) -> str:
    if end.date() == start.date():
        return f"{end:%H:%M}"
    if end.date() == start.date() + DAY and (end.hour, end.minute) == (0, 0):
        return "24:00"
    return f"{WEEKDAYS[end.weekday()]} {end:%d.%m. %H:%M}"


def _names(people: Iterable[Person]) -> str:
    return ", ".join(person.name for person in people)


def _ids(people: Sequence[Person]) -> list[str]:
    return [person.id for person in people]
