"""What was promised and what was seen: a promise that is not kept does not hide the next."""

from __future__ import annotations

import sqlite3
import sys
import traceback
from collections.abc import Callable

from builder import steps
from playwright.sync_api import Error

Row = dict[str, str]


def told_of(promise: str, told: list[Row], ask: Callable[[], float]) -> bool:
    """Was it kept? Says so, and adds a row to `told`."""
    try:
        seen, failed = f"{ask():.1f}", ""
    except (AssertionError, steps.StepFailed, OSError, sqlite3.Error, Error) as error:
        seen, failed = "", str(error) or traceback.format_exc(limit=1)
    told.append({"promise": promise, "seen": seen, "failed": failed})
    print(f"  {promise}: {'FAILED: ' + failed if failed else seen}", file=sys.stderr, flush=True)
    return not failed
