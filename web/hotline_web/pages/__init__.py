"""One blueprint per page. A page that is not in `door` is for people who have logged in."""

from __future__ import annotations

from flask import Flask

from hotline_web.pages import (
    backup,
    calendar,
    calls,
    door,
    duty,
    home,
    hours,
    inbox,
    launch,
    lines,
    menu,
    naming,
    network,
    prompts,
    settings,
    setup,
    shifts,
    tryout,
)


def install(app: Flask) -> None:
    """Add every page."""
    daily = (home, inbox, calls, duty, hours, shifts, calendar)
    office = (naming, menu, prompts, lines, network, tryout)
    keep = (backup, launch)
    for page in (door, *daily, *office, setup, settings, *keep):
        app.register_blueprint(page.pages)
