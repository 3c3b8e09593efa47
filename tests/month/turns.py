"""Whoever was rung, against whoever should have been: by the rules as they are written, by brute
force. Who is on duty at which minute says `tests.routing.oracle`; who was free, the network.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import pairwise

from hotline.media.catalogue import Prompt
from hotline.routing.office import Person, Strategy
from tests.month.network import Ring
from tests.month.seen import INSTANT, Finding, Seen, until
from tests.month.world import Diary
from tests.routing.oracle import Oracle, Stretch

ROUND_PAUSE_S = 8.0
LONGEST_HOLD_S = 120.0
SPARE_DAYS = 4
NEVER = float("inf")
NO_LINE = "No line can make a call now."
Span = tuple[float, float]


class Duty:
    """Who may be rung for whom at which minute."""

    def __init__(self, diary: Diary) -> None:
        self.diary, self.office = diary, diary.office
        first = diary.start - timedelta(days=SPARE_DAYS)
        stretch = Stretch(self.office.zone, first, (diary.days + 2 * SPARE_DAYS) * 1440)
        self.oracle = Oracle(self.office, stretch)
        self._there: dict[int, frozenset[str]] = {}
        self._fit: dict[tuple[object, ...], frozenset[str]] = {}

    def there(self, minute: int) -> frozenset[str]:
        """Ids of those on duty in this minute from the start."""
        if minute not in self._there:
            instant = self.diary.instant(minute * 60)
            self._there[minute] = frozenset(self.oracle.on_duty(instant))
        return self._there[minute]

    def opening(self, at: float) -> str:
        """Whether the line takes calls."""
        return self.oracle.opening(self.diary.instant(at))

    def may(self, one: Seen, minute: int) -> frozenset[str]:
        """Ids of those who may be rung for this caller in this minute."""
        if self.opening(minute * 60) != "open":
            return frozenset()
        key = one.topic, one.language, one.visit.number, self.there(minute)
        if key not in self._fit:
            self._fit[key] = self._fitting(one, self.there(minute))
        return self._fit[key]

    def all_through(self, one: Seen, begin: float, end: float) -> frozenset[str]:
        """Ids of those who may be rung in each minute between these."""
        minutes = range(int(begin // 60), int(end // 60) + 1)
        return frozenset.intersection(*(self.may(one, minute) for minute in minutes))

    def _fitting(self, one: Seen, there: frozenset[str]) -> frozenset[str]:
        """Whoever is never to be asked goes first; a filter that leaves nobody is dropped."""
        topic = self.office.topic(one.topic or "")
        left = [p for p in self.office.people if p.id in there and p.number]
        left = [p for p in left if p.number != one.visit.number]
        if topic is not None:
            never = topic.levels_never_unasked
            left = [p for p in left if p.level not in never or topic.id in p.topics]
            left = [p for p in left if not p.topics or topic.id in p.topics] or left
        left = [p for p in left if one.language in (p.languages or self.office.languages)] or left
        return frozenset(p.id for p in left)


class Turns:
    """Looks at every telephone that rang, and at every caller who waited."""

    def __init__(self, diary: Diary, seen: list[Seen]) -> None:
        self.diary, self.office, self.seen = diary, diary.office, seen
        self.duty, self.past = Duty(diary), Past(diary)
        self.people = {person.number: person for person in self.office.people}
        self.held = sorted((one for one in seen if one.holds_from is not None), key=_hold)
        self._holds = [_hold(one) for one in self.held]
        self._waits = {one: one.waits() for one in self.held}

    def findings(self) -> Iterator[Finding]:
        """All there is to say."""
        for one in self.seen:
            call = one.visit.order + 1
            for at, words in (*self._greeting(one), *self._rung(one), *self._waiting(one)):
                yield Finding(at, f"call {call}: {words}")

    # --- what was told

    def _greeting(self, one: Seen) -> Iterator[tuple[float, str]]:
        closed, opened = one.first(Prompt.GREETING_CLOSED), one.first(Prompt.GREETING_OPEN)
        is_open = self.duty.opening(one.visit.at) == "open"
        if closed is not None and is_open:
            yield closed, "was told that the office is closed, and it is open"
        if opened is not None and not is_open:
            yield opened, "was not told that the office is closed"

    # --- every telephone that rang

    def _rung(self, one: Seen) -> Iterator[tuple[float, str]]:
        """Round by round: telephones that ring at once or one right after the other."""
        chain: list[Ring] = []
        for ring in one.visit.rings:
            goes_on = any(abs(ring.at - until(before)) < INSTANT for before in chain)
            together = bool(chain) and ring.at - chain[0].at < INSTANT
            chain = [*chain, ring] if goes_on or together else [ring]
            person = self.people[ring.number]
            if self.past.goes_on(ring):
                continue  # the same call to the same person, over another line
            said = [*self._may(one, ring, person), *self._level(one, chain, person)]
            if len(chain) == 1:
                said += self._first(one, ring)
            yield from ((ring.at, words) for words in said)

    def _may(self, one: Seen, ring: Ring, person: Person) -> Iterator[str]:
        minute = int(ring.at // 60)
        if self.duty.opening(ring.at) != "open":
            yield f"{person.name} was rung while the office is closed"
        elif person.id not in self.duty.there(minute):
            yield f"{person.name} was rung off shift"
        elif person.id not in self.duty.may(one, minute):
            yield f"{person.name} was rung, who is not for {one.topic} in {one.language}"
        if one.refused(ring.number) < ring.at - INSTANT:
            yield f"{person.name} was rung again after saying no to this call"
        for other in self._before(one, ring.at, ring.at):
            if self._waits_for(other, person, ring.at):
                earlier = other.visit.order + 1
                yield f"{person.name} was rung before call {earlier} had its turn"

    def _level(self, one: Seen, chain: list[Ring], person: Person) -> Iterator[str]:
        """Nobody of a lower level, who could have been rung instead, was left out."""
        rung = {self.people[ring.number].id for ring in chain}
        begin, mine = chain[0].at, self.past.rank(person, chain[0].at)
        for other in self._free(one, begin, chain[-1].at):
            if self.past.rank(other, begin) < mine and other.id not in rung:
                yield f"{person.name} was rung before {other.name}, whose level comes first"

    def _first(self, one: Seen, ring: Ring) -> Iterator[str]:
        """The first of a round is whom the strategy names."""
        free = self._free(one, ring.at, ring.at)
        if self.past.somebody_came_free(ring.at) or not free:
            return
        ranks = [self.past.rank(person, ring.at) for person in free]
        group = [p for p, rank in zip(free, ranks, strict=True) if rank == min(ranks)]
        topic = self.office.topic(one.topic or "")
        strategy = topic.strategy if topic else self.office.strategy
        rung = {r.number for r in one.visit.rings if abs(r.at - ring.at) < INSTANT}
        numbers = {person.number for person in group}
        if strategy is Strategy.ALL:
            if not numbers <= rung:
                yield f"not all were rung at once: {', '.join(p.name for p in group)}"
            return
        turn = self._turn(one, group, strategy, ring.at)
        if turn is not None and rung <= numbers - {turn.number}:
            name = self.people[ring.number].name
            yield f"{name} was rung first, and it was {turn.name}'s turn ({strategy})"

    def _turn(self, one: Seen, group: list[Person], strategy: Strategy, at: float) -> Person | None:
        """Whose turn it is of these; None where it cannot be told."""
        known = self.past.spoke_with(one.visit.number, at)
        for person in group:
            if known is not None and person.number == known:
                return person
        if strategy is Strategy.LONGEST_IDLE:
            return min(group, key=lambda person: self.past.idle_since(person, at))
        if strategy in (Strategy.FEWEST_CALLS, Strategy.WEIGHTED):
            return self.past.fewest(group, at, weighted=strategy is Strategy.WEIGHTED)
        if strategy is Strategy.ROTATING:
            return self.past.next_around(group, at)
        return group[0]

    # --- every caller who waited

    def _waiting(self, one: Seen) -> Iterator[tuple[float, str]]:
        if one.holds_from is None:
            yield from self._not_even_held(one)
            return
        end, most = one.holds_to, self.office.total_seconds
        lasted = end - one.holds_from
        if lasted > most + INSTANT:
            yield end, f"the deadline of {most} s was not kept"
        if one.first(Prompt.NOBODY_NOW, after=one.holds_from) == end and lasted < most - INSTANT:
            for person in [] if self._queue_is_full(one, end) else self._not_asked(one, end):
                yield end, f"was told that nobody can, and {person.name} was not asked"
        for span in self._waits[one]:
            for person in self.office.people:
                for since, to in self._left_out(one, person, span):
                    if to - since > ROUND_PAUSE_S + INSTANT:
                        yield since, f"was left waiting although {person.name} was free"

    def _not_even_held(self, one: Seen) -> Iterator[tuple[float, str]]:
        at = one.first(Prompt.NOBODY_NOW)
        if at is None or not self.duty.may(one, int(at // 60)):
            return
        if not self._queue_is_full(one, at):
            yield at, "was told that nobody can, and nobody was asked"

    def _queue_is_full(self, one: Seen, at: float) -> bool:
        """Did as many wait before this caller as may wait?"""
        waiting = [
            other
            for other in self._before(one, at, at)
            if any(begin <= at <= end for begin, end in self._waits[other])
        ]
        return 0 < self.office.queue_length <= len(waiting)

    def _not_asked(self, one: Seen, at: float) -> list[Person]:
        could = self.duty.all_through(one, _hold(one), at)
        return [p for p in self.office.people if p.id in could and self._no(one, p) > at + INSTANT]

    def _left_out(self, one: Seen, person: Person, span: Span) -> Iterator[Span]:
        """The parts of the wait in which the person could have been rung and was not."""
        begin, end = span[0], min(span[1], self._no(one, person))
        taken = [(r.at, until(r)) for r in self.past.alive(person, begin, end)]
        taken += [
            (minute * 60.0, minute * 60.0 + 60.0)
            for minute in range(int(begin // 60), int(end // 60) + 1)
            if person.id not in self.duty.may(one, minute)
        ]
        for other in self._before(one, begin, end):
            if self._may_want(other, person):
                taken += self._waits[other]
        taken += self._capped(one, begin, end)
        tries = self.past.undialled.get((one.visit.order, person.id), [])
        taken += [(at, at + ROUND_PAUSE_S + INSTANT) for at in tries]
        for since, to in sorted(taken):
            if begin < min(since, end):
                yield begin, min(since, end)
            begin = max(begin, to)
        if begin < end:
            yield begin, end

    def _capped(self, one: Seen, begin: float, end: float) -> Iterator[Span]:
        """When as many others were rung for or talked as may be at once."""
        edges: list[tuple[float, int]] = []
        for other in self.held:
            if other is not one and _hold(other) <= end and _let_go(other) >= begin:
                for since, to in _joined(sorted((r.at, until(r)) for r in other.visit.rings)):
                    edges += [(since, 1), (to + INSTANT, -1)]
        forwarded, most = 0, self.diary.limits.concurrent
        for (at, step), (after, _) in pairwise([*sorted(edges), (NEVER, 0)]):
            forwarded += step
            if forwarded >= most:
                yield at, after

    # --- who was free, who waited

    def _before(self, one: Seen, begin: float, end: float) -> list[Seen]:
        """Whose turn is earlier and who was on hold at some time between these."""
        first = bisect_left(self._holds, begin - LONGEST_HOLD_S)
        near = self.held[first : bisect_right(self._holds, end)]
        return [o for o in near if o.turn < one.turn and o.holds_to >= begin]

    def _waits_for(self, other: Seen, person: Person, at: float) -> bool:
        """Was the other waiting for this person, and nobody else's telephone rang for them?"""
        return (
            any(begin < at - INSTANT and at + INSTANT < end for begin, end in self._waits[other])
            and person.id in self.duty.all_through(other, _hold(other), at)
            and self._no(other, person) > at
        )

    def _may_want(self, other: Seen, person: Person) -> bool:
        """Could this person have been wanted by the other at any time?"""
        minutes = range(int(_hold(other) // 60), int(other.holds_to // 60) + 1)
        return any(person.id in self.duty.may(other, minute) for minute in minutes)

    def _no(self, one: Seen, person: Person) -> float:
        """Since when the person need not be asked any more for this caller."""
        never = self.past.never_dialled.get((one.visit.order, person.id), NEVER)
        return min(one.refused(person.number or ""), never)

    def _free(self, one: Seen, begin: float, end: float) -> list[Person]:
        """Who could have been rung for this caller, certainly and all the time between these."""
        could = self.duty.all_through(one, begin, end)
        wanted = [
            other
            for other in self._before(one, begin, end)
            if any(to >= begin and since <= end for since, to in self._waits[other])
        ]
        return [
            person
            for person in self.office.people
            if person.id in could
            and self._no(one, person) > begin + INSTANT
            and all(r.visit is one.visit for r in self.past.alive(person, begin, end))
            and not any(self._may_want(other, person) for other in wanted)
        ]


class Past:
    """What every telephone of the staff did until then."""

    def __init__(self, diary: Diary) -> None:
        self.diary, self.office = diary, diary.office
        rings = sorted((r for v in diary.visits for r in v.rings), key=lambda ring: ring.at)
        self._of = {
            p.number: [r for r in rings if r.number == p.number] for p in diary.office.people
        }
        self._starts = {number: [r.at for r in mine] for number, mine in self._of.items()}
        self._ends = sorted(map(until, rings))
        self._talks: dict[str | None, list[tuple[float, str]]] = {}
        self._spoken: dict[str, list[float]] = {number or "": [] for number in self._of}
        for visit in diary.visits:
            for at, ring in visit.talks:
                self._talks.setdefault(visit.number, []).append((at, ring.number))
                self._spoken[ring.number].append(at)
        # Whom the box says it could not dial for a call, and when. Whether that is so is judged.
        self.undialled: dict[tuple[int, str], list[float]] = {}
        self.never_dialled: dict[tuple[int, str], float] = {}
        for story in diary.stories:
            for step in (step for step in story.steps if step.what == "not_dialled"):
                key, at = (story.call.id - 1, str(step.facts["person"])), diary.seconds(step.at)
                self.undialled.setdefault(key, []).append(at)
                if NO_LINE not in step.words:  # a channel may come free, a cap does not rise
                    self.never_dialled.setdefault(key, at)

    def alive(self, person: Person, begin: float, end: float) -> list[Ring]:
        """The calls of this telephone at some time between these."""
        last = bisect_right(self._starts[person.number], end + INSTANT)
        near = self._of[person.number][max(0, last - 8) : last]
        return [ring for ring in near if until(ring) >= begin - INSTANT]

    def goes_on(self, ring: Ring) -> bool:
        """Was this person rung for this caller until this very instant, over another line?"""
        return any(
            before is not ring
            and before.visit is ring.visit
            and before.number == ring.number
            and abs(until(before) - ring.at) < INSTANT
            for before in ring.visit.rings
        )

    def somebody_came_free(self, at: float) -> bool:
        """In this very instant, so that it cannot be told who was free."""
        place = bisect_left(self._ends, at - INSTANT)
        return place < len(self._ends) and self._ends[place] < at + INSTANT

    def spoke_with(self, caller: str | None, at: float) -> str | None:
        """The number of whom this caller spoke with last."""
        talks = [talk for talk in self._talks.get(caller, []) if talk[0] < at]
        return max(talks)[1] if caller and talks else None

    def idle_since(self, person: Person, at: float) -> float:
        """When the person last had a call, whether or not it was taken."""
        mine = self._of[person.number]
        return max((until(r) for r in mine if r.answered_at and until(r) <= at), default=-NEVER)

    def rank(self, person: Person, at: float) -> tuple[bool, int]:
        """Levels in their order; who is there for the last need, or tired, after all of them."""
        most = self.office.calls_per_hour
        last_hour = sum(at - 3600 < talk <= at for talk in self._spoken[person.number or ""])
        return person.weight == 0 or 0 < most <= last_hour, person.level

    def fewest(self, group: list[Person], at: float, *, weighted: bool) -> Person:
        """Who had the fewest talks today, since midnight."""
        today = self.diary.instant(at).astimezone(self.office.zone).date()
        midnight = self.diary.seconds(datetime.combine(today, time(), self.office.zone))
        talks = self._talked(group, midnight, at)
        weights = [max(p.weight, 1) if weighted else 1 for p in group]
        return min(zip(talks, weights, range(len(group)), group, strict=True), key=_share)[-1]

    def _talked(self, group: list[Person], begin: float, end: float) -> list[float]:
        return [sum(begin <= at < end for at in self._spoken[p.number or ""]) for p in group]

    def next_around(self, group: list[Person], at: float) -> Person | None:
        """Whoever comes after the last of this level who was rung; None if that were several."""
        ring = [person for person in self.office.people if person.level == group[0].level]
        last = {person.id: self._last_rung(person, at) for person in ring}
        latest = max(last.values())
        if latest == -NEVER:
            return group[0]
        if sum(when == latest for when in last.values()) > 1:
            return None
        place = next(n for n, person in enumerate(ring) if last[person.id] == latest)
        return next(p for p in ring[place + 1 :] + ring[: place + 1] if p in group)

    def _last_rung(self, person: Person, at: float) -> float:
        """A call that went on over another line was one call."""
        mine = self._of[person.number][: bisect_left(self._starts[person.number], at - INSTANT)]
        latest = next((ring.at for ring in reversed(mine) if not self.goes_on(ring)), -NEVER)
        tried = (t for (_, who), times in self.undialled.items() if who == person.id for t in times)
        return max([latest, *(t for t in tried if t < at)])


def _hold(one: Seen) -> float:
    return NEVER if one.holds_from is None else one.holds_from


def _let_go(one: Seen) -> float:
    """When nobody was forwarded for this caller any more."""
    return max([one.holds_to, *(until(ring) for ring in one.visit.rings)])


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Sorted spans, those that touch as one."""
    last: Span | None = None
    for begin, end in spans:
        if last is not None and begin <= last[1] + INSTANT:
            last = last[0], max(last[1], end)
            continue
        if last is not None:
            yield last
        last = begin, end
    if last is not None:
        yield last


def _share(one: tuple[float, int, int, Person]) -> tuple[float, int]:
    """Talks by weight; ties go by the list."""
    talks, weight, place, _ = one
    return talks / weight, place
