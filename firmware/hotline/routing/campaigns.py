"""Which hotline a caller has reached: the office's own, or a campaign's that is on now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from hotline.routing.office import Campaign, Menu, Office
from hotline.routing.remarks import MAIN_MENU
from hotline.routing.rules import among, hours_from
from hotline.routing.shifts import DAY, day_of


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
        strategy=campaign.strategy or office.strategy,
        fallback=campaign.fallback or office.fallback,
        total_seconds=campaign.total_seconds or office.total_seconds,
    )


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
    return (replace(own, id=MAIN_MENU), *(m for m in office.menus if m.id != MAIN_MENU))
