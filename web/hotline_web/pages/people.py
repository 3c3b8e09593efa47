"""The people of the office: who is rung, whose number waits for its owner, what calls may cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.client import Refused
from hotline.errors import HotlineError
from hotline.storage.users import Role
from hotline_web.desk import desk
from hotline_web.languages import _
from hotline_web.words import say

pages = Blueprint("people", __name__, url_prefix="/people")

WEEK, LONGEST = 7, 90
SPANS = (1, WEEK, 30)
ASKED = "asked"  # of the session: whom this visitor had rung, and the codes to show
MOST_ASKED = 20


@pages.get("")
def people() -> str:
    """The whole page."""
    return render_template("people.html", **telephones())


@pages.get("/live")
def live() -> str:
    """What changes on it while a telephone is being asked."""
    return render_template("_people.html", **telephones())


@pages.post("/confirm")
def confirm() -> Response:
    """Ring somebody; the code is shown to this visitor alone."""
    ring_and_ask()
    return redirect(url_for("people.people"))


@pages.post("/confirm_all")
def confirm_all() -> Response:
    """Ring all who are not confirmed, one after the other."""
    if not current_user.may_set_up:
        abort(403)
    ring_all_and_ask()
    return redirect(url_for("people.people"))


@pages.post("/forget")
def forget() -> Response:
    """Ring a number no more."""
    person = _person()
    desk().control.number_forget(person, current_user.name)
    flash(_("%(person)s is not rung any more.", person=desk().person_name(person)), "good")
    return redirect(url_for("people.people"))


@pages.post("/measure")
def measure() -> Response:
    """Ring somebody until a voicemail answers."""
    flash(say(desk().control.number_measure(_person(), current_user.name)), "good")
    return redirect(url_for("people.people"))


@pages.get("/report")
def report() -> str:
    """How the plan and the calls of the last days went, ?days=30 of them."""
    here = desk()
    days = min(max(request.args.get("days", WEEK, type=int), 1), LONGEST)
    begin = here.midnight() - timedelta(days=days - 1)
    return render_template(
        "report.html", records=here.records.report(begin, here.now), days=days, choices=SPANS
    )


@pages.post("/resume")
def resume() -> Response:
    """Allow some more minutes today."""
    desk().control.caps_resume(current_user.name)
    flash(_("Callers are connected with your people again."), "good")
    return redirect(url_for("people.people"))


@pages.post("/pin")
def pin() -> str:
    """A new PIN for the staff's menu, shown in this answer alone: no cookie and no log holds it."""
    _owner_alone()
    made = desk().control.staff_pin(_person(), current_user.name)
    return render_template("people.html", made=made, **telephones())


@pages.post("/pin/forget")
def forget_pin() -> Response:
    """Somebody has no PIN any more."""
    _owner_alone()
    person = _person()
    desk().control.staff_pin(person, current_user.name, forget=True)
    flash(_("%(person)s has no PIN any more.", person=desk().person_name(person)), "good")
    return redirect(url_for("people.people"))


@pages.post("/unlock")
def unlock() -> Response:
    """Open the staff's menu after too many wrong PINs."""
    _owner_alone()
    desk().control.staff_open(current_user.name)
    flash(_("The staff's menu takes PINs again."), "good")
    return redirect(url_for("people.people"))


def ring_and_ask() -> None:
    """Ring whom the form names; this visitor's other codes are shown on."""
    person = _person()
    _keep(person, desk().control.number_confirm(person, current_user.name).code)


def ring_all_and_ask() -> None:
    """Ring everybody who is not confirmed, one after the other; the codes are shown at once."""
    control = desk().control
    waiting = [one for one in control.numbers().people if one.state == "unconfirmed"]
    for one in [one for one in waiting if not one.outside][:MOST_ASKED]:
        try:
            asked = control.number_confirm(one.person, current_user.name, in_turn=True)
        except Refused as refused:
            flash(f"{one.name}: {say(refused.cause)} {say(refused.action)}".strip(), "bad")
            continue
        _keep(one.person, asked.code)


def _keep(person: str, code: str) -> None:
    others = {who: code for who, code in _asked().items() if who != person}
    session[ASKED] = dict([*others.items(), (person, code)][-MOST_ASKED:])


def _asked() -> dict[str, str]:
    """Codes by person. Anything else is of a page before this one."""
    held = session.get(ASKED)
    return held if isinstance(held, dict) else {}


def _owner_alone() -> None:
    if current_user.role is not Role.OWNER:
        abort(403)


def _person() -> str:
    person, office = request.form.get("person", ""), desk().office
    if office is None or person not in {one.id for one in (*office.people, *office.directory)}:
        abort(400)
    return person


def telephones() -> dict[str, Any]:
    """Everybody's telephone as it is now, for the partials that show it."""
    here = desk()
    try:
        found = here.control.numbers()
    except HotlineError as down:
        return {"down": down, "people": (), "to_ask": (), "meter": None, "code": {}}
    asking = {one.person for one in found.people if one.state == "asking"}
    return {
        "down": None,
        "people": found.people,
        "to_ask": [p for p in found.people if p.state == "unconfirmed" and not p.outside],
        "former": found.former,
        "shut": found.staff_shut,
        "owner": current_user.role is Role.OWNER,
        "meter": here.status.meter if here.status else None,
        "code": {who: code for who, code in _asked().items() if who in asking},
    }
