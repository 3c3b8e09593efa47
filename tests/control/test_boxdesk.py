"""What whoever holds the page can do with the box itself, and what not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hotline.control.boxdesk import BoxDesk
from hotline.control.messages.box import BoxAnew, BoxSet, Value
from hotline.errors import HotlineError
from hotline.options import Options
from hotline.options.chosen import read_chosen
from tests.control.desk import box_desk


@pytest.fixture
def desk(tmp_path: Path) -> BoxDesk:
    return box_desk(tmp_path / "settings.toml")


async def put(desk: BoxDesk, as_owner: bool = False, look: bool = False, **limits: Value) -> None:
    ask = BoxSet(
        sections={"limits": dict(limits)},
        seen=desk.all().seen,
        by="maria",
        as_owner=as_owner,
        only_look=look,
    )
    await desk.put(ask)


def minutes(desk: BoxDesk) -> tuple[object, object, object]:
    """Now, later, filed."""
    (one,) = [each for each in desk.all().settings if each.key == "minutes_per_day"]
    return one.now, one.later, one.filed


async def test_a_setting_is_on_the_disk_before_it_is_answered_and_holds_at_the_next_start(
    desk: BoxDesk,
) -> None:
    await put(desk, minutes_per_day=30)
    assert read_chosen(desk.path, Options()).options.limits.minutes_per_day == 30
    assert minutes(desk) == (60, 30, 60)


async def test_nobody_but_the_owner_lets_calls_cost_more(desk: BoxDesk) -> None:
    with pytest.raises(HotlineError, match="Only the owner"):
        await put(desk, minutes_per_day=61)
    assert minutes(desk) == (60, 60, 60)
    await put(desk, as_owner=True, minutes_per_day=61)
    assert minutes(desk) == (60, 61, 60)


async def test_what_was_lowered_is_raised_again_by_the_owner_alone(desk: BoxDesk) -> None:
    await put(desk, minutes_per_day=30)
    with pytest.raises(HotlineError, match="Only the owner"):
        await put(desk, minutes_per_day=60)


async def test_who_only_looks_changes_nothing(desk: BoxDesk) -> None:
    await put(desk, look=True, minutes_per_day=30)
    assert minutes(desk) == (60, 60, 60)
    assert not desk.path.exists()


async def test_of_two_who_change_it_at_once_the_second_is_told(desk: BoxDesk) -> None:
    ask = BoxSet(sections={"limits": {"concurrent": 1}}, seen=desk.all().seen, by="maria")
    await put(desk, minutes_per_day=30)
    with pytest.raises(HotlineError, match="changed this meanwhile"):
        await desk.put(ask)


async def test_a_setting_as_in_box_toml_is_not_written_down(desk: BoxDesk) -> None:
    await put(desk, minutes_per_day=30)
    await put(desk, as_owner=True, minutes_per_day=60)
    assert "minutes_per_day" not in desk.path.read_text()


async def test_the_box_begins_anew_only_once_the_last_call_is_over(tmp_path: Path) -> None:
    desk = box_desk(tmp_path / "settings.toml")
    calls = [True]
    desk.busy = lambda: calls[0]
    begun = asyncio.create_task(desk.until_anew())
    assert (await desk.anew(BoxAnew(by="maria"))).at_once is False
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(begun), 1.0)
    assert desk.all().waits
    calls[0] = False
    await asyncio.wait_for(begun, 20)
