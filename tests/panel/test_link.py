"""The box speaks with the board over a real port; the board is its firmware in simavr."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from hotline.panel import link
from hotline.panel.link import Guardian
from hotline.panel.wire import frame
from tests.panel.guardian import LINE_HELD_MS, Bench

SPEED = 4  # the board's seconds in one of ours
BEAT_S = 0.1
LONG_S = 60.0


@pytest.fixture
def port(tmp_path: Path) -> Path:
    return tmp_path / "guardian"


@pytest.fixture
def plugged(built: Path, port: Path) -> Iterator[Bench]:
    """The board at `port`, in real time."""
    with Bench(built, str(port), str(SPEED)) as bench:
        while not port.exists():
            bench.listen()
        yield bench


@contextlib.asynccontextmanager
async def guarded(port: Path, alive: Callable[[], bool] = lambda: True) -> AsyncIterator[Guardian]:
    """The box's end, which keeps trying."""
    guardian = Guardian(port, alive, BEAT_S)
    task = asyncio.create_task(guardian.keep())
    try:
        yield guardian
    finally:
        task.cancel()
        await guardian.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG_S):
        while not true():  # noqa: ASYNC110 - what is waited for is the state of another program
            await asyncio.sleep(0.02)


def relay(guardian: Guardian) -> bool | None:
    return guardian.report.relay if guardian.report else None


async def until_pins(bench: Bench, level: str) -> None:
    def look() -> None:
        while not bench.pins or bench.pins[-1][1] != level:
            bench.listen()

    async with asyncio.timeout(LONG_S):
        await asyncio.to_thread(look)


async def test_the_box_takes_the_line_gives_it_back_and_says_goodbye(
    plugged: Bench, port: Path
) -> None:
    async with guarded(port) as guardian:
        await until(lambda: guardian.trouble == ("", ""))
        assert relay(guardian) is False
        guardian.take_line(True)
        await until(lambda: relay(guardian) is True)
        await until_pins(plugged, "1000")
        guardian.take_line(False)
        await until(lambda: relay(guardian) is False)
        guardian.take_line(True)
        await until(lambda: relay(guardian) is True)
    await until_pins(plugged, "0000")


async def test_a_box_that_is_not_well_loses_the_line(plugged: Bench, port: Path) -> None:
    well = True
    async with guarded(port, lambda: well) as guardian:
        guardian.take_line(True)
        await until(lambda: relay(guardian) is True)
        await until_pins(plugged, "1000")
        well = False
        await until_pins(plugged, "0001")
        dropped = plugged.pins[-1][0]
        assert 0 <= dropped - plugged.heard[-1] - LINE_HELD_MS * 1000 <= 8_000
        well = True
        await until_pins(plugged, "1000")


async def test_a_board_that_hung_is_back_with_the_line_held_and_the_box_knows(
    plugged: Bench, port: Path
) -> None:
    async with guarded(port) as guardian:
        guardian.take_line(True)
        await until(lambda: relay(guardian) is True)
        plugged.tell("hang")
        await until(lambda: guardian.report is not None and guardian.report.watchdog == 1)
        assert relay(guardian) is True


async def test_the_modem_is_cycled_by_the_board(plugged: Bench, port: Path) -> None:
    async with guarded(port) as guardian:
        async with asyncio.timeout(LONG_S):
            await guardian.cycle_modem()
        await until_pins(plugged, "0100")


async def test_a_board_that_was_unplugged_is_found_again(
    plugged: Bench, port: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "REOPEN_S", 0.1)
    async with guarded(port) as guardian:
        await until(lambda: guardian.report is not None)
        plugged.tell("unplug")
        await until(lambda: guardian.trouble[0] == f"There is no guardian board at {port}.")
        assert guardian.report is None
        plugged.tell("plug")
        await until(lambda: guardian.trouble == ("", ""))


async def test_a_board_of_another_release_is_named_in_a_sentence(port: Path) -> None:
    guardian = Guardian(port, lambda: True)
    guardian._hear(frame(9, 0x81, b"whatever it says"))
    assert guardian.trouble[0] == "The guardian board speaks version 9, this box version 1."
    assert guardian.trouble[1] == "Put the firmware of this release on the guardian board."
    assert guardian.report is None


async def test_a_board_that_does_not_answer_is_called_silent(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    try:
        port = Path(os.ttyname(theirs))
        guardian = Guardian(port, lambda: True, 0.01)
        task = asyncio.create_task(guardian.keep())
        await until(lambda: guardian.trouble[0] == f"The guardian board at {port} is silent.")
        task.cancel()
        await guardian.close()
    finally:
        os.close(ours)
        os.close(theirs)
