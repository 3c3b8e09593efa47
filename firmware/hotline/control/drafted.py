"""The draft of the plan in words: for the terminal, and the same for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from hotline.routing.changewords import clock_of, longer, words_of
from hotline.routing.coverage import Hole
from hotline.routing.difference import Difference
from hotline.routing.office import Office
from hotline.routing.shifts import Duty, Span
from hotline.storage.drafts import Draft

DAYS_SHOWN = 60
Line = tuple[str, str]  # mark ("", "well", "doubt" or "hole") and words


def page_of(draft: Draft, now: datetime) -> Iterator[Line]:
    """Line by line: the changes, whose days differ, what comes and what goes."""
    if not draft.changes:
        yield "", "The draft is empty."
        return
    for one, trouble in zip(draft.changes, draft.unfit, strict=True):
        yield "", f"{words_of(one.change, draft.before, _day)} ({one.by})"
        if trouble is not None:
            yield "hole", f"does not fit any more: {trouble.cause}"
    brings = draft.difference(now)
    yield from _days(draft.before, brings)
    for person, more in brings.gained:
        yield "", f"{person.name}: {longer(more)}"
    for hole in brings.new_holes:
        instead = f"; could stand in: {_names(hole)}" if hole.instead else ""
        yield "hole", f"{_when(draft.before, hole.span)}: too few people then{instead}."
    for hole in brings.filled_holes:
        yield "well", f"{_when(draft.before, hole.span)}: enough people then."
    for clash in brings.new_clashes:
        both = " and ".join(person.name for person in clash.people)
        words = f"{_when(draft.before, clash.span)}: {both} have a break at the same time."
        yield "doubt", words
    if told := ", ".join(person.name for person in brings.people):
        yield "", f"Other hours than before: {told}. Who has a mobile is told by text."


def plain_of(draft: Draft, now: datetime) -> dict[str, Any]:
    """The same for programs."""
    brings = draft.difference(now)
    return {
        "changes": [
            {"number": one.number, "at": one.at, "by": one.by, "change": asdict(one.change)}
            | {"kind": type(one.change).__name__, "fits": trouble is None}
            for one, trouble in zip(draft.changes, draft.unfit, strict=True)
        ],
        "days": [
            {"day": one.day, "person": one.person.id}
            | {"before": _spans(one.before), "after": _spans(one.after)}
            for one in brings.days
        ],
        "new_holes": [hole.span for hole in brings.new_holes],
        "filled_holes": [hole.span for hole in brings.filled_holes],
    }


def _days(office: Office, brings: Difference) -> Iterator[Line]:
    for one in brings.days[:DAYS_SHOWN]:
        before, after = _duties(office, one.before), _duties(office, one.after)
        yield "", f"{one.day:%a %d.%m.%Y} {one.person.name}: {before} -> {after}"
    if (more := len(brings.days) - DAYS_SHOWN) > 0:
        yield "", f"and {more} more"


def _duties(office: Office, duties: Sequence[Duty]) -> str:
    return ", ".join(clock_of(duty.span, office) for duty in duties) or "free"


def _spans(duties: Sequence[Duty]) -> list[Span]:
    return [duty.span for duty in duties]


def _when(office: Office, span: Span) -> str:
    return f"{span[0].astimezone(office.zone):%a %d.%m.%Y} {clock_of(span, office)}"


def _names(hole: Hole) -> str:
    return ", ".join(person.name for person in hole.instead)


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
