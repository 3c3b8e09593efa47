"""The pins, over a chip that is played below the library: there are none on this machine."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gpiod
import pytest
from gpiod.line import Direction, Value

from hotline.errors import HotlineError
from hotline.panel.gpio import Pins
from tests.sim.frontpanel import STAND_IN, Standing
from tests.sim.playedpins import PATH, PlayedChip

LAMP, RELAY, BUTTON = 17, 24, 23
TOP = Path(__file__).parent.parent.parent


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Standing:
    monkeypatch.setenv("HOTLINE_SIM_PINS", str(tmp_path))
    monkeypatch.setattr(gpiod, "Chip", PlayedChip)
    return Standing(tmp_path, LAMP, 27, 22, BUTTON)


def levels(played: Standing, pin: int) -> list[str]:
    return [level for _, level in played.changes(pin)]


def ignore(_down: bool, _at: float) -> None:
    """Nobody presses it here."""


async def test_outputs_begin_low_and_are_let_go_at_the_end(played: Standing) -> None:
    pins = Pins([LAMP, RELAY], None, ignore)
    pins.write(RELAY, True)
    pins.close()
    pins.close()
    assert levels(played, LAMP) == ["0", "input"]
    assert levels(played, RELAY) == ["0", "1", "input"]


async def test_the_button_is_pressed_when_its_contact_closes_to_ground(played: Standing) -> None:
    told: asyncio.Queue[bool] = asyncio.Queue()
    pins = Pins([], BUTTON, lambda down, _at: told.put_nowait(down))
    assert not pins.down()
    played._set(0)
    assert await asyncio.wait_for(told.get(), 30)
    assert pins.down()
    played._set(1)
    assert not await asyncio.wait_for(told.get(), 30)
    pins.close()


@pytest.mark.skipif(Path(PATH).exists(), reason="this machine has pins")
async def test_a_box_that_is_no_raspberry_pi_says_so_in_a_sentence() -> None:
    with pytest.raises(HotlineError, match=r"cannot be used: .*Raspberry Pi") as refused:
        Pins([LAMP], None, ignore)
    assert "box.toml" in refused.value.action


async def test_a_chip_that_does_not_lead_to_the_forty_pins_is_left_alone(
    played: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlayedChip, "label", "raspberrypi-exp-gpio")
    with pytest.raises(HotlineError, match="cannot be used"):
        Pins([LAMP], None, ignore)
    assert levels(played, LAMP) == []


async def test_a_pin_that_was_not_asked_for_is_not_driven(played: Standing) -> None:
    pins = Pins([LAMP], BUTTON, ignore)
    with pytest.raises(HotlineError, match="cannot be used"):
        pins.write(BUTTON, True)
    pins.close()
    assert levels(played, BUTTON) == []


async def test_pins_that_somebody_else_has_are_told(played: Standing) -> None:
    first = Pins([LAMP], None, ignore)
    with pytest.raises(HotlineError, match="busy"):
        Pins([LAMP], None, ignore)
    first.close()
    Pins([LAMP], None, ignore).close()


def loaded(*script: str) -> list[str]:
    """Names of the modules that a box has after these lines, where pins are played."""
    paths = (STAND_IN, TOP / "firmware", TOP / "web", TOP)
    run = subprocess.run(
        [sys.executable, "-c", "\n".join([*script, "import sys; print(*sys.modules)"])],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.split()


def test_a_box_without_a_panel_never_loads_the_pins() -> None:
    names = loaded("import hotline.__main__, hotline.commands.serving, hotline.box")
    assert "hotline.options.panel" in names
    assert [one for one in names if one.startswith(("gpiod", "hotline.panel"))] == []


# --- the chip that is played is no softer than the kernel's ---------------------------------------


OUT = gpiod.LineSettings(direction=Direction.OUTPUT)
IN = gpiod.LineSettings(direction=Direction.INPUT)
MISUSES: dict[str, tuple[type[Exception], Callable[[Any], object]]] = {
    "another chip": (FileNotFoundError, lambda chip: gpiod.Chip("/dev/gpiochip31")),
    "no pins": (ValueError, lambda chip: chip.request_lines({}, "test")),
    "a pin there is not": (ValueError, lambda chip: chip.request_lines({54: OUT}, "test")),
    "an output that is an input": (
        PermissionError,
        lambda chip: chip.request_lines({BUTTON: IN}, "test").set_value(BUTTON, Value.ACTIVE),
    ),
    "an output that is nothing": (
        ValueError,
        lambda chip: chip.request_lines({LAMP: OUT}, "test").set_value(RELAY, Value.ACTIVE),
    ),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_the_played_chip_refuses_what_the_kernel_refuses(played: Standing, misuse: str) -> None:
    refused, use = MISUSES[misuse]
    with pytest.raises(refused):
        use(gpiod.Chip(PATH))
