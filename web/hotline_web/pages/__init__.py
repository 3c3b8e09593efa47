"""One blueprint per page. A page that is not in `door` is for people who have logged in."""

from __future__ import annotations

from flask import Flask

from hotline_web.pages import (
    calendar,
    calls,
    door,
    duty,
    home,
    inbox,
    lines,
    people,
    prompts,
    shifts,
    tryout,
)


def install(app: Flask) -> None:
    """Add every page."""
    for page in (door, home, inbox, calls, duty, shifts, calendar, people, lines, tryout, prompts):
        app.register_blueprint(page.pages)
