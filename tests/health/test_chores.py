"""What the box does at night delays nobody who calls meanwhile."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.calls.hotline import Hotline

from hotline.health import chores
from hotline.inbox.outcome import Outcome

JUST_BEFORE = datetime(2026, 11, 23, 1, 39, 59, 990_000, tzinfo=UTC)  # of 03:40 in Chisinau
PATIENCE_S = 5.0


class SlowDisk:
    """Deletes and copies until it is let go. held_up: for longer than anything here takes."""

    def __init__(self) -> None:
        self.begun, self.let_go, self.copied = (threading.Event() for _ in range(3))
        self.held_up = False

    def tidy(self, *_: Any) -> None:
        self.begun.set()
        self.held_up = not self.let_go.wait(PATIENCE_S)

    def back_up(self) -> None:
        self.copied.set()


async def test_whoever_calls_while_the_night_s_work_is_done_is_served_at_once(
    tmp_path: Path,
) -> None:
    here, disk = Hotline(tmp_path), SlowDisk()
    slow: Any = disk
    here.time.at = JUST_BEFORE
    night = asyncio.ensure_future(chores.every_night(here.exchange, slow, slow))
    assert await asyncio.to_thread(disk.begun.wait, PATIENCE_S)
    story = await here.called("2")
    disk.let_go.set()
    assert await asyncio.to_thread(disk.copied.wait, PATIENCE_S)
    night.cancel()
    assert story.call.outcome is Outcome.COMPLAINT
    assert not disk.held_up, "the call waited for the disk"
