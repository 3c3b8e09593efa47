"""The first page: can callers reach us, who is on duty, what needs somebody, how was today."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template
from flask_login import current_user

from hotline.errors import HotlineError
from hotline.routing.shifts import day_of
from hotline.said import together
from hotline.storage.audit import Act, Entry, Wanted
from hotline.storage.users import Role
from hotline_web.answerlist import ending
from hotline_web.desk import desk
from hotline_web.noticewords import undelivered
from hotline_web.pages.setup.steps import next_step
from hotline_web.records import Needs, Today
from hotline_web.sessions import accounts
from hotline_web.verdict import last_checked, verdict
from hotline_web.words import say

pages = Blueprint("home", __name__)

LIVE_SHOWN = 6
WAITING_SHOWN = 10
RESET_TOLD = timedelta(days=7)
MOST_RESETS = 20


@pages.get("/")
def home() -> str:
    """The whole page."""
    return render_template("home.html", unfinished=_unfinished(), resets=_resets(), **_news())


@pages.get("/live")
def live() -> str:
    """What changes on it; asked for every two seconds by a page that is being looked at."""
    return render_template("_home.html", **_news())


def _resets() -> list[Entry]:
    """Whose password was set on the box itself during the last days: each account once."""
    wanted = Wanted(what=frozenset({Act.PASSWORD_RESET}), since=desk().now - RESET_TOLD)
    newest = {one.person: one for one in reversed(accounts().audited(MOST_RESETS, wanted))}
    return list(newest.values())


def _unfinished() -> bool:
    try:
        return current_user.may_set_up and next_step(desk()) is not None
    except HotlineError:
        return False  # the page says itself what is wrong


def _sets_up() -> bool:
    return bool(current_user.may_set_up)


def _news() -> dict[str, Any]:
    here = desk()
    status = here.status
    live, waiting = (status.live, status.waiting) if status else ((), ())
    needs, today, unread = Needs((), (), 0), Today(0, 0, 0, 0, ()), ""
    try:
        needs, today = here.records.needs(), here.records.today(here.midnight())
    except HotlineError as trouble:
        unread = trouble.cause
    answers = ending(here.stored, day_of(here.stored, here.now)) if here.stored else []
    copies = say(together(status.copies, status.copies_action)) if status and _sets_up() else ""
    return {
        "verdict": verdict(here.status, here.down),
        "checked": last_checked(here.status),
        "live": [(call, here.steps(call.steps)) for call in live[:LIVE_SHOWN]],
        "live_more": max(0, len(live) - LIVE_SHOWN) + (status.live_more if status else 0),
        "waiting": [(one, here.seconds_since(one.since)) for one in waiting[:WAITING_SHOWN]],
        "waiting_more": max(0, len(waiting) - WAITING_SHOWN)
        + (status.waiting_more if status else 0),
        "announced_until": status.announcement_until if status else None,
        "closed_early": status.closed_early if status else None,
        "undelivered": undelivered(status, here.now),
        "meter": status.meter if status else None,
        "duty": here.duty(),
        "needs": needs,
        "answers": answers,
        "copies": copies,
        "copies_seen": current_user.role is Role.OWNER,
        "pressing": needs.total + len(answers) + bool(copies),
        "today": today,
        "day": here.midnight().date().isoformat(),
        "people": bool(here.office and here.office.people),
        "unread": unread,
    }
