"""A round of ringing takes a while: whose turn it is, and who is there, is asked each time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.calls import forward
from hotline.lines.port import Cause
from hotline.options import Limits
from hotline.routing.office import Do, Key, Menu, Person, Shift, Strategy, Topic, WallTime
from tests.calls.hotline import ANA, OFFICE, Hotline, Telephone

ION = Person("ion", "Ion", "+37369000102", ring_seconds=5)
EVERY_DAY = frozenset(range(7))
BY_TURNS = replace(
    OFFICE,
    topics=(
        Topic("together", {}, strategy=Strategy.ALL),
        Topic("alone", {}, strategy=Strategy.IN_ORDER),
    ),
    menus=(Menu("main", (Key("1", Do.TOPIC, "together"), Key("2", Do.TOPIC, "alone"))),),
)


@pytest.mark.parametrize(
    ("first", "second"), [("1", "2"), ("2", "1")], ids=["all at once first", "in order first"]
)
async def test_nobody_is_overtaken_by_a_caller_whose_topic_rings_in_another_way(
    tmp_path: Path, first: str, second: str
) -> None:
    hotline = Hotline(tmp_path, BY_TURNS)
    hotline.board.caps.limits = Limits(concurrent=3)
    talking = hotline.rings("2", "+37322000001")
    await hotline.step(talking, "joined")
    waits_longest, waits = hotline.rings(first), hotline.rings(second, "+37322000002")
    for caller in (waits_longest, waits):
        await hotline.step(caller, "waiting")
    talking.hang_up(Cause.HUNG_UP)
    await hotline.step(waits_longest, "joined")
    waits.hang_up(Cause.HUNG_UP)
    assert (await hotline.over(waits)).call.outcome == "missed"
    waits_longest.hang_up(Cause.HUNG_UP)
    assert (await hotline.over(waits_longest)).call.person == ANA.id


async def test_nobody_is_rung_whose_shift_ended_while_others_were_rung(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "ROUND_PAUSE_S", 0.01)
    shifts = (
        Shift("ana", EVERY_DAY, WallTime(8 * 60), WallTime(18 * 60)),
        Shift("ion", EVERY_DAY, WallTime(8 * 60), WallTime(11 * 60 + 1)),  # in a minute
    )
    hotline = Hotline(tmp_path, replace(OFFICE, people=(ANA, ION), shifts=shifts))
    hotline.line.key = "2"  # not now
    dial = hotline.line.dial

    def dial_for_two_minutes(number: str, shown: str | None = None) -> Telephone:
        hotline.time.pass_by(timedelta(minutes=2))
        return dial(number, shown)

    hotline.line.dial = dial_for_two_minutes
    story = await hotline.called("1")
    assert [phone.caller.number for phone in hotline.line.rung] == [ANA.number]
    assert story.call.outcome == "message"
