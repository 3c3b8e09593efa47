"""One blueprint per page. A page that is not in `door` is for people who have logged in."""

from __future__ import annotations

from flask import Flask

from hotline_web.pages import (
    answers,
    calendar,
    calls,
    door,
    duty,
    home,
    hours,
    inbox,
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
    office = (naming, menu, answers, prompts, lines, network, tryout)
    for page in (door, *daily, *office, setup, settings):
        app.register_blueprint(page.pages)
