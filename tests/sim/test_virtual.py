"""Virtual time passes where nothing is to be read, and never because the machine was away."""

from __future__ import annotations

import asyncio
import itertools
import time

import pytest

from tests.sim import virtual


def test_an_hour_passes_as_soon_as_nothing_else_is_to_be_done() -> None:
    async def hour() -> float:
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time() - began

    assert virtual.run(hour()) == pytest.approx(3600, abs=0.1)


def test_a_process_that_was_stopped_for_minutes_has_lost_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stops = itertools.chain([0.0] * 20, [400.0], itertools.repeat(0.0))
    stopped, real = itertools.accumulate(stops), time.monotonic

    async def minute() -> float:
        began = asyncio.get_running_loop().time()
        monkeypatch.setattr(virtual.time, "monotonic", lambda: real() + next(stopped))
        for _ in range(60):
            await asyncio.sleep(1)
        assert next(stopped) == 400
        return asyncio.get_running_loop().time() - began

    assert virtual.run(minute()) == pytest.approx(60, abs=0.5)


def test_who_waits_for_less_than_can_be_told_does_not_wait_for_ever() -> None:
    async def passed() -> float:
        virtual.leap(1e6)
        began = asyncio.get_running_loop().time()
        for _ in range(1000):
            await asyncio.sleep(1e-12)
        return asyncio.get_running_loop().time() - began

    assert 0 < virtual.run(passed()) < 1


def test_no_time_passes_while_a_thread_works_for_the_loop() -> None:
    async def worked() -> float:
        late = asyncio.create_task(asyncio.sleep(60))
        began = asyncio.get_running_loop().time()
        await asyncio.to_thread(time.sleep, 0.05)
        late.cancel()
        return asyncio.get_running_loop().time() - began

    assert virtual.run(worked()) < 1


def test_a_leap_makes_all_that_was_due_meanwhile_due_at_once() -> None:
    async def late() -> tuple[bool, bool]:
        first, second = (asyncio.create_task(asyncio.sleep(seconds)) for seconds in (5, 500))
        await asyncio.sleep(0)
        virtual.leap(100)
        await asyncio.sleep(0.001)
        return first.done(), second.done()

    assert virtual.run(late()) == (True, False)
