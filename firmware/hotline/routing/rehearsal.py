"""The coming days walked through beforehand: every way a caller can take, at every minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
from hotline.routing.office import Do, Office, Person
from hotline.routing.rules import standing_by
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
class Rehearsal:
    """What the coming days hold. idle: people whom no call can reach in all of them."""

    span: Span
    stretches: tuple[Stretch, ...]
    holes: tuple[Hole, ...]
    clashes: tuple[Clash, ...]
    shortfalls: tuple[Shortfall, ...]
    strains: tuple[Strain, ...]
    idle: tuple[Person, ...]

    @property
    def well(self) -> bool:
        """Does every caller of every branch find somebody who can be rung?"""
        return not self.holes and all(s.lack is not Lack.ANYBODY for s in self.shortfalls)


def rehearse(office: Office, start: datetime, end: datetime) -> Rehearsal:
    """Every branch at every minute from `start` to `end` (aware)."""
    walked = tuple(stretches(office, start, end))
    open_ones = [stretch for stretch in walked if stretch.open]
    rung = {person.id for stretch in open_ones for person in stretch.reached}
    return Rehearsal(
        (start, end),
        walked,
        tuple(holes(office, start, end)),
        tuple(clashes(office, start, end)),
        tuple(_shortfalls(office, open_ones)),
        tuple(strains(office, start, end)),
        tuple(p for p in office.people if p.id not in rung | set(office.overflow)),
    )


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
