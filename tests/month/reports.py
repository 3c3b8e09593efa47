"""What is added up for the office, against what everybody experienced: the staff's report of each
day, and the minutes the caps have counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hotline.inbox.outcome import Outcome
from hotline.lines.port import Cause
from hotline.routing.adherence import Rang, Record
from tests.month.costs import Costs
from tests.month.network import Back, Ring
from tests.month.seen import INSTANT, NOT_NOW_KEY, TAKE_KEY, Finding, Seen, until
from tests.month.world import Diary

COUNTED = (Rang.TAKEN, Rang.DECLINED, Rang.BUSY)
ROUNDED_S = 1.0  # each talk is written down in tenths of a second


def reports(diary: Diary, seen: list[Seen], costs: Costs) -> Iterator[Finding]:
    """All there is to say."""
    for at, used in diary.used:
        lived = costs.talked_in_a_day(at)
        if abs(used - lived) > ROUNDED_S:
            words = f"{lived:.0f} s were talked in a day, and the caps have counted {used:.0f} s"
            yield Finding(at, words)
    people = {person.number: person.id for person in diary.office.people}
    for begin, end, records in diary.reports:
        mine = [one for one in seen if begin <= one.visit.at < end]
        lived = _Day(mine, [b for one in seen for b in one.visit.backs if begin <= b.at < end])
        by_id = {people[number]: number for number in people}
        for record in records:
            for words in lived.differs(record, by_id[record.person] or ""):
                yield Finding(begin, f"the report of the day says of {record.name}: {words}")


class _Day:
    """The calls that began in a day, and what became of every telephone of the staff in them."""

    def __init__(self, seen: list[Seen], backs: list[Back]) -> None:
        self.rang: Counter[tuple[str, Rang]] = Counter()
        self.perhaps: Counter[tuple[str, Rang]] = Counter()  # when it was too late already
        self.talks: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()
        for one in seen:
            talked = [ring for _, ring in one.visit.talks]
            for ring in one.visit.rings:
                what = Rang.TAKEN if ring in talked else _became(ring)
                late = ring not in talked and until(ring) > one.holds_to - INSTANT
                if what is not None:
                    (self.perhaps if late else self.rang)[ring.number, what] += 1
            for ring in talked[-1:] if one.outcome is Outcome.SPOKEN else ():
                self._talked(ring)
        for back in backs:
            if back.spoken:
                self._talked(back.staff[-1])

    def _talked(self, ring: Ring) -> None:
        self.talks[ring.number] += 1
        self.seconds[ring.number] += until(ring) - (ring.answered_at or 0.0)  # type: ignore[assignment]

    def differs(self, record: Record, number: str) -> Iterator[str]:
        for what in COUNTED:
            sure, more = self.rang[number, what], self.perhaps[number, what]
            if not sure <= record.rings[what] <= sure + more:
                yield f"{what} {record.rings[what]} times, and it was {sure}"
        if record.talks != self.talks[number]:
            yield f"{record.talks} talks, and there were {self.talks[number]}"
        elif abs(record.talked.total_seconds() - self.seconds[number]) > ROUNDED_S + 0.5:
            lived = self.seconds[number]
            yield f"talked for {record.talked.total_seconds()} s, and it was {lived:.0f} s"


def _became(ring: Ring) -> Rang | None:
    """Of a call that was not taken; None where it cannot be told from outside."""
    decided = next((key for key in ring.pressed if key in (TAKE_KEY, NOT_NOW_KEY)), "")
    if decided == NOT_NOW_KEY or (ring.answered_at is None and ring.cause is Cause.REJECTED):
        return Rang.DECLINED
    return Rang.BUSY if ring.cause is Cause.BUSY else None
