"""The power supply, as a Raspberry Pi judges it: a weak one takes modems off the bus after hours.

The kernel's driver (raspberrypi-hwmon) asks the board every 2 s whether the voltage was too low
since it last asked. Other machines say nothing of it. Never tried on a real board.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from hotline.said import NOTHING, Said, say

log = logging.getLogger(__name__)

SENSORS = Path("/sys/class/hwmon")
LOOK_S = 2.0
TOLD_FOR_S = 86_400.0
WEAK = say("The power supply was too weak within the last day: modems may vanish.")
ACTION = say("Take the power supply made for this board, and a powered hub for the modems.")


class Power:
    """What the board said of its power within the last day."""

    def __init__(
        self, sensors: Path = SENSORS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._alarm = _alarm(sensors)
        self._monotonic = monotonic
        self._weak_at: float | None = None

    async def watch(self) -> None:
        """Look for ever; over at once where the board does not say."""
        while self._alarm is not None:
            self.look()
            await asyncio.sleep(LOOK_S)

    def look(self) -> None:
        """Ask once more."""
        if self._alarm is None or not _raised(self._alarm):
            return
        if not self.trouble[0]:
            log.warning("%s", WEAK)
        self._weak_at = self._monotonic()

    @property
    def trouble(self) -> tuple[Said, Said]:
        """What is wrong and what the owner can do, a sentence each; NOTHING when all is well."""
        weak = self._weak_at is not None and self._monotonic() - self._weak_at < TOLD_FOR_S
        return (WEAK, ACTION) if weak else (NOTHING, NOTHING)


def _alarm(sensors: Path) -> Path | None:
    """The file that says it; which number the sensor has differs from board to board."""
    for name in sensors.glob("*/name"):
        if _text(name) == "rpi_volt":
            return name.with_name("in0_lcrit_alarm")
    return None


def _raised(alarm: Path) -> bool:
    return _text(alarm) == "1"


def _text(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
