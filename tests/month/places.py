"""Who hung up and keeps the place: called back in turn, by nobody who may not, and not forgotten.

By the rules as they are written: of what the box thinks only the calls it says it could not make
are looked at, and whether that was so is judged elsewhere.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from hotline.inbox.outcome import Outcome
from hotline.media.catalogue import Prompt
from hotline.routing.office import Person
from tests.month.costs import Costs
from tests.month.network import Back, Ring
from tests.month.seen import INSTANT, Finding, Seen, until
from tests.month.world import Diary

if TYPE_CHECKING:
    from tests.month.turns import Duty, Turns

PAUSE_S = 300.0  # between two tries, and before a colleague who did not take it is asked again
HOLDS_S = 4 * 86400.0
RINGS_S = 40.0
LOOK_S = 8.0
SURE_S = 2 * LOOK_S + 0.1  # what has been so for this long, the box has seen
NEVER = float("inf")
Span = tuple[float, float]


class Place:
    """One caller who keeps a place; `asks` are the calls in which they said so.

    vague: this number called twice at once, so that nobody can tell which of the calls had it.
    """

    def __init__(self, first: Seen, office_tries: int) -> None:
        self.first, self.asks, self._tries = first, [first], office_tries
        self.number = first.visit.number
        self.order = first.visit.order
        self.spoken_in: list[Seen] = []  # later calls of the same number with a talk in them
        self.visits: list[Span] = [(first.visit.at, first.over)]  # when this number was there
        self.away: list[Span] = []  # or had not asked to be called, or not again
        self.vague = False

    @property
    def backs(self) -> list[Back]:
        return self.first.visit.backs

    @cached_property
    def from_(self) -> float:
        asked = self.first.first(Prompt.CALLBACK_IN_TURN)
        assert asked is not None
        return asked

    @property
    def to(self) -> float:
        """When the box had no more to do."""
        ends = [one.over for one in self.spoken_in]
        ends += [back.over for back in self.backs if back.spoken]
        vain = [back.over for back in self.backs if self.in_vain(back)]
        ends += vain[self._tries - 1 : self._tries]
        return min(ends, default=self.first.visit.at + HOLDS_S)

    def in_vain(self, back: Back) -> bool:
        """Were they called and not reached? Not where they called the office just then."""
        here = any(begin <= back.over <= end for begin, end in self.visits)
        return bool(back.caller) and not back.spoken and not here

    def asked(self, at: float) -> Seen:
        """What they last asked for."""
        return next((one for one in reversed(self.asks) if one.visit.at <= at), self.first)

    def turn(self, at: float) -> tuple[int, int]:
        """As `Seen.turn`, for what they last asked for."""
        return self.asked(at).turn[0], self.order

    def waits(self) -> list[Span]:
        """From, to: it might be their turn at any time."""
        away = [(back.at, back.over) for back in self.backs]
        away += [(back.over, back.over + PAUSE_S) for back in self.backs if self.in_vain(back)]
        return list(left_of((self.from_, self.to), [*away, *self.away]))

    def no(self, number: str | None, undialled: Iterable[float]) -> list[Span]:
        """When whoever has this number is not to be asked: they did not take it just before."""
        vain = [b for b in self.backs if b.staff[0].number == number and not b.caller]
        spans = [(b.over - INSTANT, b.over + PAUSE_S) for b in vain]
        return spans + [(at - INSTANT, at + PAUSE_S + INSTANT) for at in undialled]


class Places:
    """All of them, and what they mean for the others."""

    def __init__(self, diary: Diary, seen: list[Seen], duty: Duty, costs: Costs) -> None:
        self.diary, self.duty, self.costs = diary, duty, costs
        self.all = list(_places(diary, seen))
        self.people = {person.number: person for person in diary.office.people}
        rings = sorted(costs.rings, key=lambda ring: ring.at)
        self._of = {p.number: [r for r in rings if r.number == p.number] for p in duty.people}
        self._starts = {number: [r.at for r in mine] for number, mine in self._of.items()}
        self.short = self._no_two_lines()
        self.full = self._as_many_as_may(seen)
        self._undialled = self._not_dialled()

    # --- for those on the line

    def overtaken(self, turn: tuple[int, int], person: Person, at: float) -> Iterator[Place]:
        """Who came before, and certainly waited for this person."""
        for place in self.all:
            if place.turn(at) < turn and self._certain(place, person, at):
                yield place

    def may_want(self, turn: tuple[int, int], person: Person, span: Span) -> list[Span]:
        """When somebody who came before may have waited for this person."""
        found: list[Span] = []
        for place in self.all:
            near = place.from_ <= span[1] and place.to >= span[0]
            if near and place.turn(span[0]) < turn:
                spans = [(begin, end + SURE_S) for begin, end in place.waits()]
                found += left_of_many(spans, self._no(place, person))
        return found

    def _certain(self, place: Place, person: Person, at: float) -> bool:
        if place.vague or not place.from_ + SURE_S < at < place.to:
            return False
        since = at - SURE_S
        waits = any(begin < since and at + INSTANT < end for begin, end in place.waits())
        return (
            waits
            and all(person.id in self.duty.may_now(place.asked(at), m) for m in _minutes(since, at))
            and not _touch(self._no(place, person), since, at)
            and not _touch(within(self.short, since, at), since, at)
            and all(self.costs.minutes_left(when) for when in (since, since + LOOK_S, at))
        )

    # --- for themselves

    def findings(self, turns: Turns) -> Iterator[Finding]:
        for place in self.all:
            call = turns.call(place.order)
            for at, words in (*self._backs(place, turns), *self._forgotten(place, turns)):
                yield Finding(at, f"the call back of call {call}: {words}")

    def _backs(self, place: Place, turns: Turns) -> Iterator[tuple[float, str]]:
        tried = -NEVER
        last: dict[str, float] = {}
        for back in place.backs:
            person = self.people[back.staff[0].number]
            yield from ((back.at, words) for words in self._may(place, back, person, turns))
            if back.at < tried + PAUSE_S - INSTANT:
                yield back.at, "it was tried again at once"
            if back.at < last.get(person.id, -NEVER) + PAUSE_S - INSTANT:
                yield back.at, f"{person.name} was rung again at once"
            if back.at > place.to + INSTANT and not place.vague:
                yield back.at, f"{person.name} was rung although it was over"
            yield from ((back.at, words) for words in self._legs(back, person))
            if place.in_vain(back):
                tried = back.over
            elif "1" not in back.pressed:
                last[person.id] = back.over

    def _may(self, place: Place, back: Back, person: Person, turns: Turns) -> Iterator[str]:
        asked, minute = place.asked(back.at), int(back.at // 60)
        office = self.duty.called.office(asked.visit.line, back.at)
        helps = person.id in office.overflow
        if self.duty.opening(office, back.at) != "open":
            yield f"{person.name} was rung while the office is closed"
        elif not helps and person.id not in self.duty.there(office, minute):
            yield f"{person.name} was rung off shift"
        elif minute in self.duty.away.murky:
            pass
        elif person.id in self.duty.away.at(minute):
            yield f"{person.name} was rung while away"
        elif person.id not in self.duty.may_now(asked, minute):
            yield f"{person.name} was rung, who is not for {asked.topic} in {asked.language}"
        if any(begin < back.at < end - INSTANT for begin, end in place.visits):
            yield "it was begun while the caller was on the line"
        if place.vague:
            return
        turn = place.turn(back.at)
        for other in turns.before(turn, back.at, back.at):
            if turns.waits_for(other, person, back.at):
                yield f"{person.name} was rung before call {turns.call(other.visit.order)}"
        for earlier in self.overtaken(turn, person, back.at):
            if earlier is not place:
                yield f"{person.name} was rung before call {turns.call(earlier.order)} was called"

    def _legs(self, back: Back, person: Person) -> Iterator[str]:
        ringing = sum(until(r) - r.at for r in back.staff if r.answered_at is None)
        if ringing > person.ring_seconds + INSTANT:
            yield f"{person.name}'s telephone rang for too long"
        if back.caller and "1" not in back.pressed:
            yield f"the caller was called and {person.name} had not pressed 1"
        vain = sum(until(r) - r.at for r in back.caller if r.answered_at is None)
        if vain > RINGS_S + INSTANT:
            yield "the caller's telephone rang for too long"
        left = max((until(ring) for ring in back.caller), default=-NEVER)
        if left > until(back.staff[-1]) + INSTANT:
            yield "the caller's leg was left open after the call"

    def _forgotten(self, place: Place, turns: Turns) -> Iterator[tuple[float, str]]:
        """Somebody could have called them, and nobody who came before was in the way."""
        if place.vague:
            return
        many = sum(place.in_vain(back) for back in place.backs)
        if many > self.diary.office.callback_tries:
            yield place.from_, f"it was tried {many} times"
        last = self.diary.days * 86400.0
        for begin, end in ((a, min(b, last)) for a, b in place.waits()):
            for person in self.diary.office.people:
                for since, to in self._left_out(place, person, (begin, end), turns):
                    if to - since > SURE_S and self._had_minutes(since, to):
                        yield since, f"was not called although {person.name} was free"

    def _left_out(self, place: Place, person: Person, span: Span, turns: Turns) -> Iterator[Span]:
        begin, end = span
        asked = place.asked(begin)
        minutes = _minutes(begin, end)
        fit = [m for m in minutes if person.id in self.duty.may_now(asked, m)]
        if not fit:
            return
        taken = [(m * 60.0, m * 60.0 + 60.0) for m in set(minutes).difference(fit)]
        taken += [(r.at, until(r)) for r in self._alive(person, begin, end)]
        taken += self._no(place, person)
        taken += self.may_want(place.turn(begin), person, span)
        for other in turns.before(place.turn(begin), begin, end):
            taken += turns.may_wait(other, person)
        taken += within(self.short, begin, end)
        taken += within(self.full, begin, end) + touching(turns.again, begin, end)
        yield from left_of(span, taken)

    def _had_minutes(self, begin: float, end: float) -> bool:
        """Were there minutes of the day left for long enough between these?"""
        sure, at = 0.0, begin
        while at < end and sure <= SURE_S:
            sure = sure + LOOK_S if self.costs.minutes_left(at) else 0.0
            at += LOOK_S
        return sure > SURE_S

    def _no(self, place: Place, person: Person) -> list[Span]:
        times = self._undialled.get((place.number or "", person.id), ())
        return place.no(person.number, times)

    def _alive(self, person: Person, begin: float, end: float) -> list[Ring]:
        starts, rings = self._starts[person.number], self._of[person.number]
        near = rings[bisect_left(starts, begin - 7200) : bisect_right(starts, end)]
        return [ring for ring in near if until(ring) >= begin]

    # --- lines

    def _no_two_lines(self) -> list[Span]:
        """When fewer than two channels were free to be joined."""
        edges: list[tuple[float, int]] = []
        for trunk in self.diary.trunks:
            edges += [(0.0, trunk.capabilities.channels)]
            for begin, end in trunk.down:  # nobody is on it then
                edges += [(begin, -trunk.capabilities.channels)]
                edges += [(end, trunk.capabilities.channels)]
        for begin, end in self._on_lines():
            edges += [(begin - INSTANT, -1), (end + INSTANT, 1)]
        return list(_below(edges, 2))

    def _on_lines(self) -> Iterator[Span]:
        yield from ((ring.at, until(ring)) for ring in self.costs.rings)
        for visit in self.diary.visits:
            if not visit.engaged:
                yield visit.at, NEVER if visit.ended_at is None else visit.ended_at

    def _as_many_as_may(self, seen: list[Seen]) -> list[Span]:
        """When as many as allowed were forwarded."""
        edges: list[tuple[float, int]] = [(0.0, self.diary.limits.concurrent)]
        for one in seen:
            spans = sorted((ring.at, until(ring)) for ring in one.hunted)
            spans += [(back.at, back.over) for back in one.visit.backs]
            passed_on = [(r.at, until(r)) for r in one.visit.rings[len(one.hunted) :]]
            for begin, end in (*_joined(spans), *passed_on):
                edges += [(begin - INSTANT, -1), (end + INSTANT, 1)]
        return list(_below(edges, 1))

    def _not_dialled(self) -> dict[tuple[str, str], list[float]]:
        """Colleagues whom the box says it could not ring, to call this number back."""
        found: dict[tuple[str, str], list[float]] = {}
        for story in self.diary.returned:
            steps = {step.what: step for step in story.steps}
            if "not_dialled" in steps and "calling_back" not in steps:
                key = story.call.caller_number or "", str(steps["return_asked"].facts["person"])
                found.setdefault(key, []).extend(self.diary.every(steps["not_dialled"].at))
        return found


def _places(diary: Diary, seen: list[Seen]) -> Iterator[Place]:
    """Each with all that was asked and said by the same number; and whose place a call has."""
    by_number: dict[str, list[Seen]] = {}
    for one in seen:
        if one.visit.number:
            by_number.setdefault(one.visit.number, []).append(one)
    for mine in by_number.values():
        if any(one.in_turn for one in mine):
            yield from _of_number(mine, diary.office.callback_tries)


def _of_number(mine: list[Seen], tries: int) -> Iterator[Place]:
    """`mine`: the calls of one number in their order."""
    place: Place | None = None
    over = -NEVER
    for one, after in zip(mine, [*mine[1:], None], strict=True):
        twice = one.visit.at <= over or (after is not None and after.visit.at <= one.over)
        over = max(over, one.over)
        if place is not None and one.visit.at < place.to:
            one.vague, place.vague = twice, place.vague or twice
            if one.holds_from is not None:
                one.kept = place.order
            asks = one.first(Prompt.CALLBACK_IN_TURN)
            place.visits.append((one.visit.at, one.over))
            place.away.append((one.visit.at, one.over if asks is None else asks))
            if one.outcome is Outcome.SPOKEN:
                place.spoken_in.append(one)
            elif one.in_turn:
                place.asks.append(one)
        elif one.in_turn:
            if place is not None:
                yield place
            place = Place(one, tries)
            place.vague = twice
    if place is not None:
        yield place


def _minutes(begin: float, end: float) -> range:
    return range(int(begin // 60), int(end // 60) + 1)


def left_of(span: Span, taken: Iterable[Span]) -> Iterator[Span]:
    """The parts of the span that are not taken."""
    begin, end = span
    for since, to in sorted(taken):
        if begin < min(since, end):
            yield begin, min(since, end)
        begin = max(begin, to)
    if begin < end:
        yield begin, end


def left_of_many(spans: Iterable[Span], taken: list[Span]) -> list[Span]:
    return [left for span in spans for left in left_of(span, taken)]


def within(spans: list[Span], begin: float, end: float) -> list[Span]:
    """Of sorted spans that do not touch each other those that touch this one."""
    first = bisect_left(spans, (begin, begin))
    return spans[max(0, first - 1) : bisect_right(spans, (end, NEVER))]


def touching(spans: list[Span], begin: float, end: float) -> list[Span]:
    """Of a few spans those that touch this one."""
    return [span for span in spans if span[0] <= end and span[1] >= begin]


def _touch(spans: Iterable[Span], begin: float, end: float) -> bool:
    return any(since <= end and to >= begin for since, to in spans)


def _below(edges: list[tuple[float, int]], least: int) -> Iterator[Span]:
    """When the sum of all steps so far is less than this."""
    left, since = 0, None
    for at, step in sorted(edges):
        left += step
        if left < least and since is None:
            since = at
        elif left >= least and since is not None:
            yield since, at
            since = None
    if since is not None:
        yield since, NEVER


def _joined(spans: list[Span]) -> Iterator[Span]:
    last: Span | None = None
    for begin, end in sorted(spans):
        if last is not None and begin <= last[1] + INSTANT:
            last = last[0], max(last[1], end)
            continue
        if last is not None:
            yield last
        last = begin, end
    if last is not None:
        yield last
