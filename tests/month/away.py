"""Who of the staff is away, by what they asked for, what they were told and what they did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotline.routing.office import Person
from tests.month.network import Ring
from tests.month.seen import INSTANT, Finding, until
from tests.month.staff import Asked
from tests.month.world import Diary

if TYPE_CHECKING:
    from tests.month.turns import Duty

KEY_S = 14.0
MINUTE_S = 60.0
MOMENT = 1e-5
JUMP_MINUTES = 4


@dataclass
class Span:
    """Away from `begin`, as was known then until `told`; in truth until `end`.

    off: gone, so that the planned breaks of others do not count on them.
    """

    begin: float
    told: float
    end: float
    off: bool = False


@dataclass
class Leave:
    """All that one of the staff asked and did.

    missed: when nobody was there on being rung. resets: from when on missed calls count anew;
    perhaps: or not, where the caller was gone in the same instant.
    """

    person: Person
    spans: list[Span] = field(default_factory=list)
    missed: list[float] = field(default_factory=list)
    resets: list[float] = field(default_factory=list)
    perhaps: list[float] = field(default_factory=list)


class Absences:
    """murky: the minutes in the middle of which somebody went or came: nothing is told of them."""

    def __init__(self, diary: Diary) -> None:
        self.diary = diary
        # Who left just before the clock was set back may be rung: see `Away.holds`.
        self.murky = {
            minute
            for begin, end, _ in diary.jumps
            for jump in (begin, end)
            for minute in range(int(jump // MINUTE_S), int(jump // MINUTE_S) + JUMP_MINUTES)
        }
        self._rings: dict[str, list[Ring]] = {p.number or "": [] for p in diary.office.people}
        for visit in diary.visits:
            for ring in [*visit.rings, *(leg for back in visit.backs for leg in back.staff)]:
                self._rings[ring.number].append(ring)
        self.of = {person.id: self._leave(person) for person in diary.office.people}
        self._away: dict[int, set[str]] = {}
        for person, leave in self.of.items():
            for span in leave.spans:
                for minute in range(int(-(-span.begin // MINUTE_S)), int(-(-span.end // MINUTE_S))):
                    self._away.setdefault(minute, set()).add(person)

    def at(self, minute: int) -> set[str]:
        """Ids of who is away in this minute."""
        return self._away.get(minute, set())

    def off_at(self, at: float) -> tuple[tuple[str, float, float], ...]:
        """Who has gone at this instant: from when on, and until when as far as is known then."""
        return tuple(
            (person, span.begin, span.told)
            for person, leave in self.of.items()
            for span in leave.spans
            if span.off and span.begin <= at < span.end
        )

    def _leave(self, person: Person) -> Leave:
        leave, rings = Leave(person), sorted(self._rings[person.number or ""], key=_at)
        took = [(ring.taken_at, ring) for ring in rings if ring.taken_at is not None]
        asked = [(one.at, one) for one in self.diary.asked if one.person == person.id]
        for at, what in sorted([*took, *asked], key=lambda event: event[0]):
            last = leave.spans[-1] if leave.spans and leave.spans[-1].end > at else None
            if isinstance(what, Ring):
                talked = what in [ring for _, ring in what.visit.talks]
                (leave.resets if talked else leave.perhaps).append(at)
                if last is not None:
                    self._comes(last, at, certain=talked)
                continue
            if what.what == "on":
                leave.resets.append(at)
            if last is not None and (what.what == "on" or what.until is not None):
                last.end = at
            if what.what != "on" and what.until is not None:
                leave.spans.append(Span(at, what.until, what.until, what.what == "off"))
            if what.what in ("paused", "hard", "off") or (last is not None and last.off):
                self.murky.add(int(at // MINUTE_S))
            if what.what == "hard":
                self.murky.add(int((what.until or at) // MINUTE_S))
        leave.resets += [span.end for span in leave.spans]
        leave.missed = [until(ring) for ring in rings if _missed(ring, rings, person)]
        return leave

    def _comes(self, span: Span, at: float, *, certain: bool) -> None:
        """Who takes a call is back; where the caller went just then, perhaps not."""
        last = at if certain else span.end
        self.murky.update(range(int(at // MINUTE_S), int(last // MINUTE_S) + 1))
        span.end = at

    # --- what the box said to it

    def findings(self, duty: Duty) -> Iterator[Finding]:
        for one in self.diary.asked:
            name = self.of[one.person].person.name
            if one.what == "break":
                yield from (Finding(one.at, f"{name} {words}") for words in self._break(one, duty))
            elif one.what == "paused":
                yield from (Finding(one.at, f"{name} {words}") for words in self._pause(one))
        for leave in self.of.values():
            for at in self._rung_on(leave, duty):
                yield Finding(at, f"{leave.person.name} was rung and had missed too many")

    def _break(self, one: Asked, duty: Duty) -> Iterator[str]:
        office = self.diary.office_at(one.at)
        begin = int(one.at // MINUTE_S)
        if one.verdict == "not on duty":
            if one.person in duty.there(office, begin):
                yield "was told not to be on duty"
            return
        away = {
            other: span.told
            for other, leave in self.of.items()
            for span in leave.spans
            if other != one.person and span.begin < one.at < span.end
        }
        stay = []
        for minute in range(begin, begin + one.minutes):
            there = duty.there(office, minute, known_at=one.at)
            if one.person in there and duty.opening(office, minute * MINUTE_S) == "open":
                left = [p for p in office.people if p.id in there and p.number]
                left = [p for p in left if away.get(p.id, 0.0) <= minute * MINUTE_S]
                stay.append(sum(p.id != one.person for p in left))
        few = bool(stay) and min(stay) < max(1, office.least_on_duty)
        if few and one.verdict == "break":
            yield "got a break, and too few stayed"
        if not few and one.verdict != "break":
            yield "got no break, and enough would have stayed"

    def _pause(self, one: Asked) -> Iterator[str]:
        leave = self.of[one.person]
        since = max((at for at in leave.resets if at < one.at), default=0.0)
        vain = [
            ring
            for ring in self._rings[leave.person.number or ""]
            if since - INSTANT <= ring.at <= one.at and ring.taken_at is None
        ]
        if len(vain) < self.diary.office.pause_after:
            yield f"was paused after {len(vain)} missed calls"

    def _rung_on(self, leave: Leave, duty: Duty) -> Iterator[float]:
        """Rings after so many missed ones, though others could have been rung."""
        most = self.diary.office.pause_after
        for ring in self._rings[leave.person.number or ""]:
            anew = [at for at in (*leave.resets, *leave.perhaps) if at <= ring.at]
            since = max(anew, default=0.0)
            missed = [at for at in leave.missed if since < at < ring.at - INSTANT]
            if len(missed) < most:
                continue
            minute, office = int(missed[-1] // MINUTE_S), self.diary.office_at(missed[-1])
            there = duty.there(office, minute) - self.at(minute) - {leave.person.id}
            others = [p for p in office.people if p.id in there and p.number]
            if (
                others
                and minute not in self.murky
                and leave.person.id in duty.there(office, minute)
            ):
                yield ring.at


def _at(ring: Ring) -> float:
    return ring.at


def _missed(ring: Ring, rings: list[Ring], person: Person) -> bool:
    """Was nobody there, for certain: it rang to the end, or something listened to the end?"""
    if ring.taken_at is not None or "2" in ring.pressed or ring.ended_at is None:
        return False
    if ring.answered_at is not None:
        # Longer is whoever was told that it is too late.
        return abs(ring.ended_at - ring.answered_at - KEY_S) < INSTANT
    goes_on = any(abs(other.at - ring.ended_at) < INSTANT for other in rings if other is not ring)
    # Not even a hair's breadth sooner: the caller may have chosen otherwise just then.
    return ring.ended_at - ring.at > person.ring_seconds - MOMENT and not goes_on
