"""Letters as texts: over whatever line can, and never more than the owner allows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from hotline.errors import HotlineError, LineDown, TextRefused
from hotline.lines.port import LineState
from hotline.notify.outbox import LetterRefused, Way, WayDown
from hotline.notify.sms import TextCap, TextRules, sms_way
from hotline.storage.outbox import Letter
from tests.storage.conftest import NOW, FakeTime

ANA = "+37369000101"


@dataclass
class LineDouble:
    """Takes texts, `trouble` instead of the part of that number."""

    name: str = "mobile"
    up: bool = True
    trouble: HotlineError | None = None
    parts: int = 1
    sent: list[tuple[str, str]] = field(default_factory=list)

    def state(self) -> LineState:
        return LineState(self.up, "The modem looks for the mobile network.")

    async def send_text(self, number: str, text: str, taken: Callable[[int], None]) -> None:
        for part in range(1, self.parts + 1):
            if self.trouble and part == self.parts:
                raise self.trouble
            taken(part)
        self.sent.append((number, text))


@dataclass
class RecordsDouble:
    rows: list[tuple[str, list[int], str]] = field(default_factory=list)

    def sent(
        self, line: str, number: str, text: str, parts: Sequence[int], at: datetime, letter: str
    ) -> Future[None]:
        self.rows.append((line, list(parts), letter))
        return Future()  # a disk that never answers


@dataclass
class Desk:
    lines: list[LineDouble]
    cap: TextCap
    way: Way
    records: RecordsDouble


def desk(*lines: LineDouble, per_day: int = 50, time: FakeTime | None = None) -> Desk:
    cap, records = TextCap(per_day), RecordsDouble()
    rules = TextRules("MD", frozenset({"MD"}), cap)
    way = sms_way(lambda: lines, rules, records, (time or FakeTime()).clock())
    return Desk(list(lines), cap, way, records)


def letter(recipient: str = ANA) -> Letter:
    return Letter("7", NOW, "sms", recipient, "Complaint 104", "the long form", NOW, 104)


async def test_a_letter_is_sent_as_its_subject_and_written_down() -> None:
    one = desk(LineDouble(parts=2))
    await one.way(letter())
    assert one.lines[0].sent == [(ANA, "Complaint 104")]
    assert one.records.rows == [("mobile", [1, 2], "7")]


async def test_a_line_that_is_down_leaves_it_to_another() -> None:
    one = desk(LineDouble(up=False), LineDouble("second"))
    await one.way(letter())
    assert one.records.rows[0][0] == "second"


async def test_without_a_line_the_letter_waits_and_says_why() -> None:
    with pytest.raises(WayDown, match="looks for the mobile network"):
        await desk(LineDouble(up=False)).way(letter())
    with pytest.raises(WayDown, match="No line of the box"):
        await desk().way(letter())


async def test_a_line_that_fails_and_a_text_that_is_refused_are_told_apart() -> None:
    with pytest.raises(WayDown, match="out of order"):
        await desk(LineDouble(trouble=LineDown("out of order"))).way(letter())
    with pytest.raises(LetterRefused, match="not in use"):
        await desk(LineDouble(trouble=TextRefused("not in use"))).way(letter())


@pytest.mark.parametrize(
    "number", ["", "112", "+40721000001", "+8816123456", "069000101;+CHUP", "+37390012345", "*100#"]
)
async def test_no_text_goes_where_no_call_may_go(number: str) -> None:
    one = desk(LineDouble())
    with pytest.raises(LetterRefused):
        await one.way(letter(number))
    assert one.lines[0].sent == []


async def test_the_days_texts_are_counted_by_parts_and_no_more_are_sent() -> None:
    time = FakeTime()
    one = desk(LineDouble(parts=2), per_day=4, time=time)
    await one.way(letter())
    await one.way(letter())
    with pytest.raises(WayDown, match="Today's 4 texts are used up"):
        await one.way(letter())
    time.pass_by(timedelta(hours=25))
    await one.way(letter())
    assert len(one.lines[0].sent) == 3


async def test_parts_of_a_text_that_failed_in_its_middle_count_too() -> None:
    one = desk(LineDouble(parts=3, trouble=LineDown("gone")), per_day=4)
    for _ in range(2):
        with pytest.raises(WayDown, match="gone"):
            await one.way(letter())
    with pytest.raises(WayDown, match="used up"):
        await one.way(letter())


def test_a_clock_that_was_set_back_does_not_block_texts_for_ever() -> None:
    cap = TextCap(1, deque([NOW + timedelta(days=400)]))
    cap.check(NOW)
