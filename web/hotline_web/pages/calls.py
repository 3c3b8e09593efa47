"""The list of calls, the way of one, and the list of those missed and not returned."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.messages.calls import CallBack, CallClaim, CallReturned, CallTried
from hotline.inbox.case import Case
from hotline.inbox.hindrance import WRONG
from hotline.inbox.outcome import Outcome
from hotline.storage.calllist import Look
from hotline.storage.calls import Call, Step
from hotline_web.auditing import note_listening
from hotline_web.callpath import path_of
from hotline_web.callsearch import look_of, search_of
from hotline_web.desk import Desk, desk
from hotline_web.fixes import Fix, Hindered, fix_of
from hotline_web.languages import _
from hotline_web.records import LARGEST
from hotline_web.security import safe_next
from hotline_web.sounds import sound_of
from hotline_web.words import call_level, say

pages = Blueprint("calls", __name__, url_prefix="/calls")

ROWS = 50
MOST_WAITING = 50
EARLIER = 10


@pages.get("")
def listing() -> str:
    """The newest calls, or with ?show=missed who is still owed a call.

    With ?only=missed&day=2026-12-05&q=ana those of one kind, of one day, of somebody or a number.
    """
    here = desk()
    if request.args.get("show") == "missed":
        return _missed(here)
    before = min(request.args.get("before", LARGEST, type=int), LARGEST)
    search = search_of(*(request.args.get(name, "") for name in ("only", "day", "q")))
    known = (*here.office.people, *here.office.directory) if here.office else ()
    people = known or (here.stored.people if here.stored else ())
    look = look_of(search, here.times.zone, people)
    rows = here.records.looked(look, ROWS + 1, before)
    owed_ids = here.records.owed_among([call.id for call in rows])
    return render_template(
        "calls.html",
        search=search,
        calls=rows[:ROWS],
        owed=lambda call: call.id in owed_ids,
        fix=_fix,
        mendable=WRONG,
        older=rows[ROWS - 1].id if len(rows) > ROWS else None,
    )


def _missed(here: Desk) -> str:
    """Each caller once, who waits longest first."""
    waiting, people = here.records.waiting(), here.office.people if here.office else ()
    me = current_user.name.casefold()
    return render_template(
        "missed.html",
        search=None,
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
        way=path_of(story.steps, here.call_outcome(story.call), call_level(story.call)),
        fix=_fix(story.call, story.steps),
        earlier=_earlier(here, story.call),
        left=_left(here, story.call),
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


def _fix(call: Call, steps: Iterable[Step] = ()) -> Fix | None:
    """What mends why nobody took it; steps: name whom it is about."""
    if call.hindrance is None:
        return None
    here = desk()
    zone, told = here.times.zone, [one for one in steps if one.what == call.hindrance.value]
    person = str(told[0].facts.get("person", "")) if told else ""
    at, now = call.started_at.astimezone(zone), here.now.astimezone(zone)
    name = here.person_name(person) if person else ""
    return fix_of(call.hindrance, Hindered(at, now, name, person))


def _earlier(here: Desk, call: Call) -> list[Call]:
    """The last calls from or to this number before this one."""
    if not call.caller_number:
        return []
    return here.records.looked(Look(number=call.caller_number), EARLIER, call.id)


def _left(here: Desk, call: Call) -> list[Case]:
    """What this caller has left in other calls."""
    if not call.caller_number:
        return []
    others = (c for c in here.records.left_by(call.caller_number) if c.number != call.case_number)
    return list(others)[:EARLIER]


def _of_the_office(person: str) -> str:
    office = desk().office
    if not office or person not in {p.id for p in office.people}:
        abort(400)
    return person


def _to_the_list() -> Response:
    return redirect(url_for("calls.listing", show="missed"))


def _owed(call: Call) -> bool:
    return call.outcome is Outcome.MISSED and desk().records.owed(call.id)
