"""Who stands before the front panel: sees its lamps, presses its button, measures its pulse."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
STAND_IN = Path(__file__).parent / "pins"


class Standing:
    """Before a box whose pins are played in `folder`."""

    def __init__(self, folder: Path, line: int, message: int, trouble: int, button: int) -> None:
        self.folder = folder
        self.lamps = {"line": line, "message": message, "trouble": trouble}
        self.button = button

    def environment(self) -> dict[str, str]:
        """What the daemon is started with, so that it finds these pins."""
        paths = (STAND_IN, ROOT / "firmware", ROOT / "web", ROOT)
        return {
            "HOTLINE_SIM_PINS": str(self.folder),
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
        }

    def changes(self, pin: int, since: float = 0.0) -> list[tuple[float, str]]:
        """When a pin was driven, and to what level; "input" when it was let go."""
        with contextlib.suppress(FileNotFoundError):
            lines = (self.folder / "levels").read_text().splitlines()
            told = (line.split() for line in lines)
            return [(float(at), to) for at, of, to in told if int(of) == pin and float(at) >= since]
        return []

    def seen(self, lamp: str, over: float) -> str:
        """How the lamp looked in the last seconds: off, on, or blinking, slow or fast."""
        now, pin = time.monotonic(), self.lamps[lamp]
        all_changes = self.changes(pin)
        lately = [at for at, _ in all_changes if at >= now - over]
        if len(lately) > over / 0.4:
            return "fast"
        if len(lately) >= over / 2:
            return "slow"
        if lately:
            return "changing"
        return "on" if all_changes and all_changes[-1][1] == "1" else "off"

    async def until(self, lamp: str, looks: str, within: float = 30.0, over: float = 1.3) -> None:
        """Wait until the lamp looks so."""
        await until(
            lambda: self.seen(lamp, over) == looks,
            lambda: f"{lamp} {looks}; it is {self.seen(lamp, over)}",
            within,
        )

    async def press(self, seconds: float) -> None:
        """Press the button for so long. It does not bounce: on a busy machine that would take so
        long that it were presses of its own.
        """
        self._set(0)
        await asyncio.sleep(seconds)
        self._set(1)

    def _set(self, level: int) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as contact:
            contact.sendto(f"{self.button} {level}".encode(), str(self.folder / "contacts"))


async def until(wanted: Callable[[], bool], what: Callable[[], str], within: float) -> None:
    """Wait until it is so; fails saying what was waited for."""
    deadline = time.monotonic() + within
    while not wanted():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what()}")
        await asyncio.sleep(0.05)
