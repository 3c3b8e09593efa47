"""When the line is open next, and until when: what a caller is told who asks. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hotline.routing.office import Office
from hotline.routing.rules import closure_on, open_spans
from hotline.routing.shifts import DAY, Span, day_of

LOOKED = 60  # days
_ALWAYS = timedelta(days=28)  # open for so long without an end: nobody asks when that is
_NOTICED = 14  # days before a closure, callers hear of it


@dataclass(frozen=True)
class Openings:
    """open: is it now. always: and nobody can say until when. closes, opens: the next times; None
    beyond two months. then: when it closes after `opens`. closed, again: the first day of the next
    closure within two weeks, and when the line is open after it.
    """

    open: bool
    always: bool
    closes: datetime | None = None
    opens: datetime | None = None
    then: datetime | None = None
    closed: date | None = None
    again: datetime | None = None


def openings(office: Office, now: datetime) -> Openings:
    """What is to be told at `now`."""
    today = day_of(office, now)
    spans = [span for span in _joined(office, today) if span[1] > now]
    there = bool(spans) and spans[0][0] <= now
    if there and spans[0][1] - now > _ALWAYS:
        return Openings(open=True, always=True)
    current, rest = (spans[0], spans[1:]) if there else (None, spans)
    following = rest[0] if rest else None
    closed = next(
        (day for ahead in range(_NOTICED) if closure_on(office, day := today + ahead * DAY)), None
    )
    again = next((start for start, _ in spans if closed and day_of(office, start) > closed), None)
    return Openings(
        open=there,
        always=False,
        closes=current[1] if current else None,
        opens=following[0] if following else None,
        then=following[1] if following and not there else None,
        closed=closed,
        again=again,
    )


def reopening(office: Office, now: datetime) -> datetime | None:
    """When an office that closes now for the rest of the day opens again, by its hours.

    A night's opening counts to the day on which it began. None: it would change nothing, since it
    is not open before then; or it never opens again within two months, or is always open.
    """
    usual, today = replace(office, closed_early=None), day_of(office, now)
    spans = [span for span in _joined(usual, today) if span[1] > now]
    if spans and spans[0][0] <= now:
        today = day_of(office, spans[0][0])
    later = (start for start, _ in spans if start > now and day_of(office, start) > today)
    again = next(later, None)
    return again if spans and spans[0][0] != again else None


def _joined(office: Office, today: date) -> Iterator[Span]:
    """Opening times from yesterday on, over midnight in one."""
    held: Span | None = None
    for ahead in range(-1, LOOKED):
        for start, end in sorted(open_spans(office, today + ahead * DAY)):
            if held is not None and start <= held[1]:
                held = held[0], max(held[1], end)
                continue
            if held is not None:
                yield held
            held = start, end
    if held is not None:
        yield held
