"""The first page: can callers reach us, who is on duty, what needs somebody, how was today."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from hotline.errors import HotlineError
from hotline_web.desk import desk
from hotline_web.records import Needs, Today
from hotline_web.verdict import verdict

pages = Blueprint("home", __name__)


@pages.get("/")
def home() -> str:
    """The whole page."""
    return render_template("home.html", **_news())


@pages.get("/live")
def live() -> str:
    """What changes on it; asked for every two seconds by a page that is being looked at."""
    return render_template("_home.html", **_news())


def _news() -> dict[str, Any]:
    here = desk()
    live = here.status.live if here.status else ()
    needs, today, unread = Needs((), (), 0), Today(0, 0, 0, 0, ()), ""
    try:
        needs, today = here.records.needs(), here.records.today(here.midnight())
    except HotlineError as trouble:
        unread = trouble.cause
    return {
        "verdict": verdict(here.status, here.down),
        "live": [(call, here.steps(call.steps)) for call in live],
        "duty": here.duty(),
        "needs": needs,
        "today": today,
        "unread": unread,
    }
