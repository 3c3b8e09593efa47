"""A power supply that is too weak is told to the owner before the modems vanish."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.health.power import ACTION, LOOK_S, TOLD_FOR_S, WEAK, Power
from hotline.said import NOTHING

WELL = (NOTHING, NOTHING)


class Board:
    """A Raspberry Pi's sensors, as its kernel shows them, and the time."""

    def __init__(self, folder: Path) -> None:
        self.sensors, self.now = folder, 0.0
        for number, name in enumerate(("cpu_thermal", "rpi_volt")):
            (folder / f"hwmon{number}").mkdir()
            (folder / f"hwmon{number}/name").write_text(f"{name}\n")
        self.alarm = folder / "hwmon1/in0_lcrit_alarm"
        self.alarm.write_text("0\n")

    def power(self) -> Power:
        return Power(self.sensors, lambda: self.now)


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


def test_a_moment_of_weakness_is_told_for_a_day(board: Board) -> None:
    power = board.power()
    power.look()
    assert power.trouble == WELL
    board.alarm.write_text("1\n")
    power.look()
    board.alarm.write_text("0\n")
    board.now = LOOK_S
    power.look()
    assert power.trouble == (WEAK, ACTION)
    board.now = TOLD_FOR_S + 1
    assert power.trouble == WELL


def test_it_is_logged_once_and_not_every_two_seconds(
    board: Board, caplog: pytest.LogCaptureFixture
) -> None:
    power = board.power()
    board.alarm.write_text("1\n")
    for _ in range(100):
        power.look()
        board.now += LOOK_S
    assert len(caplog.records) == 1


async def test_a_machine_that_says_nothing_of_its_power_is_not_watched(tmp_path: Path) -> None:
    power = Power(tmp_path / "no sensors")
    await power.watch()
    assert power.trouble == WELL


def test_a_sensor_that_cannot_be_read_stops_nothing(board: Board) -> None:
    power = board.power()
    board.alarm.unlink()
    power.look()
    assert power.trouble == WELL
