"""Who takes the calls; each telephone is confirmed by its owner while the set-up goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hotline_web.newpeople import NewRow, brought, taken, typed
from hotline_web.officeforms import NOTHING_WRONG
from hotline_web.pages.naming import my_name, tell_of_added
from hotline_web.pages.people import ring_all_and_ask, ring_and_ask, telephones
from hotline_web.pages.setup.frame import pages, show

ROWS = 3


@pages.get("/people")
def people() -> str:
    """Who is there already, and room for more; ?me=1 for oneself."""
    first = NewRow(name=my_name() if "me" in request.args else "")
    return _shown([first, *[NewRow()] * (ROWS - 1)])


@pages.get("/people/live")
def people_live() -> str:
    """Whose telephone is rung, and the code for it."""
    return render_template("setup/_people.html", **telephones())


@pages.post("/people")
def people_put() -> Response | tuple[str, int]:
    """They belong to the office, or all of them come back."""
    now = taken(typed())
    if now.rows:
        return _shown(now.rows, preview=True, wrong=now.wrong), 400
    tell_of_added(now.names)
    return redirect(url_for("setup.people"))


@pages.post("/people/list")
def people_list() -> str | tuple[str, int]:
    """What is understood of a list; nothing is changed yet."""
    found = brought()
    if found.wrong:
        return _shown([NewRow()] * ROWS, text=found.text, list_wrong=found.wrong), 400
    return _shown(found.rows, preview=True)


@pages.post("/people/confirm")
def people_confirm() -> Response:
    """Ring one of them."""
    ring_and_ask()
    return redirect(url_for("setup.people"))


@pages.post("/people/confirm_all")
def people_confirm_all() -> Response:
    """Ring all who are not confirmed, one after the other."""
    ring_all_and_ask()
    return redirect(url_for("setup.people"))


def _shown(rows: Sequence[NewRow], **more: Any) -> str:
    values = {"preview": False, "text": "", "list_wrong": "", "wrong": NOTHING_WRONG} | more
    return show("people", rows=rows, **telephones(), **values)
