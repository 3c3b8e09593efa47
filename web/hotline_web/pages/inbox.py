"""Messages, complaints and wishes to be called back: listen, give to somebody, note, close."""

from __future__ import annotations

import logging
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.client import Refused
from hotline.control.messages.calls import (
    CallBack,
    CaseAssign,
    CaseDone,
    CaseDue,
    CaseHeard,
    CaseNote,
    CaseReopen,
)
from hotline.errors import HotlineError
from hotline.inbox.case import Case
from hotline_web import piles
from hotline_web.auditing import note_listening
from hotline_web.desk import desk, utc
from hotline_web.languages import _
from hotline_web.records import LARGEST
from hotline_web.sounds import sound_of
from hotline_web.words import say

pages = Blueprint("inbox", __name__, url_prefix="/inbox")

ROWS = 50
NOTE_LIMIT = 2000
CLOSED = "closed"  # of the session: which case this visitor closed a moment ago

log = logging.getLogger(__name__)


@pages.get("")
def listing() -> str:
    """The cases of a filter, the soonest due first."""
    here = desk()
    filter = piles.chosen(request.args.get("show"), here)
    after = min(request.args.get("after", 0, type=int), LARGEST)
    cases = piles.listed(here, filter, ROWS + 1, here.records.case(after) if after else None)
    return render_template(
        "inbox.html",
        filter=filter,
        cases=cases[:ROWS],
        more=cases[ROWS - 1].number if len(cases) > ROWS else None,
        people=here.office.people if here.office else (),
        counts={
            show: here.records.due_count(piles.Chosen(show, filter.person).pile(here))
            for show in piles.FILTERS
            if show != piles.DONE
        },
        closed=_just_closed(),
    )


@pages.post("/me")
def me() -> Response:
    """Which of the people the visitor is, until the browser ends."""
    session[piles.ME] = _person()
    return redirect(url_for("inbox.listing", show=piles.MINE))


@pages.get("/<int(max=9007199254740991):number>")
def case(number: int) -> str:
    """One case with all that can be done about it."""
    return _shown(_found(number))


@pages.get("/<int(max=9007199254740991):number>/sound")
def sound(number: int) -> Response:
    """The recording, in parts if the player asks for parts; ?save=1 to take it away.

    The first part that is asked for counts as heard; each beginning is written down.
    """
    found = _found(number)
    path = desk().records.recording(found)
    if path is None:
        abort(404)
    save = "save" in request.args
    answer = sound_of(path, save=save)
    note_listening(f"case {number}")
    if request.method == "GET" and (found.unheard or _from_the_beginning()):
        _note_heard(number, save)
    return answer


@pages.post("/<int(max=9007199254740991):number>/assign")
def assign(number: int) -> Response:
    """Give it to a person."""
    person = _person()
    here = desk()
    here.control.change(CaseAssign(case=number, person=person, by=current_user.name))
    flash(_("Given to %(person)s.", person=here.person_name(person)), "good")
    return _back(number)


@pages.post("/<int(max=9007199254740991):number>/due")
def due(number: int) -> Response | str:
    """Another deadline, by the office's clock."""
    here = desk()
    typed = {name: request.form.get(name, "").strip()[:16] for name in ("date", "time")}
    try:
        local = datetime.fromisoformat(f"{typed['date']}T{typed['time']}")
        until = utc(local.replace(tzinfo=None), here.times.zone)
    except (ValueError, OverflowError):
        return _shown(_found(number), typed, _("Choose a day and a time."))
    try:
        here.control.change(CaseDue(case=number, due=until, by=current_user.name))
    except Refused as refused:
        return _shown(_found(number), typed, f"{say(refused.cause)} {say(refused.action)}".strip())
    flash(_("Due %(when)s.", when=here.times.day_and_time(until)), "good")
    return _back(number)


@pages.post("/<int(max=9007199254740991):number>/done")
def done(number: int) -> Response:
    """Close it, and go on with the next one that is to do."""
    note = request.form.get("note", "").strip()[:NOTE_LIMIT]
    here = desk()
    filter = piles.chosen(_show(), here)
    before, after = piles.beside(here, filter, _found(number))
    here.control.change(CaseDone(case=number, by=current_user.name, note=note))
    session[CLOSED] = number
    on = after or before
    if on is None or filter.show == piles.DONE:
        return redirect(url_for("inbox.listing", show=filter.said))
    return redirect(url_for("inbox.case", number=on.number, show=filter.said))


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
    ask = CallBack(case=number, person=_person(), by=current_user.name)
    flash(say(desk().control.call_back(ask)), "good")
    return _back(number)


def _shown(case: Case, typed: dict[str, str] | None = None, wrong: str = "") -> str:
    """typed, wrong: a deadline that could not be set, and why."""
    from hotline_web.waveform import shape_of  # numpy, only for who opens a message

    here = desk()
    filter = piles.chosen(_show(), here)
    before, after = piles.beside(here, filter, case)
    path = here.records.recording(case)
    until = case.due.astimezone(here.times.zone)
    return render_template(
        "case.html",
        case=case,
        filter=filter,
        before=before,
        after=after,
        people=here.office.people if here.office else (),
        playable=path is not None,
        shape=shape_of(path) if path else None,
        listeners=here.records.listeners(case),
        same=here.records.same_caller(case),
        typed=typed or {"date": f"{until:%Y-%m-%d}", "time": f"{until:%H:%M}"},
        wrong=wrong,
        closed=_just_closed(),
    )


def _show() -> str | None:
    return request.values.get("show")


def _person() -> str:
    person, here = request.form.get("person", ""), desk()
    if not here.office or person not in {p.id for p in here.office.people}:
        abort(400)
    return person


def _found(number: int) -> Case:
    found = desk().records.case(number)
    if found is None:
        abort(404)
    return found


def _just_closed() -> Case | None:
    """What this visitor closed a moment ago, told once, and to be opened again with one tap."""
    number = session.pop(CLOSED, None)
    return desk().records.case(number) if isinstance(number, int) else None


def _from_the_beginning() -> bool:
    """Is it asked for from its first byte, as who begins to listen does?"""
    asked = request.range
    return asked is None or any(begin == 0 for begin, _end in asked.ranges)


def _note_heard(number: int, save: bool) -> None:
    try:
        desk().control.change(CaseHeard(case=number, by=current_user.name, saved=save))
    except HotlineError as trouble:
        # Listening must work while the service is down; the case then stays "not heard yet".
        log.warning("heard, but not noted: case %d: %s", number, trouble.cause)


def _back(number: int) -> Response:
    filter = piles.chosen(_show(), desk())
    return redirect(url_for("inbox.case", number=number, show=filter.said))
