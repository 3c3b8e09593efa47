"""The office as each caller finds it: its own, or that of a campaign which is on over that line.

By the rules as they are written, minute by minute; the product's are not asked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from hotline.routing.office import Campaign, Menu, Office
from tests.month.world import Diary
from tests.routing.oracle import Oracle, Stretch, wall_of

SPARE_DAYS = 4


class Called:
    """oracle: what the rules say of an office, for every minute."""

    def __init__(self, diary: Diary) -> None:
        self.diary = diary
        first = diary.start - timedelta(days=SPARE_DAYS)
        self._stretch = Stretch(diary.office.zone, first, (diary.days + 2 * SPARE_DAYS) * 1440)
        self._offices: dict[tuple[int, str], Office] = {}
        self._oracles: dict[int, Oracle] = {}
        self._on = {one.id: self._minutes(one) for one in diary.office.campaigns}

    def office(self, line: str, at: float) -> Office:
        """As somebody finds it who calls over this line."""
        office, campaign = self.diary.office_at(at), self.campaign(line, at)
        if campaign is None:
            return office
        key = id(office), campaign.id
        if key not in self._offices:
            self._offices[key] = _of_campaign(office, campaign)
        return self._offices[key]

    def campaign(self, line: str, at: float) -> Campaign | None:
        """The first of the list that is on and has this line."""
        minute = self._stretch.index(self.diary.instant(at))
        return next(
            (
                one
                for one in self.diary.office.campaigns
                if self._on[one.id][minute] and (not one.lines or line in one.lines)
            ),
            None,
        )

    def oracle(self, office: Office) -> Oracle:
        """Made once for each; `office` is one of those this gives, or of the diary."""
        if id(office) not in self._oracles:
            self._oracles[id(office)] = Oracle(office, self._stretch)
        return self._oracles[id(office)]

    def _minutes(self, campaign: Campaign) -> np.ndarray:
        """Of every minute: is it on then?"""
        on, stretch = self._stretch.none(), self._stretch
        works_as = {moved.day: moved.as_weekday for moved in self.diary.office.moved_days}
        for day in sorted(set(stretch.dates)):
            if not (campaign.first or date.min) <= day <= (campaign.last or date.max):
                continue
            if not campaign.hours:
                on |= np.array([shown == day for shown in stretch.dates])
            for hours in campaign.hours:
                if works_as.get(day, day.isoweekday() - 1) in hours.days:
                    over = 1440 if hours.end.minutes <= hours.start.minutes else 0
                    begin = stretch.starts(wall_of(day, hours.start.minutes))
                    on[begin : stretch.ends(wall_of(day, hours.end.minutes + over))] = True
        return on


def _of_campaign(office: Office, campaign: Campaign) -> Office:
    people = campaign.people or tuple(person.id for person in office.people)
    return replace(
        office,
        people=tuple(p for p in office.people if p.id in (*people, *office.overflow)),
        shifts=tuple(shift for shift in office.shifts if shift.person in people),
        hours=campaign.hours or office.hours,
        menus=tuple(_menus(office, campaign.menu)) if campaign.menu else office.menus,
        greeting=campaign.greeting or office.greeting,
        strategy=campaign.strategy or office.strategy,
        fallback=campaign.fallback or office.fallback,
        total_seconds=campaign.total_seconds or office.total_seconds,
    )


def _menus(office: Office, first: str) -> list[Menu]:
    """What the campaign names comes first; else they are the office's."""
    return [replace(m, id="main") for m in office.menus if m.id == first] + [
        menu for menu in office.menus if menu.id != "main"
    ]
