"""What the lines carried and what it cost: channels, telephones in use, the caps of box.toml."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate

from tests.month.network import Ring, Trunk
from tests.month.seen import INSTANT, Finding, until
from tests.month.world import Diary

HOUR_S, DAY_S = 3600.0, 86400.0


class Costs:
    """All that was dialled, and what the box says it could not dial."""

    def __init__(self, diary: Diary) -> None:
        self.diary = diary
        self.rings = sorted((r for v in diary.visits for r in v.legs), key=lambda ring: ring.at)
        paid = [(until(r), until(r) - r.answered_at) for r in self.rings if r.answered_at]
        paid.sort()
        self._ends = [end for end, _ in paid]
        self._sums = [0.0, *accumulate(seconds for _, seconds in paid)]
        self._talks = sorted((r.answered_at, until(r)) for r in self.rings if r.answered_at)
        self._calls = self._dialled()

    def _dialled(self) -> dict[str, list[float]]:
        """When each number was dialled; what goes on over another line is the same call."""
        calls: dict[str, list[float]] = defaultdict(list)
        latest: dict[str, Ring] = {}
        for ring in self.rings:
            before = latest.get(ring.number)
            if before is None or not _goes_on(before, ring):
                calls[ring.number].append(ring.at)
            latest[ring.number] = ring
        return calls

    def findings(self) -> Iterator[Finding]:
        """All there is to say."""
        for trunk in self.diary.trunks:
            if trunk.overbooked:
                yield Finding(0, f"more was asked of the line {trunk.name} than it can do")
        yield from self._in_use()
        yield from self._caps()
        yield from self._not_dialled()

    def _in_use(self) -> Iterator[Finding]:
        legs: dict[str, list[Ring]] = defaultdict(list)
        for ring in self.rings:
            legs[ring.number].append(ring)
        at_once = {person.number: person.at_once for person in self.diary.office.people}
        for number, mine in legs.items():
            for place, ring in enumerate(mine):
                before = sum(ring.at < until(other) - INSTANT for other in mine[:place])
                if before >= at_once.get(number, 1):
                    yield Finding(ring.at, f"{number} was rung twice: it was in use already")

    def _caps(self) -> Iterator[Finding]:
        limits = self.diary.limits
        for number, calls in self._calls.items():
            for at in calls:
                if self._in_an_hour(number, at) >= limits.calls_per_hour_per_number:
                    yield Finding(at, f"{number} was dialled more often in an hour than allowed")
        for at in (at for calls in self._calls.values() for at in calls):
            if not self.minutes_left(at):
                yield Finding(at, "more was talked in a day than allowed")

    def _in_an_hour(self, number: str, at: float) -> int:
        """How often it had been dialled before."""
        calls = self._calls[number]
        return bisect_left(calls, at - INSTANT) - bisect_right(calls, at - HOUR_S + INSTANT)

    def _in_a_day(self, at: float, spare: float = -INSTANT) -> float:
        """How many seconds had been talked before, in talks under way, too."""
        first = bisect_right(self._ends, at - DAY_S - spare)
        last = bisect_left(self._ends, at + spare)
        over = self._sums[max(first, last)] - self._sums[first]
        begun = self._talks[: bisect_left(self._talks, (at, 0.0))]
        return over + sum(at - start for start, end in begun if end >= at + spare)

    def _not_dialled(self) -> Iterator[Finding]:
        """Where the box says that it cannot dial, that has to be true."""
        numbers = {person.id: person.number or "" for person in self.diary.office.people}
        for story in self.diary.stories:
            for step in story.steps:
                if step.what != "not_dialled":
                    continue
                at, number = self.diary.seconds(step.at), numbers[str(step.facts["person"])]
                if all(self._could(number, when) for when in self.diary.every(step.at)):
                    words = f"call {story.call.id}: {step.words} But it could have been"
                    yield Finding(at, words)
        for story in self.diary.returned:
            steps = {step.what: step for step in story.steps}
            step = steps.get("not_dialled")
            person = str(steps["return_asked"].facts["person"])
            number = story.call.caller_number if "calling_back" in steps else numbers[person]
            if step and all(self._could(number or "", at) for at in self.diary.every(step.at)):
                words = f"call {story.call.id}: {step.words} But it could have been"
                yield Finding(self.diary.seconds(step.at), words)

    def talked_in_a_day(self, at: float) -> float:
        """How many seconds until then, and since a day before."""
        return self._in_a_day(at)

    def minutes_left(self, at: float) -> bool:
        """May anybody be called then, for the minutes of the day?"""
        return self._in_a_day(at) < self.diary.limits.minutes_per_day * 60

    def _could(self, number: str, at: float) -> bool:
        limits = self.diary.limits
        may = (
            self._in_an_hour(number, at) < limits.calls_per_hour_per_number
            and self._in_a_day(at, INSTANT) < limits.minutes_per_day * 60
        )
        return may and any(self._has_room(trunk, at) for trunk in self.diary.trunks)

    def _has_room(self, trunk: Trunk, at: float) -> bool:
        """Certainly: what came or went in this very instant counts as being there."""
        if any(begin <= at <= end for begin, end in trunk.down):
            return False
        legs = [(ring.at, until(ring)) for ring in self.rings if ring.line == trunk.name]
        legs += [
            (visit.at, float("inf") if visit.ended_at is None else visit.ended_at)
            for visit in self.diary.visits
            if visit.line == trunk.name and not visit.engaged
        ]
        taken = sum(begin - INSTANT <= at <= end + INSTANT for begin, end in legs)
        return taken < trunk.capabilities.channels


def _goes_on(before: Ring, ring: Ring) -> bool:
    """Over another line, as the one before did not carry it."""
    same = before.visit is ring.visit and before.line != ring.line
    return same and ring.at - until(before) <= INSTANT
