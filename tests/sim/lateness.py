"""How late the machine made a test: what it did to the test and the box, not the box to the test.

Callers, telephones and modems live in the test's process and send sound every 20 ms. Where the
machine held that process up, what a caller sent was choppy before it reached the box. Where it held
up the box, what the box said was: that is seen by a process that watches it (stalls.py).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
from pathlib import Path

STALLED_S = 0.05
_NOBODY = (0.0, "nobody")
_worst = _NOBODY
_watcher: subprocess.Popen[str] | None = None  # one for each process that runs tests


def note(seconds: float) -> None:
    """A beat came so much too late."""
    _note(seconds, "the test")


def watch(process: int) -> None:
    """What this process does is judged; nothing happens where no test is running."""
    if _watcher is not None:
        _tell(f"watch {process}")


def forget() -> None:
    """A new test begins."""
    global _worst, _watcher
    if _watcher is None:
        _watcher = _start()
        watch(os.getpid())
    _ask()
    _worst = _NOBODY


def rest() -> None:
    """Until the next `forget` nothing happens that must be in time."""
    global _worst
    _tell("rest")
    _worst = _NOBODY


def worst() -> float:
    """The longest wait for the machine since `forget`, seconds."""
    _ask()
    return _worst[0]


def stalled() -> bool:
    """Was the machine too busy for the simulators or the box since `forget`?"""
    return worst() >= STALLED_S


def in_words() -> str:
    """Who was held up longest since `forget`."""
    _ask()
    return f"{_worst[1]} was held up for {_worst[0] * 1000:.0f} ms"


def _note(seconds: float, who: str) -> None:
    global _worst
    if seconds > _worst[0]:
        _worst = (seconds, who)


def _start() -> subprocess.Popen[str]:
    """It ends when this process does."""
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("stalls.py"))]
    pipe = subprocess.PIPE
    watcher = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, start_new_session=True)
    atexit.register(watcher.communicate)
    return watcher


def _tell(words: str) -> None:
    """A watcher that is gone is no reason to fail: then nothing more is seen."""
    if _watcher is not None and _watcher.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            _watcher.stdin.write(f"{words}\n")
            _watcher.stdin.flush()


def _ask() -> None:
    _tell("worst")
    told = _watcher.stdout.readline() if _watcher is not None and _watcher.stdout else ""
    seconds, _, who = told.strip().partition(" ")
    if who:
        _note(float(seconds), who)
