"""The pins of a Raspberry Pi. The only file that imports RPi.GPIO, and only when pins are used.

Never tried on a real board. Today's library behind that name is rpi-lgpio. It makes a pipe in the
current folder when it is imported, and cannot do without. Where it is missing, as on the card's
image, the kernel is asked itself (gpiochip.py).
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from hotline.errors import HotlineError
from hotline.said import say

NO_PINS = say(
    "See that the box is a Raspberry Pi, that the box may use its pins, and [panel] of box.toml."
)


class Pins:
    """Pins by their BCM numbers; all outputs are low at first, and after `close` none drives.

    pressed: told of each change of the button's contact, which closes to ground: from another
    thread, with the instant of time.monotonic. scratch: a folder that may be written to.
    Raises HotlineError when the pins cannot be had.
    """

    def __init__(
        self,
        outputs: Iterable[int],
        button: int | None,
        pressed: Callable[[bool, float], None],
        scratch: Path,
    ) -> None:
        self._outputs, self._button, self._pressed = tuple(outputs), button, pressed
        try:
            self._gpio: Any = _library(scratch)
            self._set_up()
        except Exception as error:  # whatever a library says that lives on other people's kernels
            with contextlib.suppress(Exception):
                self.close()
            raise HotlineError(
                say("The pins of the front panel cannot be used: %(why)s", why=error), NO_PINS
            ) from error

    def write(self, pin: int, high: bool) -> None:
        """Drive an output. Raises HotlineError."""
        try:
            self._gpio.output(pin, high)
        except Exception as error:
            raise HotlineError(
                say("The pins of the front panel cannot be used: %(why)s", why=error), NO_PINS
            ) from error

    def down(self) -> bool:
        """Is the button pressed at this moment?"""
        return self._button is not None and not self._gpio.input(self._button)

    def close(self) -> None:
        """Let the pins go: all are inputs again. Harmless when repeated."""
        if (gpio := getattr(self, "_gpio", None)) is None:
            return
        self._gpio = None
        pins = [*self._outputs, *([] if self._button is None else [self._button])]
        gpio.cleanup(pins)

    def _set_up(self) -> None:
        gpio = self._gpio
        gpio.setmode(gpio.BCM)
        for pin in self._outputs:
            gpio.setup(pin, gpio.OUT, initial=gpio.LOW)
        if self._button is not None:
            gpio.setup(self._button, gpio.IN, pull_up_down=gpio.PUD_UP)
            gpio.add_event_detect(self._button, gpio.BOTH, callback=self._changed)

    def _changed(self, pin: int) -> None:
        if (gpio := self._gpio) is not None:
            self._pressed(not gpio.input(pin), time.monotonic())


def _library(scratch: Path) -> Any:
    here = Path.cwd()
    try:
        with contextlib.chdir(here if os.access(here, os.W_OK) else scratch):
            from RPi import GPIO
    except ModuleNotFoundError:
        from hotline.panel.gpiochip import KernelPins

        return KernelPins()
    return GPIO
