"""Who answers a call at this instant: what the calls, the page and `hotline who` ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from hotline.routing.computer import with_computers
from hotline.routing.office import Closure, Fallback, Office, Person, Strategy
from hotline.routing.presence import Away, off_duty
from hotline.routing.rules import (
    Opening,
    may_answer,
    next_duty,
    next_opening,
    on_duty,
    opening_at,
    standing_by,
)
from hotline.routing.staff import Load, competent, in_turn, levels, matching, may_ring
from hotline.routing.voicemail import ring_time

__all__ = [
    "Candidate",
    "Load",
    "Opening",
    "Plan",
    "Tier",
    "next_duty",
    "on_duty",
    "plan_for",
]

_NO_LOAD = Load()


@dataclass(frozen=True)
class Candidate:
    """A person to ring, and for how many seconds."""

    person: Person
    ring_seconds: int


@dataclass(frozen=True)
class Tier:
    """The people of one level in ringing order; with `Strategy.ALL` they are rung together."""

    level: int
    strategy: Strategy
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Plan:
    """What to do with a call.

    closure: what shuts the line, with CLOSED_DAY and CLOSED_EARLY. tiers: rung one after another;
    empty means nobody can be rung now. busy: would be rung but are on the telephone, worth waiting
    for; with no tiers and nobody busy the fallback comes at once. dropped: the filters ("topic",
    "language") nobody met, so the whisper says so. next_opening: the first instant (UTC) at which
    someone can really answer; None if someone can now, or nobody will within 400 days. call_back:
    nobody can be joined with this caller, but there is somebody to be told who calls back.
    unconfirmed: are on duty and would be rung, but nobody confirmed their number yet. away: would
    be rung by the plan, had they not gone or been paused; nobody waits for them.
    """

    opening: Opening
    closure: Closure | None
    tiers: tuple[Tier, ...]
    busy: tuple[Person, ...]
    fallback: Fallback
    total_seconds: int
    dropped: tuple[str, ...]
    next_opening: datetime | None
    call_back: bool = False
    unconfirmed: tuple[Person, ...] = ()
    away: tuple[Away, ...] = ()


def plan_for(
    caller: str | None,
    office: Office,
    now: datetime,
    *,
    topic: str | None = None,
    language: str | None = None,
    overflows: bool = False,
    load: Load = _NO_LOAD,
    clock_trusted: bool = True,
    can_join: bool = True,
) -> Plan:
    """The plan for a call coming in at `now` (aware). Never fails, for any office and instant.

    caller: E.164 or None; somebody of the staff who calls the line is not rung for it.
    overflows: the caller has waited so long, or so many wait, that others shall be rung, too.
    clock_trusted False: treated as open, with everybody who has any shift on duty.
    can_join False: over its line the caller cannot be joined with anybody, so nobody is rung.
    """
    office = with_computers(office, load.at_computer)
    opening, closure, there, helpers = _state(office, now, clock_trusted, load)
    chosen, dropped = matching(_but(there, caller, load), office, topic, language)
    tiers = _tiers(chosen, office, topic, load)
    if overflows or not chosen:
        extra, lost = matching(_but(helpers, caller, load), office, topic, language)
        if not (chosen and lost):  # beside others, only who fits
            tiers += _tiers(extra, office, topic, load)
            chosen, dropped = chosen + extra, dropped if chosen else lost
    ringable = chosen if can_join else ()
    unconfirmed = tuple(
        p
        for p in there
        if p.unconfirmed not in ("", caller) and not p.at_computer and competent(p, topic)
    )
    return Plan(
        opening=opening,
        closure=closure,
        tiers=tiers if can_join else (),
        busy=tuple(p for p in ringable if load.talks(p)),
        fallback=_fallback(office, topic),
        total_seconds=office.total_seconds,
        dropped=dropped,
        next_opening=_next_opening(office, now, topic, opening, (*there, *helpers)),
        call_back=bool(
            not can_join and (chosen or unconfirmed) and caller is not None and office.callback
        ),
        unconfirmed=unconfirmed,
        away=tuple(
            load.away[p.id]
            for p in (*there, *helpers)
            if p.id in load.away and may_ring(p, office, topic)
        ),
    )


def _but(people: Iterable[Person], caller: str | None, load: Load) -> Iterator[Person]:
    """Without who is away, and whoever of the staff is calling."""
    here = (person for person in people if person.id not in load.away)
    return (person for person in here if caller is None or person.number != caller)


def _state(
    office: Office, now: datetime, clock_trusted: bool, load: Load
) -> tuple[Opening, Closure | None, tuple[Person, ...], tuple[Person, ...]]:
    """Open or not, by which closure, who is on duty, and who stands by for what overflows."""
    if not clock_trusted:
        with_shift = {shift.person for shift in office.shifts}
        helpers = tuple(p for p in office.people if p.id in office.helpers)
        there = tuple(p for p in office.people if not office.by_shift or p.id in with_shift)
        return Opening.UNTRUSTED, None, tuple(p for p in there if may_answer(office, p)), helpers
    opening, closure = opening_at(office, now)
    off = off_duty(load.away.values())
    there = on_duty(office, now, off) if opening is Opening.OPEN else ()
    return opening, closure, there, standing_by(office, now)


def _tiers(
    chosen: tuple[Person, ...], office: Office, topic: str | None, load: Load
) -> tuple[Tier, ...]:
    strategy = _strategy(office, topic)
    free = [p for p in chosen if not load.talks(p)]
    return tuple(
        Tier(
            level=people[0].level,
            strategy=strategy,
            candidates=tuple(
                Candidate(p, ring_time(p)) for p in in_turn(people, office, strategy, load)
            ),
        )
        for people in levels(free, office, load)
    )


def _strategy(office: Office, topic: str | None) -> Strategy:
    wanted = office.topic(topic) if topic is not None else None
    return office.strategy if wanted is None else wanted.strategy


def _fallback(office: Office, topic: str | None) -> Fallback:
    wanted = office.topic(topic) if topic is not None else None
    return office.fallback if wanted is None else wanted.fallback


def _next_opening(
    office: Office,
    now: datetime,
    topic: str | None,
    opening: Opening,
    there: tuple[Person, ...],
) -> datetime | None:
    if opening is Opening.UNTRUSTED or any(may_ring(p, office, topic) for p in there):
        return None
    return next_opening(office, now, lambda p: may_ring(p, office, topic))
