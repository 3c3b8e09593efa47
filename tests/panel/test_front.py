"""The panel at work on pins that are played: what is seen, pressed and pulsed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import gpiod
import pytest
import pytest_asyncio

from hotline.options.panel import LampPins, PanelOptions
from hotline.panel import button, front
from hotline.panel.button import Press
from hotline.panel.front import STUCK, FrontPanel
from hotline.panel.lamps import BoxState
from hotline.panel.relay import HALF_S, takes_line
from tests.sim.frontpanel import Standing, until
from tests.sim.playedpins import PlayedChip

RELAY = 24
OPTIONS = PanelOptions(lamps=LampPins(line=17, message=27, trouble=22), button=23, relay=RELAY)
DRIVER_HOLDS_S = 0.75  # the least, see test_relay_driver.py


class Panel:
    """A panel at work, and who stands before it."""

    def __init__(self, folder: Path) -> None:
        self.state, self.takes = BoxState(lines=1, up=1), False
        self.meant: list[Press] = []
        self.front = FrontPanel(OPTIONS, lambda: self.state, lambda: self.takes, self.meant.append)
        self.standing = Standing(folder, 17, 27, 22, 23)

    async def works(self) -> None:
        await until(lambda: bool(self.standing.changes(17)), lambda: "pins", 30)
        await until((self.standing.folder / "contacts").exists, lambda: "a button", 30)

    async def means(self, *wanted: Press) -> None:
        await until(lambda: self.meant == [*wanted], lambda: f"{wanted}, not {self.meant}", 30)

    def pulses(self, since: float) -> list[float]:
        return [at for at, _ in self.standing.changes(RELAY, since)]


@pytest.fixture
def pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_SIM_PINS", str(tmp_path))
    monkeypatch.setattr(gpiod, "Chip", PlayedChip)
    return tmp_path


@pytest_asyncio.fixture
async def panel(pins: Path) -> AsyncIterator[Panel]:
    there = Panel(pins)
    keeping = asyncio.create_task(there.front.keep())
    await there.works()
    yield there
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_lamps_follow_the_box(panel: Panel) -> None:
    await panel.standing.until("line", "on", over=0.5)
    panel.state = BoxState(lines=1, up=1, calls=1)
    await panel.standing.until("line", "fast", over=1.5)
    panel.state = BoxState(lines=1, up=1, messages=1)
    await panel.standing.until("message", "on", over=0.5)


async def test_the_line_is_held_by_a_pulse_and_given_back_when_it_is_not_the_boxs(
    panel: Panel,
) -> None:
    assert panel.pulses(0.0)[1:] == []
    panel.takes = True
    await until(lambda: len(panel.pulses(0.0)) > 20, lambda: "a pulse", 30)
    beats = panel.pulses(0.0)[1:]
    middle = sorted(b - a for a, b in pairwise(beats))[len(beats) // 2]
    assert HALF_S <= middle < DRIVER_HOLDS_S / 2
    panel.takes = False
    await until(lambda: time.monotonic() - panel.pulses(0.0)[-1] > 1.0, lambda: "the end of it", 30)
    assert panel.standing.changes(RELAY)[-1][1] == "0"


async def test_a_loop_that_hangs_gives_the_line_back(panel: Panel) -> None:
    panel.takes = True
    await until(lambda: len(panel.pulses(0.0)) > 5, lambda: "a pulse", 30)
    began = time.monotonic()
    time.sleep(1.0)  # noqa: ASYNC251 - this is what hanging is
    assert panel.pulses(began) == []


async def test_the_panel_that_ends_drives_no_pin(pins: Path) -> None:
    there = Panel(pins)
    there.takes = True
    keeping = asyncio.create_task(there.front.keep())
    await there.works()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert [there.standing.changes(pin)[-1][1] for pin in (17, 27, 22, RELAY)] == ["input"] * 4


async def test_a_short_press_lights_every_lamp(panel: Panel) -> None:
    await panel.standing.press(0.1)
    await panel.means(Press.SHORT)
    assert "1" in [level for _, level in panel.standing.changes(27)]
    await panel.standing.until("message", "off", over=0.5)


async def test_everything_is_erased_after_two_presses_only(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, shorter in {"LONG_S": 0.3, "VERY_LONG_S": 2.0, "PAUSE_S": 0.0}.items():
        monkeypatch.setattr(button, name, shorter)
    monkeypatch.setattr(front, "VERY_LONG_S", 2.0)
    monkeypatch.setattr(front, "LONG_S", 0.3)
    await panel.standing.press(2.2)
    await panel.means(Press.VERY_LONG)
    for lamp in panel.standing.lamps:
        await panel.standing.until(lamp, "fast", over=1.0)
    await panel.standing.press(0.8)
    await panel.means(Press.VERY_LONG, Press.CONFIRMED)


async def test_a_stuck_button_is_told(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(button, "STUCK_S", 0.3)
    panel.standing._set(0)
    await until(lambda: panel.front.trouble[0] == STUCK, lambda: "it told", 30)
    panel.standing._set(1)
    await until(lambda: panel.front.trouble[0] == "", lambda: "well again", 30)
    assert panel.meant == []


async def test_a_box_without_pins_says_so_and_goes_on(
    pins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlayedChip, "label", "another")
    there = Panel(pins)
    keeping = asyncio.create_task(there.front.keep())
    await until(lambda: bool(there.front.trouble[0]), lambda: "trouble", 30)
    assert "cannot be used" in there.front.trouble[0]
    assert not keeping.done()
    keeping.cancel()


@pytest.mark.parametrize(
    ("up", "takes"),
    [
        ({"office": True}, True),
        ({"office": False, "mobile": True}, False),
        ({"mobile": True}, False),
        ({}, False),
    ],
)
def test_the_box_takes_the_line_only_while_it_can_answer_it(
    up: dict[str, bool], takes: bool
) -> None:
    assert takes_line(["office"], up) is takes
