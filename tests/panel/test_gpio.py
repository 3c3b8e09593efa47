"""The pins, over a stand-in for the library: there are none on this machine."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hotline.errors import HotlineError
from hotline.panel.gpio import Pins
from tests.sim.frontpanel import STAND_IN, Standing

LAMP, RELAY, BUTTON = 17, 24, 23


def forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "RPi"]:
        del sys.modules[name]


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standing]:
    monkeypatch.syspath_prepend(str(STAND_IN))
    monkeypatch.setenv("HOTLINE_SIM_PINS", str(tmp_path))
    forget()
    yield Standing(tmp_path, LAMP, 27, 22, BUTTON)
    forget()


def levels(played: Standing, pin: int) -> list[str]:
    return [level for _, level in played.changes(pin)]


def ignore(_down: bool, _at: float) -> None:
    """Nobody presses it here."""


def test_outputs_begin_low_and_are_let_go_at_the_end(played: Standing, tmp_path: Path) -> None:
    pins = Pins([LAMP, RELAY], None, ignore, tmp_path)
    pins.write(RELAY, True)
    pins.close()
    pins.close()
    assert levels(played, LAMP) == ["0", "input"]
    assert levels(played, RELAY) == ["0", "1", "input"]


def test_the_button_is_pressed_when_its_contact_closes_to_ground(
    played: Standing, tmp_path: Path
) -> None:
    told: list[bool] = []
    heard = threading.Semaphore(0)

    def pressed(down: bool, _at: float) -> None:
        told.append(down)
        heard.release()

    pins = Pins([], BUTTON, pressed, tmp_path)
    assert not pins.down()
    played._set(0)
    assert heard.acquire(timeout=30)
    assert pins.down()
    played._set(1)
    assert heard.acquire(timeout=30)
    assert told == [True, False]
    pins.close()


def test_a_box_that_is_no_raspberry_pi_says_so_in_a_sentence(
    played: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOTLINE_SIM_PINS")
    with pytest.raises(HotlineError, match=r"cannot be used: .*Raspberry Pi") as refused:
        Pins([LAMP], None, ignore, tmp_path)
    assert "box.toml" in refused.value.action


def test_a_pin_that_was_not_asked_for_is_not_driven(played: Standing, tmp_path: Path) -> None:
    pins = Pins([LAMP], BUTTON, ignore, tmp_path)
    with pytest.raises(HotlineError, match="cannot be used"):
        pins.write(BUTTON, True)
    pins.close()
    assert levels(played, BUTTON) == []


def test_a_box_without_a_panel_never_loads_the_pins() -> None:
    script = (
        "import sys, hotline.__main__, hotline.commands.serving, hotline.box; print(*sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(["firmware", "web", str(STAND_IN)])},
        cwd=STAND_IN.parent.parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = run.stdout.split()
    assert "hotline.options.panel" in loaded
    assert [one for one in loaded if one.startswith(("RPi", "lgpio", "hotline.panel"))] == []


# --- the stand-in is no softer than the library it plays -----------------------------------------


@pytest.fixture
def gpio(played: Standing) -> ModuleType:
    return importlib.import_module("RPi.GPIO")


def set_up(gpio: Any) -> Any:
    gpio.setmode(gpio.BCM)
    gpio.setup(LAMP, gpio.OUT, initial=gpio.LOW)
    gpio.setup(BUTTON, gpio.IN, pull_up_down=gpio.PUD_UP)
    return gpio


MISUSES: dict[str, tuple[type[Exception], Callable[[Any], object]]] = {
    "a pin before the numbering": (RuntimeError, lambda g: g.setup(LAMP, g.OUT)),
    "no numbering": (ValueError, lambda g: g.setmode(7)),
    "another numbering": (ValueError, lambda g: set_up(g).setmode(g.BOARD)),
    "an output that is an input": (RuntimeError, lambda g: set_up(g).output(BUTTON, 1)),
    "an output that is nothing": (RuntimeError, lambda g: set_up(g).output(RELAY, 1)),
    "an input that is nothing": (RuntimeError, lambda g: set_up(g).input(RELAY)),
    "a pin there is not": (ValueError, lambda g: set_up(g).setup(40, g.OUT)),
    "a pulled output": (
        ValueError,
        lambda g: set_up(g).setup(RELAY, g.OUT, pull_up_down=g.PUD_UP),
    ),
    "a level for an input": (ValueError, lambda g: set_up(g).setup(RELAY, g.IN, initial=1)),
    "no such edge": (
        ValueError,
        lambda g: set_up(g).add_event_detect(BUTTON, 99, callback=lambda _: None),
    ),
    "two watchers": (
        RuntimeError,
        lambda g: [
            set_up(g).add_event_detect(BUTTON, g.BOTH, callback=lambda _: None) for _ in range(2)
        ],
    ),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_the_stand_in_refuses_what_the_library_refuses(gpio: ModuleType, misuse: str) -> None:
    refused, use = MISUSES[misuse]
    with pytest.raises(refused):
        use(gpio)
