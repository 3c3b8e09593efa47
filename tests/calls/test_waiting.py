"""Who waits because everybody is busy is told the place in the queue and the expected wait."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import forward
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from tests.calls.hotline import Hotline, Telephone


@pytest.fixture
def hotline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hotline:
    monkeypatch.setattr(forward, "REMIND_EVERY_S", 0.01)
    return Hotline(tmp_path)


async def joined(hotline: Hotline) -> Telephone:
    caller = hotline.rings("1")
    await hotline.step(caller, "joined")
    return caller


async def talk(hotline: Hotline, seconds: float) -> None:
    caller = await joined(hotline)
    hotline.time.pass_by(timedelta(seconds=seconds))
    caller.hang_up(Cause.HUNG_UP)
    await hotline.over(caller)


async def told_in_the_queue(hotline: Hotline) -> dict[str, object]:
    """What a caller is told who waits until the first reminder, and leaves a message then."""
    caller = hotline.rings("1")
    caller.presses = {**caller.presses, Prompt.STILL_WAITING: "*"}
    await hotline.over(caller)
    return hotline.words.values[Prompt.POSITION]


async def test_the_expected_wait_comes_from_the_talks_of_this_office(hotline: Hotline) -> None:
    for minutes in (5, 7, 9):
        await talk(hotline, minutes * 60)
    await joined(hotline)
    hotline.time.pass_by(timedelta(minutes=6))
    assert await told_in_the_queue(hotline) == {"n": 1, "minutes": 2}


async def test_place_and_wait_are_told_at_once_and_get_smaller_when_somebody_is_served(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[object, ...]] = []
    files = hotline.words.files

    async def noted(language: str, prompt: Prompt, **values: Any) -> list[Path]:
        if prompt is Prompt.POSITION:
            told.append((values["n"], values["minutes"]))
        return await files(language, prompt, **values)

    async def until_told(place: int, minutes: int) -> None:
        async with asyncio.timeout(5):
            while (place, minutes) not in told:  # noqa: ASYNC110 - turns of the loop
                await asyncio.sleep(0)

    for minutes in (5, 7, 9):
        await talk(hotline, minutes * 60)
    monkeypatch.setattr(hotline.words, "files", noted)
    first = await joined(hotline)
    hotline.time.pass_by(timedelta(minutes=6))
    second, third = (hotline.rings("1", f"+3732211100{n}") for n in (2, 3))
    await hotline.step(third, "waiting")
    await until_told(1, 2)
    await until_told(2, 9)
    first.hang_up(Cause.HUNG_UP)
    await hotline.step(second, "joined")
    await until_told(1, 7)
    for caller in (second, third):
        caller.hang_up(Cause.HUNG_UP)
        await hotline.over(caller)
        assert caller.heard[2:4] == [Prompt.PLEASE_HOLD, Prompt.POSITION]


async def test_a_box_that_has_seen_too_few_talks_tells_the_place_alone(hotline: Hotline) -> None:
    await talk(hotline, 300)
    await joined(hotline)
    assert await told_in_the_queue(hotline) == {"n": 1, "minutes": None}


async def test_who_did_not_take_the_call_did_not_talk(hotline: Hotline) -> None:
    for _ in range(2):
        await talk(hotline, 300)
    hotline.line.key = "2"
    await hotline.called("1")
    hotline.line.key = "1"
    await joined(hotline)
    assert await told_in_the_queue(hotline) == {"n": 1, "minutes": None}
