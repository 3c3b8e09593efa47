"""Whoever was rung, against whoever should have been: by the rules as they are written, by brute
force. Who is on duty at which minute says `tests.routing.oracle`; who was free, the network.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, time
from itertools import pairwise

from hotline.media.catalogue import Prompt
from hotline.routing.office import Office, Person, Strategy
from tests.month.away import Absences
from tests.month.called import Called
from tests.month.costs import Costs
from tests.month.holds import Holds
from tests.month.network import Ring
from tests.month.places import Places, left_of, touching, within
from tests.month.seen import INSTANT, Finding, Seen, until
from tests.month.texted import Texts
from tests.month.world import Diary
from tests.routing.oracle import Oracle

ROUND_PAUSE_S = 8.0
LONGEST_HOLD_S = 120.0
NEVER = float("inf")
NO_LINE = "No line can make a call now."
Span = tuple[float, float]


class Duty:
    """Who may be rung for whom at which minute."""

    def __init__(self, diary: Diary, called: Called) -> None:
        self.diary, self.called = diary, called
        self.people = diary.office.people
        self.away = Absences(diary)
        self._there: dict[tuple[object, ...], frozenset[str]] = {}
        self._without: dict[tuple[object, ...], Oracle] = {}
        self._fit: dict[tuple[object, ...], frozenset[str]] = {}

    def there(
        self, office: Office, minute: int, *, known_at: float | None = None
    ) -> frozenset[str]:
        """Ids of those on duty in this minute from the start, by this office.

        known_at: by who had gone then; None: in this minute, and at any time within it.
        """
        moments = (minute * 60.0, minute * 60.0 + 59.999) if known_at is None else (known_at,)
        found = [self._there_at(office, minute, self.away.off_at(at)) for at in moments]
        return frozenset.union(*found)

    def _there_at(
        self, office: Office, minute: int, off: tuple[tuple[str, float, float], ...]
    ) -> frozenset[str]:
        key = id(office), minute, off
        if key not in self._there:
            instant = self.diary.instant(minute * 60)
            self._there[key] = frozenset(self._oracle(office, off).on_duty(instant))
        return self._there[key]

    def _oracle(self, office: Office, off: tuple[tuple[str, float, float], ...]) -> Oracle:
        key = id(office), off
        if key not in self._without:
            spans = [(who, *map(self.diary.instant, (a // 60 * 60, b))) for who, a, b in off]
            self._without[key] = self.called.oracle(office).without(spans)
        return self._without[key]

    def opening(self, office: Office, at: float) -> str:
        """Whether the line takes calls then."""
        return self.called.oracle(office).opening(self.diary.instant(at))

    def may(self, one: Seen, minute: int, *, over: bool = False) -> frozenset[str]:
        """Ids of those who certainly may be rung for this caller in this minute.

        By the office that was in force when the call came. over: also of those who take what
        overflows, as from then on; else they are rung where nobody of the house can be.
        """
        if self.opening(one.office, minute * 60) != "open" or minute in self.away.murky:
            return frozenset()
        there = self.there(one.office, minute) - self.away.at(minute)
        key = id(one.office), one.topic, one.language, one.visit.number, there, over
        if key not in self._fit:
            self._fit[key] = self._house_or_helpers(one, there, over)
        return self._fit[key]

    def may_now(self, one: Seen, minute: int) -> frozenset[str]:
        """As `may`, but by the office in force in that minute: for who is called back."""
        office = self.called.office(one.visit.line, minute * 60.0)
        return self.may(one if office is one.office else one.under(office), minute)

    def all_through(self, one: Seen, begin: float, end: float) -> frozenset[str]:
        """Ids of those who may be rung in each minute between these, and all that while."""
        minutes, over = range(int(begin // 60), int(end // 60) + 1), begin > one.overflows_at
        return frozenset.intersection(*(self.may(one, minute, over=over) for minute in minutes))

    def _house_or_helpers(self, one: Seen, there: frozenset[str], over: bool) -> frozenset[str]:
        helpers, house = frozenset(one.office.overflow), self._fitting(one, there)
        if not house:
            return self._fitting(one, helpers)
        return house | self._fitting(one, helpers, strictly=True) if over else house

    def _fitting(
        self, one: Seen, there: frozenset[str], *, strictly: bool = False
    ) -> frozenset[str]:
        """Whoever is never to be asked goes first; a filter that leaves nobody is dropped."""
        topic = one.office.topic(one.topic or "")
        left = [p for p in one.office.people if p.id in there and p.number]
        left = [p for p in left if p.number != one.visit.number]
        able = left
        if topic is not None:
            never = topic.levels_never_unasked
            left = able = [p for p in left if p.level not in never or topic.id in p.topics]
            able = [p for p in left if not p.topics or topic.id in p.topics]
        left = able if strictly else able or left
        able = [p for p in left if one.language in (p.languages or one.office.languages)]
        return frozenset(p.id for p in (able if strictly else able or left))


class Turns:
    """Looks at every telephone that rang, and at every caller who waited."""

    def __init__(self, diary: Diary, seen: list[Seen], costs: Costs, called: Called) -> None:
        self.diary, self.office, self.seen = diary, diary.office, seen
        self.duty, self.past = Duty(diary, called), Past(diary)
        self.places = Places(diary, seen, self.duty, costs)
        self.people = {person.number: person for person in self.office.people}
        self.held = sorted((one for one in seen if one.holds_from is not None), key=_hold)
        self._holds = [_hold(one) for one in self.held]
        self._waits = {one: one.waits() for one in self.held}
        # Callers whom a colleague left on hold are before all others, and hunted for once more.
        self.again = sorted(span for one in seen for span in one.again())

    def findings(self) -> Iterator[Finding]:
        """All there is to say."""
        yield from self.places.findings(self)
        yield from self.duty.away.findings(self.duty)
        yield from Texts(self.diary, self.duty).findings()
        yield from Holds(self.diary, self.seen, self.duty).findings()
        for one in self.seen:
            call = self.call(one.visit.order)
            for at, words in (*self._greeting(one), *self._rung(one), *self._waiting(one)):
                yield Finding(at, f"call {call}: {words}")

    def call(self, order: int) -> int:
        """By which number the office knows this visit."""
        return self.diary.stories[order].call.id

    # --- what was told

    def _greeting(self, one: Seen) -> Iterator[tuple[float, str]]:
        """Of the hotline they called; and the menu is that one's, too."""
        if not one.visit.heard:
            return
        at, said = one.visit.heard[0]
        is_open = self.duty.opening(one.office, one.visit.at) == "open"
        if said.what == Prompt.GREETING_CLOSED and is_open:
            yield at, "was told that the office is closed, and it is open"
        elif said.what != Prompt.GREETING_CLOSED and not is_open:
            yield at, "was not told that the office is closed"
        own = one.office.greeting.get(one.office.language, "") if is_open else ""
        if said.text != own:
            yield at, f"was greeted with «{said.text}» instead of «{own}»"
        offered = {key.label.get(x) for m in one.office.menus for key in m.keys for x in key.label}
        for at, said in one.visit.heard:
            if said.what == Prompt.MENU_ITEM and said.values["label"] not in offered:
                yield at, f"was offered {said.values['label']}, which is not of this hotline"

    # --- every telephone that rang

    def _rung(self, one: Seen) -> Iterator[tuple[float, str]]:
        """Round by round: telephones that ring at once or one right after the other."""
        chain: list[Ring] = []
        for ring in one.hunted:
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
        helps = person.id in one.office.overflow
        if self.duty.opening(one.office, ring.at) != "open":
            yield f"{person.name} was rung while the office is closed"
        elif not helps and person.id not in self.duty.there(one.office, minute):
            yield f"{person.name} was rung off shift"
        elif not _has_number(one.office, person):
            yield f"{person.name} was rung, whose number nobody has confirmed"
        elif minute in self.duty.away.murky:
            pass
        elif person.id in self.duty.away.at(minute):
            yield f"{person.name} was rung while away"
        elif person.id not in self.duty.may(one, minute, over=True):
            yield f"{person.name} was rung, who is not for {one.topic} in {one.language}"
        elif helps and not self._overflows(one, ring):
            yield f"{person.name} was rung, and it was too early for others"
        if one.refused(ring.number) < ring.at - INSTANT:
            yield f"{person.name} was rung again after saying no to this call"
        if one.vague:
            return
        for other in self.before(one.turn, ring.at, ring.at):
            if self.waits_for(other, person, ring.at):
                earlier = self.call(other.visit.order)
                yield f"{person.name} was rung before call {earlier} had its turn"
        for place in self.places.overtaken(one.turn, person, ring.at):
            earlier = self.call(place.order)
            yield f"{person.name} was rung before call {earlier} was called back in its turn"

    def _overflows(self, one: Seen, ring: Ring) -> bool:
        """Might others be rung by then: for the time, or since nobody of the house is left?"""
        before = [r for r in one.hunted if r.at <= ring.at]
        begun = next(r for r in before if self.people[r.number].id in one.office.overflow)
        if begun.at >= one.overflows_at - INSTANT or self._queue_is_full(one, begun.at):
            return True
        house = self.duty.may(one, int(begun.at // 60)) - {*one.office.overflow}
        return all(
            self._no(one, person) <= begun.at + INSTANT
            for person in self.office.people
            if person.id in house
        )

    def _level(self, one: Seen, chain: list[Ring], person: Person) -> Iterator[str]:
        """Nobody of a lower level, who could have been rung instead, was left out."""
        rung = {self.people[ring.number].id for ring in chain}
        begin, mine = chain[0].at, self.past.rank(person, chain[0].at)
        for other in self._free(one, begin, chain[-1].at):
            tried = other.id in rung or self.past.not_dialled(one, other, begin, chain[-1].at)
            if self.past.rank(other, begin) < mine and not tried:
                yield f"{person.name} was rung before {other.name}, whose level comes first"

    def _first(self, one: Seen, ring: Ring) -> Iterator[str]:
        """The first of a round is whom the strategy names."""
        free = self._free(one, ring.at, ring.at)
        if self.past.somebody_came_free(ring.at) or not free:
            return
        ranks = [self.past.rank(person, ring.at) for person in free]
        group = [p for p, rank in zip(free, ranks, strict=True) if rank == min(ranks)]
        topic = one.office.topic(one.topic or "")
        strategy = topic.strategy if topic else one.office.strategy
        rung = {r.number for r in one.hunted if abs(r.at - ring.at) < INSTANT}
        numbers = {person.number for person in group}
        if strategy is Strategy.ALL:
            tried = {p.number for p in group if self.past.not_dialled(one, p, ring.at, ring.at)}
            if not numbers <= rung | tried:
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
            return self.past.next_around(group, one.office, at)
        return group[0]

    # --- every caller who waited

    def _waiting(self, one: Seen) -> Iterator[tuple[float, str]]:
        if one.holds_from is None:
            yield from self._not_even_held(one)
            return
        end, most = one.holds_to, one.office.total_seconds
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
        if at is None or not self.duty.may(one, int(at // 60), over=True):
            return
        if not self._queue_is_full(one, at):
            yield at, "was told that nobody can, and nobody was asked"

    def _queue_is_full(self, one: Seen, at: float) -> bool:
        """Did as many wait before this caller as may wait?"""
        waiting = [
            other
            for other in self.before(one.turn, at, at)
            if any(begin <= at <= end for begin, end in self._waits[other])
        ]
        again = touching(self.again, at, at)
        return 0 < self.office.queue_length <= len(waiting) + len(again)

    def _not_asked(self, one: Seen, at: float) -> list[Person]:
        minutes = range(int(_hold(one) // 60), int(at // 60) + 1)
        could = frozenset.intersection(*(self.duty.may(one, m, over=True) for m in minutes))
        return [p for p in self.office.people if p.id in could and self._no(one, p) > at + INSTANT]

    def _left_out(self, one: Seen, person: Person, span: Span) -> Iterator[Span]:
        """The parts of the wait in which the person could have been rung and was not."""
        begin, end = span[0], min(span[1], self._no(one, person))
        taken = self.past.taken(person, begin, end)
        for minute in range(int(begin // 60), int(end // 60) + 1):
            first = minute * 60.0
            if person.id in self.duty.may(one, minute, over=True):
                if person.id not in self.duty.may(one, minute):
                    taken.append((first, max(first, min(first + 60.0, one.overflows_at))))
            else:
                taken.append((first, first + 60.0))
        for other in self.before(one.turn, begin, end):
            taken += self.may_wait(other, person)
        taken += self.places.may_want(one.turn, person, (begin, end))
        taken += within(self.places.full, begin, end) + touching(self.again, begin, end)
        tries = self.past.undialled.get((one.visit.order, person.id), [])
        taken += [(at, at + ROUND_PAUSE_S + INSTANT) for at in tries]
        yield from left_of((begin, end), taken)

    # --- who was free, who waited

    def before(self, turn: tuple[int, int], begin: float, end: float) -> list[Seen]:
        """Whose turn is earlier and who was on hold at some time between these."""
        first = bisect_left(self._holds, begin - LONGEST_HOLD_S)
        near = self.held[first : bisect_right(self._holds, end)]
        return [o for o in near if o.turn < turn and o.holds_to >= begin]

    def waits_for(self, other: Seen, person: Person, at: float) -> bool:
        """Was the other waiting for this person, and nobody else's telephone rang for them?"""
        spans = [] if other.vague else self._waits[other]
        return (
            any(begin < at - INSTANT and at + INSTANT < end for begin, end in spans)
            and self._wanted(other, person, at)
            and self._no(other, person) > at
        )

    def _wanted(self, other: Seen, person: Person, at: float) -> bool:
        """Certainly, and from the beginning on; of those who help, from then on."""
        minutes = range(int(_hold(other) // 60), int(at // 60) + 1)
        over = at > other.overflows_at + INSTANT
        return all(person.id in self.duty.may(other, minute, over=over) for minute in minutes)

    def may_wait(self, other: Seen, person: Person) -> list[Span]:
        """When the other may have waited for this person."""
        return self._waits[other] if self._may_want(other, person) else []

    def _may_want(self, other: Seen, person: Person) -> bool:
        """Could this person have been wanted by the other at any time?"""
        minutes = range(int(_hold(other) // 60), int(other.holds_to // 60) + 1)
        return any(person.id in self.duty.may(other, m, over=True) for m in minutes)

    def _no(self, one: Seen, person: Person) -> float:
        """Since when the person need not be asked any more for this caller."""
        never = self.past.never_dialled.get((one.visit.order, person.id), NEVER)
        return min(one.refused(person.number or ""), never)

    def _free(self, one: Seen, begin: float, end: float) -> list[Person]:
        """Who could have been rung for this caller, certainly and all the time between these."""
        if touching(self.again, begin, end):
            return []
        could = self.duty.all_through(one, begin, end)
        wanted = [
            other
            for other in self.before(one.turn, begin, end)
            if any(to >= begin and since <= end for since, to in self._waits[other])
        ]
        return [
            person
            for person in self.office.people
            if person.id in could
            and self._no(one, person) > begin + INSTANT
            and self.past.free(person, one, begin, end)
            and not any(self._may_want(other, person) for other in wanted)
            and not self.places.may_want(one.turn, person, (begin, end))
        ]


class Past:
    """What every telephone of the staff did until then."""

    def __init__(self, diary: Diary) -> None:
        self.diary, self.office = diary, diary.office
        self.backs = [back for visit in diary.visits for back in visit.backs]
        rings = [r for v in diary.visits for r in v.rings]
        rings += [ring for back in self.backs for ring in back.staff]
        rings.sort(key=lambda ring: ring.at)
        self._of = {
            p.number: [r for r in rings if r.number == p.number] for p in diary.office.people
        }
        self._starts = {number: [r.at for r in mine] for number, mine in self._of.items()}
        # Of the staff some call the office themselves, and are called back.
        called = [leg for back in self.backs for leg in back.caller if leg.number in self._of]
        self._legs = {
            number: sorted([*mine, *(leg for leg in called if leg.number == number)], key=_at)
            for number, mine in self._of.items()
        }
        self._begins = {number: [r.at for r in mine] for number, mine in self._legs.items()}
        self._ends = sorted(map(until, rings))
        self._talks: dict[str | None, list[tuple[float, str]]] = {}
        self._spoken: dict[str, list[float]] = {number or "": [] for number in self._of}
        for visit in diary.visits:
            for at, ring in visit.talks:
                self._talks.setdefault(visit.number, []).append((at, ring.number))
                self._spoken[ring.number].append(at)
        for back in self.backs:
            if back.spoken:  # what came of it the box knows when it is over
                end, ring = back.parted, back.staff[-1]
                self._talks.setdefault(back.visit.number, []).append((end, ring.number))
                self._spoken[ring.number].append(end)
        # Whom the box says it could not dial for a call, and when. Whether that is so is judged.
        self.undialled: dict[tuple[int, str], list[float]] = {}
        self.never_dialled: dict[tuple[int, str], float] = {}
        for order, story in enumerate(diary.stories):
            for step in (step for step in story.steps if step.what == "not_dialled"):
                key, at = (order, str(step.facts["person"])), diary.every(step.at)
                self.undialled.setdefault(key, []).extend(at)
                if NO_LINE not in step.words:  # a channel may come free, a cap does not rise
                    self.never_dialled.setdefault(key, at[0])

    def not_dialled(self, one: Seen, person: Person, begin: float, end: float) -> bool:
        """Does the box say that then it could not dial this person for this caller?"""
        times = self.undialled.get((one.visit.order, person.id), [])
        return any(begin - INSTANT < when < end + INSTANT for when in times)

    def alive(self, person: Person, begin: float, end: float) -> list[Ring]:
        """The calls of this telephone at some time between these."""
        last = bisect_right(self._begins[person.number], end + INSTANT)
        near = self._legs[person.number][max(0, last - 8) : last]
        return [ring for ring in near if until(ring) >= begin - INSTANT]

    def taken(self, person: Person, begin: float, end: float) -> list[tuple[float, float]]:
        """When this telephone has as many calls as it takes."""
        calls = [(ring.at, until(ring)) for ring in self.alive(person, begin, end)]
        if person.at_once == 1:
            return calls
        edges = sorted({edge for call in calls for edge in call})
        return [
            (since, to)
            for since, to in pairwise(edges)
            if sum(a <= since and to <= b for a, b in calls) >= person.at_once
        ]

    def free(self, person: Person, one: Seen, begin: float, end: float) -> bool:
        """Could it certainly be rung for this caller between these?"""
        others = [r for r in self.alive(person, begin, end) if r.visit is not one.visit]
        return len(others) < person.at_once

    def goes_on(self, ring: Ring) -> bool:
        """Was this person rung for this caller until this very instant, over another line?"""
        return any(
            before is not ring
            and before.number == ring.number
            and abs(until(before) - ring.at) < INSTANT
            for before in ring.visit.legs
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

    def rank(self, person: Person, at: float) -> tuple[bool, bool, int]:
        """Levels in their order; who is there for the last need, or tired, after all of them; and
        who takes what overflows, after the house.
        """
        most = self.office.calls_per_hour
        last_hour = sum(at - 3600 < talk <= at for talk in self._spoken[person.number or ""])
        helps = person.id in self.office.overflow
        return helps, person.weight == 0 or 0 < most <= last_hour, person.level

    def fewest(self, group: list[Person], at: float, *, weighted: bool) -> Person:
        """Who had the fewest talks today, since midnight."""
        today = self.diary.instant(at).astimezone(self.office.zone).date()
        midnight = self.diary.seconds(datetime.combine(today, time(), self.office.zone))
        talks = self._talked(group, midnight, at)
        weights = [max(p.weight, 1) if weighted else 1 for p in group]
        return min(zip(talks, weights, range(len(group)), group, strict=True), key=_share)[-1]

    def _talked(self, group: list[Person], begin: float, end: float) -> list[float]:
        return [sum(begin <= at < end for at in self._spoken[p.number or ""]) for p in group]

    def next_around(self, group: list[Person], of: Office, at: float) -> Person | None:
        """Whoever comes after the last of this level who was rung; None if that were several."""
        there = {person.id for person in of.people if person.level == group[0].level}
        ring = [person for person in self.office.people if person.id in there]
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


def _has_number(office: Office, person: Person) -> bool:
    return any(p.id == person.id and p.number for p in office.people)


def _at(ring: Ring) -> float:
    return ring.at


def _hold(one: Seen) -> float:
    return NEVER if one.holds_from is None else one.holds_from


def _share(one: tuple[float, int, int, Person]) -> tuple[float, int]:
    """Talks by weight; ties go by the list."""
    talks, weight, place, _ = one
    return talks / weight, place
