"""The coming days walked through beforehand: every way a caller can take, at every minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.routing.campaigns import as_called, next_times
from hotline.routing.coverage import (
    Clash,
    Hole,
    Strain,
    Stretch,
    clashes,
    holes,
    strains,
    stretches,
)
from hotline.routing.office import Campaign, Do, Office, Person
from hotline.routing.rules import may_answer, standing_by
from hotline.routing.shifts import Span
from hotline.routing.staff import matching


class Lack(StrEnum):
    """What a caller does not find."""

    ANYBODY = "anybody"  # a message, at once
    TOPIC = "topic"  # nobody there knows about it; others are rung
    LANGUAGE = "language"  # nobody there speaks it; others are rung


@dataclass(frozen=True)
class Branch:
    """A way through the menus to a person. topic None: any person."""

    topic: str | None
    language: str


@dataclass(frozen=True)
class Shortfall:
    """While the line is open, callers of this branch do not find what they want in these spans."""

    branch: Branch
    lack: Lack
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Season:
    """What callers of a campaign find. times: the next ones, also after the days rehearsed."""

    campaign: Campaign
    times: tuple[Span, ...]
    holes: tuple[Hole, ...]
    shortfalls: tuple[Shortfall, ...]

    @property
    def well(self) -> bool:
        """See `Rehearsal.well`."""
        return _finds_somebody(self.holes, self.shortfalls)


@dataclass(frozen=True)
class Rehearsal:
    """What the coming days hold. idle: people whom no call can reach in all of them."""

    span: Span
    stretches: tuple[Stretch, ...]
    holes: tuple[Hole, ...]
    clashes: tuple[Clash, ...]
    shortfalls: tuple[Shortfall, ...]
    strains: tuple[Strain, ...]
    idle: tuple[Person, ...]
    seasons: tuple[Season, ...] = ()

    @property
    def well(self) -> bool:
        """Does every caller of every branch find somebody who can be rung?"""
        own = _finds_somebody(self.holes, self.shortfalls)
        return own and all(season.well for season in self.seasons)


def rehearse(office: Office, start: datetime, end: datetime) -> Rehearsal:
    """Every branch at every minute from `start` to `end` (aware)."""
    walked = tuple(stretches(office, start, end))
    open_ones = [stretch for stretch in walked if stretch.open]
    rung = {person.id for stretch in open_ones for person in stretch.reached}
    called = {*rung, *office.helpers, *(one for c in office.campaigns for one in c.people)}
    return Rehearsal(
        (start, end),
        walked,
        tuple(holes(office, start, end)),
        tuple(clashes(office, start, end)),
        tuple(_shortfalls(office, open_ones)),
        tuple(strains(office, start, end)),
        tuple(p for p in office.people if p.id not in called and may_answer(office, p)),
        tuple(_season(office, campaign, start, end) for campaign in office.campaigns),
    )


def _season(office: Office, campaign: Campaign, start: datetime, end: datetime) -> Season:
    """The campaign's own callers, as the office's are walked."""
    called = as_called(office, campaign)
    times = next_times(office, campaign, start)
    within = [(first, min(last, end)) for first, last in times if first < end]
    walked = [piece for span in within for piece in stretches(called, *span) if piece.open]
    lacks = [hole for span in within for hole in holes(called, *span)]
    return Season(campaign, times, tuple(lacks), tuple(_shortfalls(called, walked)))


def _finds_somebody(lacks: Iterable[Hole], shortfalls: Iterable[Shortfall]) -> bool:
    return not any(lacks) and all(s.lack is not Lack.ANYBODY for s in shortfalls)


def branches(office: Office) -> list[Branch]:
    """Every way to a person that the menus offer, `0` and silence among them, in each language."""
    keys = [key for menu in office.menus for key in menu.keys]
    topics = dict.fromkeys([None, *(key.target for key in keys if key.do is Do.TOPIC)])
    languages = [office.language, *(key.target for key in keys if key.do is Do.LANGUAGE)]
    return [Branch(topic, language) for topic in topics for language in dict.fromkeys(languages)]


def _shortfalls(office: Office, open_ones: Iterable[Stretch]) -> Iterator[Shortfall]:
    found: dict[tuple[Branch, Lack], list[Span]] = {}
    for stretch in open_ones:
        for branch in branches(office):
            for lack in _lacks(office, stretch, branch):
                spans = found.setdefault((branch, lack), [])
                if spans and spans[-1][1] == stretch.span[0]:
                    spans[-1] = (spans[-1][0], stretch.span[1])
                else:
                    spans.append(stretch.span)
    for (branch, lack), spans in found.items():
        yield Shortfall(branch, lack, tuple(spans))


def _lacks(office: Office, stretch: Stretch, branch: Branch) -> list[Lack]:
    chosen, dropped = matching(stretch.there, office, branch.topic, branch.language)
    if not chosen:
        helpers = standing_by(office, stretch.span[0])
        chosen, dropped = matching(helpers, office, branch.topic, branch.language)
    return [Lack(name) for name in dropped] if chosen else [Lack.ANYBODY]
