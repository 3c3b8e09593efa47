"""A round of ringing takes a while: whose turn it is, and who is there, is asked each time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.calls import hunt
from hotline.errors import LineDown
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
    monkeypatch.setattr(hunt, "ROUND_PAUSE_S", 0.01)
    shifts = (
        Shift("ana", EVERY_DAY, WallTime(8 * 60), WallTime(18 * 60)),
        Shift("ion", EVERY_DAY, WallTime(8 * 60), WallTime(11 * 60 + 1)),  # in a minute
    )
    hotline = Hotline(tmp_path, replace(OFFICE, people=(ANA, ION), shifts=shifts))
    hotline.line.key = "2"  # not now
    dial = hotline.line.dial

    def dial_for_two_minutes(number: str) -> Telephone:
        hotline.time.pass_by(timedelta(minutes=2))
        return dial(number)

    hotline.line.dial = dial_for_two_minutes
    story = await hotline.called("1")
    assert [phone.caller.number for phone in hotline.line.rung] == [ANA.number]
    assert story.call.outcome == "message"


async def test_a_line_that_is_full_for_a_moment_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hunt, "ROUND_PAUSE_S", 0.01)
    hotline = Hotline(tmp_path, replace(OFFICE, people=(ANA, ION)))
    hotline.board.caps.limits = Limits(concurrent=3)
    dial, tried = hotline.line.dial, list[str]()

    def full(number: str) -> Telephone:
        tried.append(number)
        if len(tried) <= 6:
            raise LineDown("All channels are taken.")
        return dial(number)

    hotline.line.dial = full
    callers = [hotline.rings("1", f"+3732200000{n}") for n in range(2)]
    for caller in callers:
        await hotline.step(caller, "joined")


async def test_callers_for_whom_no_line_is_free_do_not_wake_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hunt, "ROUND_PAUSE_S", 1000.0)
    knows = (
        replace(ANA, topics=frozenset({"alone"})),
        replace(ION, topics=frozenset({"together"})),
    )
    hotline = Hotline(tmp_path, replace(BY_TURNS, people=knows))
    hotline.board.caps.limits, tried = Limits(concurrent=3), list[str]()

    def full(number: str) -> Telephone:
        tried.append(number)
        raise LineDown("All channels are taken.")

    hotline.line.dial = full
    for caller in [hotline.rings("1"), hotline.rings("2", "+37322000002")]:
        await hotline.step(caller, "not_dialled")
    for _ in range(200):
        await asyncio.sleep(0)
    assert len(tried) <= 4


async def test_on_a_box_with_one_channel_the_caller_does_not_wait_for_a_second(
    tmp_path: Path,
) -> None:
    hotline = Hotline(tmp_path)
    hotline.line.capabilities = replace(hotline.line.capabilities, channels=1)

    def full(number: str) -> Telephone:
        raise LineDown("All channels are taken.")

    hotline.line.dial = full
    story = await hotline.called("1")
    assert "waiting" not in [step.what for step in story.steps]
    assert story.call.outcome == "message"


async def test_who_waits_takes_no_place_of_those_who_may_be_forwarded(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, replace(OFFICE, people=(ANA, ION)))
    hotline.board.caps.limits = Limits(concurrent=1)
    talking = hotline.rings("1", "+37322000001")
    await hotline.step(talking, "joined")
    waiting = [hotline.rings("1", f"+3732200010{n}") for n in range(3)]
    for caller in waiting:
        await hotline.step(caller, "cap")
        await hotline.step(caller, "waiting")
    assert len(hotline.line.rung) == 1
    for caller in waiting:
        talking.hang_up(Cause.HUNG_UP)
        await hotline.step(caller, "joined")
        talking = caller


async def test_where_no_call_may_be_forwarded_nobody_waits_for_it(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path)
    hotline.board.caps.limits = Limits(concurrent=0)
    story = await hotline.called("1")
    assert "waiting" not in [step.what for step in story.steps]
    assert story.call.outcome == "message"


def with_channels(hotline: Hotline, channels: int) -> None:
    """So many and no more; the network takes a moment to end a call and give one back."""
    dial, taken, loop = hotline.line.dial, set[Telephone](), asyncio.get_running_loop()

    def one_at_a_time(number: str) -> Telephone:
        phone = dial(number)
        ends = phone.hang_up
        taken.add(phone)
        phone.gone.add_done_callback(lambda _gone: taken.discard(phone))
        phone.hang_up = lambda cause=Cause.OURS: loop.call_later(0.02, ends, cause)
        return phone

    hotline.line.dial = one_at_a_time
    hotline.line.free_channels = lambda: channels - len(taken)


async def test_over_the_only_channel_the_next_person_is_rung_when_the_last_call_is_over(
    tmp_path: Path,
) -> None:
    hotline = Hotline(tmp_path, replace(OFFICE, people=(ANA, ION), survey=False))
    with_channels(hotline, 1)
    hotline.line.does[ANA.number or ""] = "2"
    caller = hotline.rings("1")
    await hotline.step(caller, "joined")
    caller.hang_up(Cause.HUNG_UP)
    story = await hotline.over(caller)
    assert story.call.person == ION.id
    assert "not_dialled" not in [step.what for step in story.steps]


async def test_all_at_once_over_one_channel_reaches_the_second_whom_the_first_never_lets_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hunt, "ROUND_PAUSE_S", 0.01)
    people = (replace(ANA, ring_seconds=0), ION)
    office = replace(OFFICE, people=people, strategy=Strategy.ALL, pause_after=0)
    hotline = Hotline(tmp_path, office)
    hotline.board.caps.limits = Limits(calls_per_hour_per_number=100_000)
    with_channels(hotline, 1)
    hotline.line.does[ANA.number or ""] = "rings"
    caller = hotline.rings("1")
    await hotline.step(caller, "joined")
    caller.hang_up(Cause.HUNG_UP)
    assert (await hotline.over(caller)).call.person == ION.id


async def test_who_waits_for_the_only_channel_is_forwarded_as_soon_as_it_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hunt, "ROUND_PAUSE_S", 1000.0)
    hotline = Hotline(tmp_path, replace(OFFICE, people=(ANA, ION)))
    hotline.board.caps.limits = Limits(concurrent=3)
    with_channels(hotline, 1)
    first = hotline.rings("1", "+37322000001")
    await hotline.step(first, "joined")
    second = hotline.rings("1", "+37322000002")
    await hotline.step(second, "not_dialled")
    first.hang_up(Cause.HUNG_UP)
    await hotline.step(second, "joined")


async def test_the_end_of_a_ring_does_not_begin_the_next_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hunt, "ROUND_PAUSE_S", 1000.0)
    hotline = Hotline(tmp_path, replace(OFFICE, people=(replace(ANA, ring_seconds=0),)))
    with_channels(hotline, 9)
    hotline.line.does[ANA.number or ""] = "rings"
    caller = hotline.rings("1")
    await hotline.step(caller, "not_reached")
    (rung,) = hotline.line.rung
    await rung.gone
    for _ in range(50):
        await asyncio.sleep(0)
    assert hotline.line.rung == [rung]
    caller.hang_up(Cause.HUNG_UP)
    await hotline.over(caller)
