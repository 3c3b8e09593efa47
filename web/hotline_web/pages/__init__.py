"""One blueprint per page. A page that is not in `door` is for people who have logged in."""

from __future__ import annotations

from flask import Flask

from hotline_web.pages import (
    account,
    answers,
    atdesk,
    audit,
    backup,
    calendar,
    calls,
    closing,
    confirm,
    door,
    duty,
    home,
    hours,
    inbox,
    join,
    launch,
    menu,
    naming,
    network,
    notices,
    oneline,
    prompts,
    settings,
    setup,
    shifts,
    today,
    tryout,
    update,
    users,
    wifi,
)


def install(app: Flask) -> None:
    """Add every page."""
    daily = (home, inbox, calls, duty, today, closing, hours, shifts, calendar, atdesk)
    office = (naming, menu, answers, prompts, oneline, notices, network, wifi, tryout)
    people = (join, confirm, account, users, audit)
    keep = (backup, launch, update)
    for page in (door, *daily, *office, setup, settings, *people, *keep):
        app.register_blueprint(page.pages)
