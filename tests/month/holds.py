"""What colleagues order in a talk: it is done at once, nobody is on hold for ever, and who is rung
for it is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from hotline.inbox.case import CaseKind
from hotline.inbox.outcome import Outcome
from hotline.storage.calls import CallStory
from tests.month.network import Ring, Span
from tests.month.seen import INSTANT, Finding, Seen, until
from tests.month.world import Diary

if TYPE_CHECKING:
    from tests.month.turns import Duty

HARD = "4"
# Choosing a colleague, two who are rung one after another, and a talk aside of the longest.
LONGEST_ALONE_S = 400.0


class Holds:
    """All talks with something ordered in them."""

    def __init__(self, diary: Diary, seen: list[Seen], duty: Duty) -> None:
        self.diary, self.duty = diary, duty
        self.calls = list(zip(seen, diary.stories, strict=True))
        self.people = {person.number: person for person in diary.office.people}

    def findings(self) -> Iterator[Finding]:
        """All there is to say."""
        for one, story in self.calls:
            for at, words in (*self._alone(one), *self._obeyed(one), *self._passed_on(one)):
                yield Finding(at, f"call {story.call.id}: {words}")
            yield from self._hard(one, story)

    def _alone(self, one: Seen) -> Iterator[tuple[float, str]]:
        """From one talk to the next, or to where he is not on hold any more."""
        spans = one.visit.heard_by
        ends = [later.since for _, later in pairwise(spans)] + [one.over]
        for span, end in zip(spans, ends, strict=False):
            left = until(span.ring)
            lasted = min(end, max(left, _to(span))) - _to(span)
            most = one.office.hold_minutes * 60.0 + LONGEST_ALONE_S
            if lasted > (most if self._asked_others(one, span) else one.office.hold_minutes * 61.0):
                yield _to(span), f"was on hold for {lasted:.0f} s"

    def _asked_others(self, one: Seen, span: Span) -> bool:
        return any(
            abs(at - _to(span)) < INSTANT and digit != "1" for at, _, digit in one.visit.orders
        )

    def _obeyed(self, one: Seen) -> Iterator[tuple[float, str]]:
        for at, ring, digit in one.visit.orders:
            if any(
                s.ring is ring and s.since + INSTANT < at < _to(s) - INSTANT
                for s in one.visit.heard_by
            ):
                yield at, f"{self.people[ring.number].name} ordered *{digit}, and was not heard"

    def _passed_on(self, one: Seen) -> Iterator[tuple[float, str]]:
        """Whoever is rung once somebody had the caller."""
        for ring in one.visit.rings[len(one.hunted) :]:
            person, minute = self.people[ring.number], int(ring.at // 60)
            there = self.duty.there(self.diary.office_at(ring.at), minute)
            there |= self.duty.there(one.office, minute)
            if person.id not in {*there, *one.office.overflow}:
                yield ring.at, f"{person.name} was rung off shift"
            away = self.duty.away
            if minute not in away.murky and person.id in away.at(minute):
                yield ring.at, f"{person.name} was rung while away"

    def _hard(self, one: Seen, story: CallStory) -> Iterator[Finding]:
        """Each is a case of its own; that of who left one himself does not count."""
        hard: list[Ring] = []
        for at, ring, digit in one.visit.orders:
            done = any(s.ring is ring and abs(_to(s) - at) < INSTANT for s in one.visit.heard_by)
            if digit == HARD and done and not any(ring is other for other in hard):
                hard.append(ring)
        mine = [case for case in self.diary.cases if case.call_id == story.call.id]
        cases = sum(case.kind is CaseKind.COMPLAINT for case in mine)
        cases -= one.outcome is Outcome.COMPLAINT
        if cases != len(hard):
            words = f"call {story.call.id}: {len(hard)} had a hard call, and {cases} cases stand"
            yield Finding(one.visit.at, words)


def _to(span: Span) -> float:
    return float("inf") if span.to is None else span.to
