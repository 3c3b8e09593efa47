"""Which hotline a caller has reached: the office's own, or a campaign's that is on now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from hotline.routing.menuwalk import MAIN
from hotline.routing.office import Campaign, Menu, Office
from hotline.routing.rules import DAYS_AHEAD, among, hours_from, open_spans
from hotline.routing.shifts import DAY, Span, day_of, day_span

TOLD_FOR = timedelta(days=3)  # a box that was off when it ended still tells so long


@dataclass(frozen=True)
class Over:
    """A time of a campaign that is over. began: the first midnight, None where it has no first day.

    ended: when the last day's hours were over, also where that was after midnight.
    """

    campaign: Campaign
    began: datetime | None
    ended: datetime


def campaign_of(office: Office, line: str | None, now: datetime) -> Campaign | None:
    """The campaign that callers on this line reach at `now`, the first of the list; None: none.

    line None: any line.
    """
    return next(
        (one for one in office.campaigns if _on_line(one, line) and is_on(office, one, now)), None
    )


def is_on(office: Office, campaign: Campaign, now: datetime) -> bool:
    """Whether the campaign is on at `now`; its last night runs to its end past midnight."""
    today = day_of(office, now)
    if not campaign.hours:
        return _begins_on(campaign, today)
    return any(
        start <= now < end
        for day in (today - DAY, today)
        if _begins_on(campaign, day)
        for start, end in hours_from(office, campaign.hours, day)
    )


def as_called(office: Office, campaign: Campaign | None) -> Office:
    """The office as callers of this campaign find it."""
    if campaign is None:
        return office
    chosen = {*campaign.people, *office.overflow} if campaign.people else None
    people = tuple(p for p in office.people if chosen is None or p.id in chosen)
    working = {person.id for person in people}
    return replace(
        office,
        people=people,
        shifts=tuple(shift for shift in office.shifts if shift.person in working),
        hours=campaign.hours or office.hours,
        menus=_menus(office, campaign),
        greeting=campaign.greeting or office.greeting,
        closed_greeting=campaign.closed_greeting or office.closed_greeting,
        answered_by=campaign.answered_by or office.answered_by,
        strategy=campaign.strategy or office.strategy,
        fallback=campaign.fallback or office.fallback,
        total_seconds=campaign.total_seconds or office.total_seconds,
    )


def just_over(office: Office, now: datetime) -> list[Over]:
    """Campaigns with a last day whose time ended at `now`, or not more than three days ago."""
    found = (_newest_over(office, one, now) for one in office.campaigns)
    return [over for over in found if over is not None and now < over.ended + TOLD_FOR]


def _newest_over(office: Office, campaign: Campaign, now: datetime) -> Over | None:
    for first, last in _seasons(campaign, day_of(office, now).year):
        ended = _ended(office, campaign, first, last)
        if ended is not None and ended <= now:
            began = day_span(office, first)[0] if first else None
            return Over(campaign, began, ended)
    return None


def _seasons(campaign: Campaign, year: int) -> Iterator[tuple[date | None, date]]:
    """First and last days that can be just over in this year, the newest first."""
    first, last = campaign.first, campaign.last
    if last is None:
        return
    if not campaign.yearly or first is None:
        yield first, last
        return
    over_new_year = (first.month, first.day) > (last.month, last.day)
    for ends in (year, year - 1):
        yield _in_year(first, ends - over_new_year, ahead=True), _in_year(last, ends)


def _in_year(day: date, year: int, *, ahead: bool = False) -> date:
    """The same day of another year; where that has no 29th of February, the day beside it."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1) if ahead else date(year, 2, 28)


def _ended(office: Office, campaign: Campaign, first: date | None, last: date) -> datetime | None:
    """None where it was on in no hour of its last week."""
    if not campaign.hours:
        return day_span(office, last)[1]
    for back in range(7):
        day = last - back * DAY
        ends = [end for _, end in hours_from(office, campaign.hours, day)]
        if ends and (first is None or first <= day):
            return max(ends)
    return None


def next_times(
    office: Office, campaign: Campaign, now: datetime, most: int = 10
) -> tuple[Span, ...]:
    """When its callers are answered, from `now` on: so many times at most, as they follow.

    What runs on over midnight is one time; so is a season that is open day and night. Looks 400
    days ahead.
    """
    return tuple(islice(_joined(_times(office, campaign, now)), most))


def _times(office: Office, campaign: Campaign, now: datetime) -> Iterator[Span]:
    called, today = as_called(office, campaign), day_of(office, now)
    for ahead in range(DAYS_AHEAD):
        for start, end in open_spans(called, today + ahead * DAY):
            if end > now and is_on(office, campaign, start):
                yield max(start, now), end


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    last: Span | None = None
    for span in spans:
        if last is not None and last[1] == span[0]:
            last = last[0], span[1]
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _on_line(campaign: Campaign, line: str | None) -> bool:
    return line is None or not campaign.lines or line in campaign.lines


def _begins_on(campaign: Campaign, day: date) -> bool:
    first, last = campaign.first or date.min, campaign.last or date.max
    yearly = campaign.yearly and campaign.first is not None and campaign.last is not None
    return among(first, last, yearly, day)


def _menus(office: Office, campaign: Campaign) -> tuple[Menu, ...]:
    """Its own menu is what a caller hears first; the others stay where keys lead to them."""
    own = office.menu(campaign.menu) if campaign.menu else None
    if own is None:
        return office.menus
    return (replace(own, id=MAIN), *(m for m in office.menus if m.id != MAIN))
