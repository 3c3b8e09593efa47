"""How the plan and the calls went, for each person and a span of time: counted, not judged. Pure.

What can be known: every ring and what became of it, every break that was asked for, every pause.
What cannot: nobody clocks in. When somebody came, or came back, shows only where a call rang them
meanwhile; so the rings missed in the first minutes of a duty, and after a break, are counted apart.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.routing.coverage import days_of
from hotline.routing.office import Office, Person
from hotline.routing.presence import Why
from hotline.routing.shifts import DAY, Duty, planned

EDGE = timedelta(minutes=15)  # after the beginning of a duty, or the end of a break


class Rang(StrEnum):
    """What became of ringing somebody for a caller."""

    TAKEN = "taken"
    MISSED = "missed"  # rang to the end, or was picked up and no key pressed
    DECLINED = "declined"  # key 2, or the telephone's own rejection
    BUSY = "busy"  # on the telephone with somebody else
    UNREACHABLE = "unreachable"  # off, out of reach, no such number, or no line could call


@dataclass(frozen=True)
class Rings:
    """When one telephone was rung for callers, of whom the same became each time. person: id."""

    person: str
    what: Rang
    at: tuple[datetime, ...]


@dataclass(frozen=True)
class Talks:
    """How many calls somebody spoke. back: the callers were called back.

    seconds: of all together, without those of which it is not known.
    """

    person: str
    calls: int
    seconds: float
    back: bool = False


@dataclass(frozen=True)
class Spell:
    """Somebody was away. until: when it was to end; ended: when it did, None while it lasts."""

    person: str
    why: Why
    since: datetime
    until: datetime
    ended: datetime | None = None

    def within(self, begin: datetime, end: datetime) -> timedelta:
        """How much of it lies in a span."""
        over = min(self.ended or self.until, end)
        return max(over - max(self.since, begin), timedelta())


@dataclass(frozen=True)
class Record:
    """One person. duty: as planned, breaks left out; zero where the office has no shifts.

    at_start, after_break: of the missed rings those in the first quarter of an hour of a duty, or
    after a break, and before a call was taken in it.
    """

    person: str
    name: str
    duty: timedelta
    rings: dict[Rang, int]
    at_start: int
    after_break: int
    talks: int
    backs: int
    talked: timedelta
    away: dict[Why, tuple[int, timedelta]]


def records(
    office: Office,
    begin: datetime,
    end: datetime,
    rings: Sequence[Rings],
    talks: Sequence[Talks],
    spells: Sequence[Spell],
) -> tuple[Record, ...]:
    """Everybody of the office, in its order. The plan is the one in force now."""
    days = days_of(office, begin, end)
    duties = list(planned(office, [days[0] - DAY, *days]))
    return tuple(
        _record(
            person,
            (begin, end),
            [duty for duty in duties if duty.person.id == person.id],
            _by_end(ring for ring in rings if ring.person == person.id),
            [talk for talk in talks if talk.person == person.id],
            [spell for spell in spells if spell.person == person.id],
        )
        for person in office.people
    )


def _record(
    person: Person,
    span: tuple[datetime, datetime],
    duties: Sequence[Duty],
    rings: Mapping[Rang, Sequence[datetime]],
    talks: Sequence[Talks],
    spells: Sequence[Spell],
) -> Record:
    starts = [duty.span[0] for duty in duties]
    returns = [pause[1] for duty in duties for pause in duty.breaks]
    returns += [s.ended or s.until for s in spells if s.why is Why.BREAK]
    return Record(
        person.id,
        person.name,
        _length(duties, span),
        {what: len(rings[what]) for what in Rang},
        _missed_after(starts, rings),
        _missed_after(returns, rings),
        sum(talk.calls for talk in talks),
        sum(talk.calls for talk in talks if talk.back),
        timedelta(seconds=round(sum(talk.seconds for talk in talks))),
        {why: _away([s for s in spells if s.why is why], span) for why in Why},
    )


def _by_end(rings: Iterable[Rings]) -> dict[Rang, list[datetime]]:
    """When it rang, by what became of it, each in its order."""
    found: dict[Rang, list[datetime]] = {what: [] for what in Rang}
    for ring in rings:
        found[ring.what] += ring.at
    return {what: sorted(at) for what, at in found.items()}


def _missed_after(edges: Iterable[datetime], rings: Mapping[Rang, Sequence[datetime]]) -> int:
    """Each ring once, however many edges lie before it."""
    missed, taken = rings[Rang.MISSED], rings[Rang.TAKEN]
    counted = set[int]()
    for edge in edges:
        next_taken = bisect_left(taken, edge)
        until = min([edge + EDGE, *taken[next_taken : next_taken + 1]])
        counted.update(range(bisect_left(missed, edge), bisect_left(missed, until)))
    return len(counted)


def _away(spells: Sequence[Spell], span: tuple[datetime, datetime]) -> tuple[int, timedelta]:
    begun = [spell.within(*span) for spell in spells]
    return len(begun), sum(begun, timedelta())


def _length(duties: Sequence[Duty], span: tuple[datetime, datetime]) -> timedelta:
    whole = timedelta()
    for duty in duties:
        whole += _overlap(duty.span, span)
        whole -= sum((_overlap(pause, span) for pause in duty.breaks), timedelta())
    return whole


def _overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> timedelta:
    return max(min(one[1], other[1]) - max(one[0], other[0]), timedelta())
