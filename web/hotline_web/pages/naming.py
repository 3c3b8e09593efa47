"""Who works here: people and the directory, typed, brought as a list, changed and taken out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.storage.officepeople import (
    DIRECTORY,
    PEOPLE,
    Entry,
    changed,
    entries,
    entry,
    hanging,
    without,
)
from hotline.storage.officesections import mark_of
from hotline_web.desk import desk
from hotline_web.languages import _, ngettext
from hotline_web.newpeople import (
    NewRow,
    brought,
    checked_number,
    taken,
    typed,
    whole_office,
)
from hotline_web.officeforms import NOTHING_WRONG, Wrong, put_in_force
from hotline_web.pages.people import pages
from hotline_web.personform import Typed


@pages.get("/new")
def new() -> str:
    """Somebody to be added, ?me=1 oneself; or a list of them. ?where=directory: outside."""
    _set_up()
    return _new([NewRow(name=my_name() if "me" in request.args else "")])


@pages.post("/list")
def look_through() -> str | tuple[str, int]:
    """What is understood of a list; nothing is changed yet."""
    _set_up()
    found = brought()
    if found.wrong:
        return _new([NewRow()], text=found.text, list_wrong=found.wrong), 400
    return _new(found.rows, preview=True)


@pages.post("/new")
def add() -> Response | tuple[str, int]:
    """They belong to the office, or all of them come back."""
    _set_up()
    now = taken(typed(), _where())
    if now.rows:
        return _new(now.rows, preview=True, wrong=now.wrong), 400
    tell_of_added(now.names)
    return redirect(url_for("people.people"))


@pages.get("/one/<one_id>")
def one(one_id: str) -> str:
    """One of them, to be changed."""
    _set_up()
    office, name, found = _found(one_id)
    return _one(office, name, Typed.of(found, office), mark_of({"one": found}, ["one"]))


@pages.post("/one/<one_id>")
def put_one(one_id: str) -> Response | tuple[str, int]:
    """Changed, unless somebody else has changed the same one meanwhile."""
    _set_up()
    office, name, found = _found(one_id)
    seen, given = request.form.get("seen", ""), Typed.from_form(one_id, office)
    problems = tuple(given.problems(office, name))
    if problems:
        wrong = Wrong(places=problems)
    elif seen != mark_of({"one": found}, ["one"]):
        cause = _("Somebody has changed this meanwhile.")
        wrong = Wrong(cause, _("Look at it again, then change it."))
    else:
        sections = changed(office, name, given.over(found, name))
        if name == PEOPLE and given.supervisor != (office.get("supervisor") == one_id):
            sections["supervisor"] = one_id if given.supervisor else ""
        wrong = put_in_force(sections, mark_of(office, sections))
    if wrong:
        return _one(office, name, given, seen, wrong), 400
    flash(_("Changed: %(person)s.", person=given.name), "good")
    if _dialled(given.number, office) not in ("", _dialled(found.get("number"), office)):
        flash(_("The new number is rung once it is confirmed."), "good")
    return redirect(url_for("people.people"))


@pages.get("/one/<one_id>/leave")
def leaving(one_id: str) -> str:
    """What goes with somebody who leaves."""
    _set_up()
    office, name, found = _found(one_id)
    return render_template(
        "person_leaving.html",
        person=found,
        outside=name == DIRECTORY,
        last=name == PEOPLE and len(entries(office, PEOPLE)) == 1,
        goes=hanging(office, one_id),
        sent_there=_sent_there(_dialled(found.get("number"), office)),
        seen=mark_of(office, without(office, one_id)),
    )


@pages.post("/one/<one_id>/leave")
def remove(one_id: str) -> Response | tuple[str, int]:
    """Out of the office, with all that was told of before; if it is still the same."""
    _set_up()
    office, _name, found = _found(one_id)
    wrong = put_in_force(without(office, one_id), request.form.get("seen", ""))
    if wrong:
        told = [wrong.cause, *(words for _place, words in wrong.places), wrong.action]
        sentences = {"sentence": " ".join(told[:-1]), "action": told[-1]}
        return render_template("problem.html", **sentences), 409
    flash(_("%(person)s is out of the office.", person=found["name"]), "good")
    return redirect(url_for("people.people"))


def tell_of_added(names: tuple[str, ...]) -> None:
    """How many came, and what is still to be done."""
    if not names:
        flash(_("Nobody was added: no line was ticked."), "bad")
        return
    told = ngettext("%(num)d person is added.", "%(num)d people are added.", len(names))
    then = _("Each number is rung once its owner has confirmed it.")
    flash(f"{told} {then}", "good")


def my_name() -> str:
    """What the visitor's account is called, as names are written."""
    return str(current_user.name).title()


def _set_up() -> None:
    if not current_user.may_set_up:
        abort(403)


def _where() -> str:
    return DIRECTORY if request.values.get("where") == DIRECTORY else PEOPLE


def _found(one_id: str) -> tuple[dict[str, Any], str, Entry]:
    office = whole_office()
    name = PEOPLE if entry(office, PEOPLE, one_id) else DIRECTORY
    return office, name, entry(office, name, one_id) or abort(404)


def _dialled(number: str | None, office: dict[str, Any]) -> str:
    return checked_number(number or "", str(office["country"]))[0]


def _sent_there(number: str) -> list[str]:
    """Names of the lines whose network sends callers to this telephone now."""
    status = desk().status
    return [
        line.name
        for line in (status.lines if status else ())
        if number and number in {one.number for one in (line.straight, line.divert) if one}
    ]


def _new(rows: Sequence[NewRow], **more: Any) -> str:
    values = {"preview": False, "text": "", "list_wrong": "", "wrong": NOTHING_WRONG} | more
    return render_template("people_new.html", rows=rows, outside=_where() == DIRECTORY, **values)


def _one(
    office: dict[str, Any], name: str, given: Typed, seen: str, wrong: Wrong = NOTHING_WRONG
) -> str:
    spoken = [str(code) for code in office.get("languages") or ()]
    return render_template(
        "person_change.html",
        given=given,
        seen=seen,
        wrong=wrong,
        outside=name == DIRECTORY,
        speakable=list(dict.fromkeys([*spoken, *given.languages])),
        topics=[str(one.get("id")) for one in entries(office, "topics")],
        warned=_dialled(given.number, office) if wrong.at("double") else "",
    )
