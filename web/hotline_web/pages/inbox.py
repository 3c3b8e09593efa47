"""Messages, complaints and wishes to be called back: listen, give to somebody, note, close."""

from __future__ import annotations

import logging

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.messages.calls import (
    CallBack,
    CaseAssign,
    CaseDone,
    CaseHeard,
    CaseNote,
    CaseReopen,
)
from hotline.errors import HotlineError
from hotline.inbox.case import Case
from hotline.storage.complaints import Show
from hotline_web.auditing import note_listening
from hotline_web.desk import desk
from hotline_web.languages import _
from hotline_web.records import LARGEST
from hotline_web.sounds import sound_of
from hotline_web.words import say

pages = Blueprint("inbox", __name__, url_prefix="/inbox")

ROWS = 50
NOTE_LIMIT = 2000

log = logging.getLogger(__name__)


@pages.get("")
def listing() -> str:
    """Open cases, the newest first; ?show=done the closed ones."""
    show = Show.DONE if request.args.get("show") == "done" else Show.OPEN
    before = min(request.args.get("before", LARGEST, type=int), LARGEST)
    cases = desk().records.cases(show, ROWS + 1, before)
    return render_template(
        "inbox.html",
        show=show.value,
        cases=cases[:ROWS],
        older=cases[ROWS - 1].number if len(cases) > ROWS else None,
    )


@pages.get("/<int(max=9007199254740991):number>")
def case(number: int) -> str:
    """One case with all that can be done about it."""
    here = desk()
    found = _found(number)
    return render_template(
        "case.html",
        case=found,
        people=here.office.people if here.office else (),
        playable=here.records.recording(found) is not None,
    )


@pages.get("/<int(max=9007199254740991):number>/sound")
def sound(number: int) -> Response:
    """The recording, in parts if the player asks for parts. The first part counts as heard."""
    found = _found(number)
    path = desk().records.recording(found)
    if path is None:
        abort(404)
    answer = sound_of(path)
    note_listening(f"case {number}")
    if found.unheard and request.method == "GET":
        _note_heard(number)
    return answer


@pages.post("/<int(max=9007199254740991):number>/assign")
def assign(number: int) -> Response:
    """Give it to a person."""
    person = request.form.get("person", "")
    here = desk()
    if not here.office or person not in {p.id for p in here.office.people}:
        abort(400)
    here.control.change(CaseAssign(case=number, person=person, by=current_user.name))
    flash(_("Given to %(person)s.", person=here.person_name(person)), "good")
    return _back(number)


@pages.post("/<int(max=9007199254740991):number>/done")
def done(number: int) -> Response:
    """Close it."""
    note = request.form.get("note", "").strip()[:NOTE_LIMIT]
    desk().control.change(CaseDone(case=number, by=current_user.name, note=note))
    flash(_("Done."), "good")
    return _back(number)


@pages.post("/<int(max=9007199254740991):number>/reopen")
def reopen(number: int) -> Response:
    """It was not done after all."""
    desk().control.change(CaseReopen(case=number, by=current_user.name))
    flash(_("Open again."), "good")
    return _back(number)


@pages.post("/<int(max=9007199254740991):number>/note")
def note(number: int) -> Response:
    """Write something down about it."""
    text = request.form.get("text", "").strip()[:NOTE_LIMIT]
    if not text:
        abort(400)
    desk().control.change(CaseNote(case=number, by=current_user.name, text=text))
    flash(_("The note is kept."), "good")
    return _back(number)


@pages.post("/<int(max=9007199254740991):number>/back")
def back(number: int) -> Response:
    """Call back who left it, through the box: it rings the person first."""
    person, here = request.form.get("person", ""), desk()
    if not here.office or person not in {p.id for p in here.office.people}:
        abort(400)
    ask = CallBack(case=number, person=person, by=current_user.name)
    flash(say(here.control.call_back(ask)), "good")
    return _back(number)


def _found(number: int) -> Case:
    found = desk().records.case(number)
    if found is None:
        abort(404)
    return found


def _note_heard(number: int) -> None:
    try:
        desk().control.change(CaseHeard(case=number, by=current_user.name))
    except HotlineError as trouble:
        # Listening must work while the service is down; the case then stays "not heard yet".
        log.warning("heard, but not noted: case %d: %s", number, trouble.cause)


def _back(number: int) -> Response:
    return redirect(url_for("inbox.case", number=number))
