"""Answers to what is asked often: is each still right, who keeps it so, where is it heard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.errors import HotlineError
from hotline.routing.shifts import day_of
from hotline.storage.officefile import read_stored_office
from hotline_web.answerlist import of_office, own_answers
from hotline_web.desk import desk
from hotline_web.languages import _, spoken
from hotline_web.officeforms import NOTHING_WRONG, Sections, Wrong, looked_at, put_in_force
from hotline_web.pages.menu.frame import (
    as_seen,
    elsewhere,
    kept,
    languages_of,
    listed,
    number,
    texts,
)
from hotline_web.sounds import sounds_of

pages = Blueprint("answers", __name__, url_prefix="/answers")

ASKED = ("answers", "languages")
OF_OFFICE = ("address", "email", "website", "languages")
READ_BY_ALL = frozenset({"answers.answers", "answers.sheet", "answers.heard"})


@pages.before_request
def theirs() -> None:
    """Everybody of the office may read and hear them; only some may change what is said."""
    if request.endpoint not in READ_BY_ALL and not current_user.may_set_up:
        abort(403)


@pages.get("")
def answers() -> str:
    """All of them."""
    office, _warnings = read_stored_office(desk().control.office_get(), "the office")
    today = day_of(office, desk().now)
    return render_template(
        "answers/list.html",
        own=own_answers(office, today),
        data=of_office(office),
        office=office,
        heard_in=spoken() if spoken() in office.languages else office.language,
        seen=looked_at(*ASKED).seen if current_user.may_set_up else "",
    )


@pages.get("/sheet")
def sheet() -> str:
    """All of them on paper, for whoever is on the telephone."""
    office, _warnings = read_stored_office(desk().control.office_get(), "the office")
    today = day_of(office, desk().now)
    return render_template("answers/sheet.html", own=own_answers(office, today), office=office)


@pages.get("/<answer>/<string(length=2):language>.wav")
def heard(answer: str, language: str) -> Response:
    """One of them, as it goes over the telephone."""
    if len(answer) > 40 or not language.isascii() or not language.islower():
        abort(404)
    return sounds_of(Path(file) for file in desk().control.answer_hear(language, answer))


@pages.get("/one")
def one() -> str:
    """?at=0; without it one that is not there yet."""
    held = looked_at(*ASKED)
    if "at" not in request.args:
        return _shown(held, None, {})
    at = number("at", len(listed(held, "answers")))
    return _shown(held, at, listed(held, "answers")[at])


@pages.post("/one")
def put() -> Response | tuple[str, int]:
    """It is said so from the next call on. Who saves it has looked at it."""
    held = as_seen(*ASKED)
    found, languages = listed(held, "answers"), languages_of(held)
    at = None if "at" not in request.form else number("at", len(found))
    before = {} if at is None else found[at]
    given = _given(before, languages, {one["id"] for one in found})
    if at is None:
        found.append(given)
    else:
        found[at] = given
    if wrong := _not_complete(given) or _put(found, held):
        return _shown(held, at, given, wrong), 422
    return _changed()


@pages.post("/reviewed")
def reviewed() -> Response:
    """Somebody has looked: it is still right."""
    held = as_seen(*ASKED)
    found = listed(held, "answers")
    at = number("at", len(found))
    found[at] = {**found[at], "reviewed": _today().isoformat()}
    if wrong := _put(found, held):
        raise HotlineError(wrong.cause, wrong.action)
    return _changed()


@pages.post("/remove")
def remove() -> Response:
    """The answer is gone. Refused while a key leads to it."""
    held = as_seen(*ASKED)
    found = listed(held, "answers")
    at = number("at", len(found))
    gone = found.pop(at)["id"]
    keys = [
        key["key"]
        for level in listed(looked_at("menus"), "menus")
        for key in level["keys"]
        if key["do"] == "answer" and key.get("target") == gone
    ]
    if keys and gone not in ("hours", "address", "online"):
        raise HotlineError(
            _("Keys lead to this answer: %(keys)s.", keys=", ".join(keys)),
            _("Let them lead elsewhere first."),
        )
    if wrong := _put(found, held):
        raise HotlineError(wrong.cause, wrong.action)
    return _changed()


@pages.get("/office")
def about() -> str:
    """What the office says of itself: where it is, how it is written to."""
    held = looked_at(*OF_OFFICE)
    return _about(held, {name: held[name] or "" for name in OF_OFFICE})


@pages.post("/office")
def about_office_put() -> Response | tuple[str, int]:
    """Who asks by key hears it so."""
    held = as_seen(*OF_OFFICE)
    languages = languages_of(held)
    given: dict[str, Any] = {
        "address": kept(held["address"], texts("address", languages), languages),
        "email": request.form.get("email", "").strip(),
        "website": request.form.get("website", "").strip(),
    }
    wrong = put_in_force({**given, "languages": languages}, held.seen)
    return (_about(held, given, wrong), 422) if wrong else _changed()


def _given(before: Mapping[str, Any], languages: list[str], taken: set[str]) -> dict[str, Any]:
    """The answer as it was typed; what is left empty is left out."""
    new = next(name for n in range(1, len(taken) + 2) if (name := f"answer{n}") not in taken)
    given: dict[str, Any] = {"id": before.get("id", new)}
    for field in ("question", "text"):
        given[field] = kept(before.get(field), texts(field, languages), languages)
    given["owner"] = request.form.get("owner", "")
    if day := request.form.get("valid_until", "").strip():
        given["valid_until"] = day
    given["reviewed"] = _today().isoformat()
    given["sensitive"] = "true" if "sensitive" in request.form else "false"
    lines = (line.strip() for line in request.form.get("variants", "").splitlines())
    given["variants"] = [line for line in lines if line]
    return given


def _not_complete(given: Mapping[str, Any]) -> Wrong:
    if not given["question"]:
        told = _("Write the question in one language at least.")
        return Wrong(_("The answer has no question."), told)
    if not given["text"]:
        return Wrong(_("There is no answer yet."), _("Write what callers are to hear."))
    return NOTHING_WRONG


def _today() -> date:
    return desk().now.astimezone(desk().times.zone).date()


def _put(found: list[dict[str, Any]], held: Sections) -> Wrong:
    return put_in_force({"answers": found, "languages": held["languages"]}, held.seen)


def _changed() -> Response:
    flash(_("Changed. The next caller hears it so."), "good")
    return redirect(url_for("answers.answers"))


def _shown(
    held: Sections, at: int | None, given: Mapping[str, Any], wrong: Wrong = NOTHING_WRONG
) -> str:
    place = ("answers", len(listed(held, "answers")) if at is None else at)
    return render_template(
        "answers/one.html",
        at=at,
        given=given,
        people=listed(looked_at("people"), "people"),
        codes=languages_of(held),
        seen=held.seen,
        wrong=wrong,
        place=place,
        beside=elsewhere(wrong, *place),
    )


def _about(held: Sections, given: Mapping[str, Any], wrong: Wrong = NOTHING_WRONG) -> str:
    return render_template(
        "answers/office.html",
        given=given,
        codes=languages_of(held),
        seen=held.seen,
        wrong=wrong,
        beside=[words for place, words in wrong.places if not place or place[0] not in OF_OFFICE],
    )
