"""A Raspberry Pi's chip of pins, played below the library gpiod; see tests/sim/pins.

Refuses what the kernel refuses: a pin there is not, one that somebody has, a level for an input.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from gpiod import EdgeEvent, LineSettings
from gpiod.line import Direction, Value

PATH = "/dev/gpiochip0"
PINS = range(54)
_taken: set[int] = set()


class PlayedChip:
    """The only one of this machine."""

    label = "pinctrl-bcm2711"

    def __init__(self, path: str) -> None:
        if path != PATH:
            raise FileNotFoundError(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get_info(self) -> Self:
        return self

    def close(self) -> None:
        """What was asked for stays."""

    def request_lines(self, config: Mapping[int, LineSettings], consumer: str) -> PlayedLines:
        if not config:
            raise ValueError("no lines")
        if any(pin not in PINS for pin in config):
            raise ValueError(f"a pin of {[*config]} is not there")
        if _taken.intersection(config):
            raise OSError(16, "Device or resource busy")
        return PlayedLines(config)


class PlayedLines:
    """Pins that were asked for."""

    def __init__(self, config: Mapping[int, LineSettings]) -> None:
        self._folder = Path(os.environ["HOTLINE_SIM_PINS"])
        self._log = os.open(self._folder / "levels", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._config = dict(config)
        self._released = False
        self._pressed = {
            pin: (self._folder / f"down-{pin}").exists() for pin in self._of(Direction.INPUT)
        }
        _taken.update(config)
        (self._folder / "contacts").unlink(missing_ok=True)
        self._contacts = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._contacts.setblocking(False)
        if self._pressed:
            self._contacts.bind(str(self._folder / "contacts"))
        for pin in self._of(Direction.OUTPUT):
            self._note(pin, str(int(config[pin].output_value is Value.ACTIVE)))

    def __bool__(self) -> bool:
        return not self._released

    @property
    def fd(self) -> int:
        return self._contacts.fileno()

    def set_value(self, pin: int, value: Value) -> None:
        if pin not in self._config:
            raise ValueError("Invalid argument")
        if pin in self._pressed:
            raise PermissionError(1, "Operation not permitted")
        self._note(pin, str(int(value is Value.ACTIVE)))

    def get_value(self, pin: int) -> Value:
        return Value.ACTIVE if self._pressed[pin] else Value.INACTIVE

    def reconfigure_lines(self, config: Mapping[int, LineSettings]) -> None:
        for pin, settings in config.items():
            if settings.direction is Direction.INPUT and pin not in self._pressed:
                self._note(pin, "input")

    def read_edge_events(self) -> list[EdgeEvent]:
        """One: the contact closes to ground, and that is active."""
        pin, level = map(int, self._contacts.recv(64).split())
        pressed = level == 0
        if pin not in self._pressed or self._pressed[pin] == pressed:
            return []
        self._pressed[pin] = pressed
        kind = EdgeEvent.Type.RISING_EDGE if pressed else EdgeEvent.Type.FALLING_EDGE
        return [EdgeEvent(kind.value, time.monotonic_ns(), pin, 0, 0)]

    def release(self) -> None:
        self._released = True
        _taken.difference_update(self._config)
        self._contacts.close()
        os.close(self._log)

    def _of(self, direction: Direction) -> list[int]:
        return [pin for pin, one in self._config.items() if one.direction is direction]

    def _note(self, pin: int, shown: str) -> None:
        os.write(self._log, f"{time.monotonic()} {pin} {shown}\n".encode())
