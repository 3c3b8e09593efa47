"""Pins by the kernel's own door, /dev/gpiochip*: for a machine without a library for them.

Speaks as RPi.GPIO does, as far as gpio.py asks. Linux's include/uapi/linux/gpio.h, version 2.
Tried on the kernel's simulated chip, never on a Raspberry Pi.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

DEV = Path("/dev")
CHIPS = ("pinctrl-bcm", "pinctrl-rp1")  # how the chips that lead to the 40 pins are labelled
NAME = b"hotline"

_CHIP_INFO, _GET_LINE, _SET_CONFIG, _GET_VALUES, _SET_VALUES = (
    0x8044B401,
    0xC250B407,
    0xC110B40D,
    0xC010B40E,
    0xC010B40F,
)
_INPUT, _OUTPUT, _RISING, _FALLING, _PULL_UP = 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 8
_INFO = struct.Struct("32s32sI")
_CONFIG = struct.Struct("Q I 20x 240x")  # flags, no attributes: outputs begin low
_LINE = struct.Struct("I 252x 32s 272s I I 20x i")
_VALUES = struct.Struct("QQ")  # bits, mask
_EVENT = 48  # bytes


class KernelPins:
    """All pins of one chip; each is asked for by itself."""

    BCM: ClassVar[int] = 11
    IN, OUT = 1, 0
    LOW = 0
    PUD_OFF, PUD_UP = 20, 22
    BOTH: ClassVar[int] = 33

    def __init__(self, dev: Path = DEV) -> None:
        self._chip = _chip(dev)
        self._lines: dict[int, int] = {}
        self._watches: dict[int, _Watch] = {}

    def setmode(self, _mode: int) -> None:
        """The kernel's numbers are BCM's."""

    def setup(
        self, pin: int, direction: int, pull_up_down: int = PUD_OFF, initial: int = LOW
    ) -> None:
        """Ask for a pin; an output is low at first. Raises OSError where somebody else has it."""
        flags = _OUTPUT
        if direction == self.IN:
            flags = _INPUT | _RISING | _FALLING | (_PULL_UP if pull_up_down == self.PUD_UP else 0)
        asked = bytearray(_LINE.pack(pin, NAME, _CONFIG.pack(flags, 0), 1, 0, -1))
        fcntl.ioctl(self._chip, _GET_LINE, asked)
        self._lines[pin] = _LINE.unpack(asked)[-1]
        if initial:
            self.output(pin, initial)

    def output(self, pin: int, level: int) -> None:
        """Drive it. Raises OSError."""
        fcntl.ioctl(self._lines[pin], _SET_VALUES, _VALUES.pack(int(bool(level)), 1))

    def input(self, pin: int) -> int:
        """Its level now. Raises OSError."""
        seen = bytearray(_VALUES.pack(0, 1))
        fcntl.ioctl(self._lines[pin], _GET_VALUES, seen)
        return int(_VALUES.unpack(seen)[0] & 1)

    def add_event_detect(self, pin: int, _edge: int, callback: Callable[[int], None]) -> None:
        """callback: told the pin at each edge, from another thread."""
        self._watches[pin] = _Watch(self._lines[pin], lambda: callback(pin))

    def cleanup(self, pins: Iterable[int]) -> None:
        """All are inputs again, and anybody's."""
        for pin in pins:
            if watch := self._watches.pop(pin, None):
                watch.end()
            if (line := self._lines.pop(pin, None)) is not None:
                with contextlib.suppress(OSError):
                    fcntl.ioctl(line, _SET_CONFIG, _CONFIG.pack(_INPUT, 0))
                os.close(line)


class _Watch:
    """Reads the edges of one line until its end."""

    def __init__(self, line: int, changed: Callable[[], None]) -> None:
        self._line, self._changed = line, changed
        self._over = os.eventfd(0)
        self._thread = threading.Thread(target=self._read, name="button", daemon=True)
        self._thread.start()

    def end(self) -> None:
        os.eventfd_write(self._over, 1)
        if self._thread is not threading.current_thread():
            self._thread.join()
        os.close(self._over)

    def _read(self) -> None:
        either = select.poll()
        either.register(self._line, select.POLLIN)
        either.register(self._over, select.POLLIN)
        while all(ready != self._over for ready, _ in either.poll()):
            os.read(self._line, _EVENT)
            self._changed()


def _chip(dev: Path) -> int:
    """The chip of the 40 pins, opened. Raises OSError."""
    for path in sorted(dev.glob("gpiochip*")):
        chip = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        info = bytearray(_INFO.size)
        fcntl.ioctl(chip, _CHIP_INFO, info)
        label = _INFO.unpack(info)[1].rstrip(b"\0").decode(errors="replace")
        if label.startswith(CHIPS):
            return chip
        os.close(chip)
    raise OSError(f"there are no pins of a Raspberry Pi in {dev}")
