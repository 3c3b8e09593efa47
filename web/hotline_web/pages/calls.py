"""The log of calls, the steps of one, and the list of those missed and not returned."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.messages.calls import CallBack, CallClaim, CallReturned, CallTried
from hotline.inbox.outcome import Outcome
from hotline.storage.calls import Call
from hotline_web.auditing import note_listening
from hotline_web.desk import Desk, desk
from hotline_web.languages import _
from hotline_web.records import LARGEST
from hotline_web.security import safe_next
from hotline_web.sounds import sound_of
from hotline_web.words import say

pages = Blueprint("calls", __name__, url_prefix="/calls")

ROWS = 50
MOST_WAITING = 50


@pages.get("")
def listing() -> str:
    """The newest calls, or with ?show=missed who is still owed a call."""
    here = desk()
    if request.args.get("show") == "missed":
        return _missed(here)
    owed_ids = {call.id for call in here.records.missed(1000)}
    before = min(request.args.get("before", LARGEST, type=int), LARGEST)
    rows = here.records.calls(ROWS + 1, before)
    return render_template(
        "calls.html",
        calls=rows[:ROWS],
        owed=lambda call: call.id in owed_ids,
        older=rows[ROWS - 1].id if len(rows) > ROWS else None,
    )


def _missed(here: Desk) -> str:
    """Each caller once, who waits longest first."""
    waiting, people = here.records.waiting(), here.office.people if here.office else ()
    me = current_user.name.casefold()
    return render_template(
        "missed.html",
        waiting=waiting[:MOST_WAITING],
        total=len(waiting),
        people=people,
        why=lambda entry: here.records.why_call(one.call_id for one in entry.owed),
        mine=next((p.id for p in people if me in (p.id.casefold(), p.name.casefold())), ""),
    )


@pages.get("/<int(max=9007199254740991):call_id>")
def call(call_id: int) -> str:
    """One call, step by step."""
    here = desk()
    story = here.records.call(call_id)
    if story is None:
        abort(404)
    return render_template(
        "call.html",
        call=story.call,
        path=here.steps(story.steps),
        owed=_owed,
        why=here.records.why([call_id]) is not None,
    )


@pages.get("/<int(max=9007199254740991):call_id>/why")
def why(call_id: int) -> Response:
    """What the caller said when asked why they call; in parts if the player asks for parts."""
    path = desk().records.why([call_id])
    if path is None:
        abort(404)
    note_listening(f"call {call_id}")
    return sound_of(path)


@pages.post("/<int(max=9007199254740991):call_id>/returned")
def returned(call_id: int) -> Response:
    """Somebody called back and spoke."""
    desk().control.change(CallReturned(call_id=call_id, by=current_user.name))
    flash(_("Noted: this caller was called back."), "good")
    return redirect(safe_next(request.form.get("next") or f"/calls/{call_id}"))


@pages.post("/<int(max=9007199254740991):call_id>/claim")
def claim(call_id: int) -> Response:
    """Somebody will call back; without a person, nobody in particular will."""
    person = request.form.get("person") or None
    if person is not None:
        _of_the_office(person)
    desk().control.change(CallClaim(call_id=call_id, person=person, by=current_user.name))
    name = desk().person_name(person) if person else ""
    flash(_("Given to %(person)s.", person=name) if person else _("Free for anybody."), "good")
    return _to_the_list()


@pages.post("/<int(max=9007199254740991):call_id>/back")
def back(call_id: int) -> Response:
    """The box rings the person and then the caller; or sends the person the number by text."""
    person, text = _of_the_office(request.form.get("person", "")), bool(request.form.get("text"))
    ask = CallBack(call_id=call_id, person=person, by=current_user.name, text=text)
    flash(say(desk().control.call_back(ask)), "good")
    return _to_the_list()


@pages.post("/<int(max=9007199254740991):call_id>/tried")
def tried(call_id: int) -> Response:
    """Somebody called from another telephone, in vain."""
    desk().control.change(CallTried(call_id=call_id, by=current_user.name))
    flash(_("Noted: this caller was not reached."), "good")
    return _to_the_list()


def _of_the_office(person: str) -> str:
    office = desk().office
    if not office or person not in {p.id for p in office.people}:
        abort(400)
    return person


def _to_the_list() -> Response:
    return redirect(url_for("calls.listing", show="missed"))


def _owed(call: Call) -> bool:
    return call.outcome is Outcome.MISSED and desk().records.owed(call.id)
