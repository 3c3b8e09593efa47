"""The people of the office: who is rung, whose number waits for its owner, what calls may cost."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.errors import HotlineError
from hotline_web.desk import desk
from hotline_web.languages import _

pages = Blueprint("people", __name__, url_prefix="/people")

ASKED = "asked"  # of the session: whom this visitor had rung, and the code to show


@pages.get("")
def people() -> str:
    """The whole page."""
    return render_template("people.html", **_news())


@pages.get("/live")
def live() -> str:
    """What changes on it while a telephone is being asked."""
    return render_template("_people.html", **_news())


@pages.post("/confirm")
def confirm() -> Response:
    """Ring somebody; the code is shown to this visitor alone."""
    person = _person()
    asked = desk().control.number_confirm(person, current_user.name)
    session[ASKED] = [person, asked.code]
    return redirect(url_for("people.people"))


@pages.post("/forget")
def forget() -> Response:
    """Ring a number no more."""
    person = _person()
    desk().control.number_forget(person, current_user.name)
    flash(_("%(person)s is not rung any more.", person=desk().person_name(person)), "good")
    return redirect(url_for("people.people"))


@pages.post("/resume")
def resume() -> Response:
    """Allow some more minutes today."""
    desk().control.caps_resume(current_user.name)
    flash(_("Callers are connected with your people again."), "good")
    return redirect(url_for("people.people"))


def _person() -> str:
    person = request.form.get("person", "")
    if not desk().office or person not in {p.id for p in desk().office.people}:  # type: ignore[union-attr]
        abort(400)
    return person


def _news() -> dict[str, Any]:
    here = desk()
    try:
        found = here.control.numbers()
    except HotlineError as down:
        return {"down": down, "people": (), "meter": None, "code": {}}
    asking = {one.person for one in found.people if one.state == "asking"}
    person, code = session.get(ASKED, ["", ""])
    return {
        "down": None,
        "people": found.people,
        "former": found.former,
        "meter": here.status.meter if here.status else None,
        "code": {person: code} if person in asking else {},
    }
