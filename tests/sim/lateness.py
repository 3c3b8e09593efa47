"""How late the simulators' own beats came: what a busy machine did to the test, not to the box.

Callers, telephones and modems live in the test's process and send sound every 20 ms. Where the
machine held that process up, what a caller sent was choppy before it reached the box.
"""

from __future__ import annotations

STALLED_S = 0.05
_worst = 0.0


def note(seconds: float) -> None:
    """A beat came so much too late."""
    global _worst
    _worst = max(_worst, seconds)


def forget() -> None:
    """A new test begins."""
    global _worst
    _worst = 0.0


def stalled() -> bool:
    """Was the machine too busy for the simulators since `forget`?"""
    return _worst >= STALLED_S
