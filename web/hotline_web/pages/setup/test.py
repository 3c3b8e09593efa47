"""The proof: a call that somebody hears."""

from __future__ import annotations

from hotline_web.desk import desk
from hotline_web.pages.setup.frame import pages, show


@pages.get("/test")
def test() -> str:
    """Which number to call."""
    status = desk().status
    numbers = [line.number for line in status.lines if line.number] if status else []
    return show("test", numbers=numbers)
