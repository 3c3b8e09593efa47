"""The pins of a Raspberry Pi, which the kernel keeps in /dev/gpiochip*. The only file that imports
gpiod; nobody imports this one where no pins are used.

Tried on the kernel's simulated chip, never on a Raspberry Pi.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable

import gpiod
from gpiod.line import Bias, Direction, Edge, Value

from hotline.errors import HotlineError
from hotline.said import say

CHIPS = tuple(f"/dev/gpiochip{number}" for number in range(32))
LABELS = ("pinctrl-bcm", "pinctrl-rp1")  # of the chips that lead to the 40 pins
DRIVEN = gpiod.LineSettings(direction=Direction.OUTPUT, output_value=Value.INACTIVE)
# Closed to ground is pressed.
CONTACT = gpiod.LineSettings(
    direction=Direction.INPUT, edge_detection=Edge.BOTH, bias=Bias.PULL_UP, active_low=True
)
LET_GO = gpiod.LineSettings(direction=Direction.INPUT)
TROUBLE = (OSError, ValueError, RuntimeError)  # what gpiod makes of what a kernel says
NO_PINS = say(
    "See that the box is a Raspberry Pi, that the box may use its pins, and [panel] of box.toml."
)

log = logging.getLogger(__name__)


class Pins:
    """Pins by their BCM numbers; all outputs are low at first, and after `close` none drives.

    Lives on the loop. pressed: told of each change of the button's contact, with the instant of
    time.monotonic at which the kernel saw it. Raises HotlineError when the pins cannot be had.
    """

    def __init__(
        self, outputs: Iterable[int], button: int | None, pressed: Callable[[bool, float], None]
    ) -> None:
        self._outputs, self._button, self._pressed = tuple(outputs), button, pressed
        wanted: dict[Iterable[int | str] | int | str, gpiod.LineSettings | None] = {}
        wanted |= dict.fromkeys(self._outputs, DRIVEN)
        if button is not None:
            wanted[button] = CONTACT
        try:
            with _chip() as chip:
                self._lines = chip.request_lines(config=wanted, consumer="hotline")
        except TROUBLE as error:
            raise _refused(error) from error
        if button is not None:
            asyncio.get_running_loop().add_reader(self._lines.fd, self._changed)

    def write(self, pin: int, high: bool) -> None:
        """Drive an output. Raises HotlineError."""
        try:
            self._lines.set_value(pin, Value.ACTIVE if high else Value.INACTIVE)
        except TROUBLE as error:
            raise _refused(error) from error

    def down(self) -> bool:
        """Is the button pressed at this moment?"""
        return self._button is not None and self._lines.get_value(self._button) is Value.ACTIVE

    def close(self) -> None:
        """Let the pins go: all are inputs again. Harmless when repeated."""
        if not self._lines:
            return
        asyncio.get_running_loop().remove_reader(self._lines.fd)
        with contextlib.suppress(OSError):
            self._lines.reconfigure_lines(dict.fromkeys(self._outputs, LET_GO))
        self._lines.release()

    def _changed(self) -> None:
        try:
            events = self._lines.read_edge_events()
        except OSError as error:  # the kernel does not speak of it any more
            log.warning("the button of the front panel is not heard: %s", error)
            asyncio.get_running_loop().remove_reader(self._lines.fd)
            return
        for event in events:
            pressed = event.event_type is gpiod.EdgeEvent.Type.RISING_EDGE
            self._pressed(pressed, event.timestamp_ns / 1e9)


def _chip() -> gpiod.Chip:
    """The chip of the 40 pins, opened. Raises OSError."""
    for path in CHIPS:
        with contextlib.suppress(FileNotFoundError):
            chip = gpiod.Chip(path)
            if chip.get_info().label.startswith(LABELS):
                return chip
            chip.close()
    raise OSError("there are no pins of a Raspberry Pi")


def _refused(error: Exception) -> HotlineError:
    return HotlineError(
        say("The pins of the front panel cannot be used: %(why)s", why=error), NO_PINS
    )
