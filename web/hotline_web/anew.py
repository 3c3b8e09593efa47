"""Waiting for the daemon to have begun anew."""

from __future__ import annotations

import contextlib
import time
from datetime import datetime

from hotline.control.client import Control
from hotline.errors import HotlineError

LONGEST_S = 20.0
ASK_AGAIN_S = 0.2


def begun_since(control: Control, before: datetime) -> bool:
    """Has it begun anew after `before`? Waits for it."""
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        with contextlib.suppress(HotlineError):
            if control.status().started_at > before:
                return True
        time.sleep(ASK_AGAIN_S)
    return False
