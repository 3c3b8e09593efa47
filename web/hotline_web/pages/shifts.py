"""The week's plan: who works when, where nobody does, and what changes from day to day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.messages.office import OfficeUndo, PlanDraft
from hotline.errors import HotlineError
from hotline.numbering import can_be_texted
from hotline.routing.changes import changed, days_changed, week_of
from hotline.routing.coverage import clashes, holes
from hotline.routing.difference import Difference, difference
from hotline.routing.office import Office, Person
from hotline.routing.rules import closure_on
from hotline.routing.shifts import day_of, day_span
from hotline.storage.drafts import Draft
from hotline.storage.office import OfficeVersion
from hotline_web.desk import desk
from hotline_web.languages import _
from hotline_web.plan import Cell, Week, cell_of, change_words
from hotline_web.planforms import asked_change, asked_day, known_person
from hotline_web.records import LARGEST
from hotline_web.words import say

pages = Blueprint("shifts", __name__, url_prefix="/shifts")

IN_FORCE = "force"  # ?show=: the plan without the draft


@pages.get("")
def board() -> str:
    """The week with ?day=2026-12-05 in it; with what is drafted, unless ?show=force."""
    found = desk().records.draft()
    if found is None:
        return render_template("shifts.html", week=None)
    version, draft = found
    in_force = request.args.get("show") == IN_FORCE or not draft.changes
    office = draft.before if in_force else draft.after
    around = asked_day("day") or day_of(office, desk().now)
    return render_template(
        "shifts.html",
        week=_week(draft, around, in_force=in_force),
        office=office,
        version=version,
        undo=version.id > 1,
        draft=draft,
        in_force=in_force,
        feeds=desk().feeds(),
        feed=desk().new_feed(),
    )


@pages.get("/shift")
def shift() -> str:
    """One shift, to be moved to another time, day or person: for whoever does not drag."""
    _version, draft = _found()
    person, day = known_person(draft.after, "person"), asked_day("day") or abort(400)
    cell = cell_of(draft.after, person, day)
    at = request.args.get("at", "")
    stint = next((one for one in cell.stints if one.start == at), None)
    if stint is None:
        raise HotlineError(
            _("This shift is not in the plan any more."), _("Look at the plan again.")
        )
    return render_template(
        "shift.html", person=person, day=day, stint=stint, people=draft.after.people
    )


@pages.get("/change")
def preview() -> str:
    """What a change would bring to the draft; with ?now=1, or where there is none, to the plan."""
    _version, draft = _found()
    ask = asked_change(draft.after)
    now = "now" in request.args or not draft.changes
    before = draft.before if now else draft.after
    change = ask.change
    after = changed(before, change)
    brings = difference(before, after, days_changed(before, change), desk().now)
    return render_template(
        "change.html",
        now=now,
        drafting=bool(draft.changes),
        asked={name: value for name, value in request.args.items() if name != "now"},
        **_brought(before, after, brings),
    )


@pages.post("/change")
def put_in_force() -> Response:
    """The change, as it was shown, past the draft."""
    _version, draft = _found()
    ask = asked_change(draft.before)
    desk().control.change(ask.message(current_user.name))
    flash(_("The plan is changed."), "good")
    return _to_the_board(days_changed(draft.before, ask.change)[0])


@pages.get("/draft")
def look() -> str:
    """All that is drafted, and what it would bring."""
    _version, draft = _found()
    brings = draft.difference(desk().now)
    return render_template(
        "draft.html",
        draft=draft,
        changes=[
            (one, change_words(one.change, draft.before), trouble and say(trouble.cause))
            for one, trouble in zip(draft.changes, draft.unfit, strict=True)
        ],
        texted=_texted(brings),
        can_text=_can_text(),
        **_brought(draft.before, draft.after, brings),
    )


@pages.post("/draft")
def gather() -> Response:
    """One change more in the draft."""
    _version, draft = _found()
    ask = asked_change(draft.after)
    desk().control.change(ask.message(current_user.name, draft=True))
    flash(_("In the draft. It is not in force yet."), "good")
    return _to_the_board(ask.shown, anchor=ask.anchor)


@pages.post("/publish")
def publish() -> Response:
    """The draft is in force."""
    flash(_draft("publish"), "good")
    return redirect(url_for("shifts.board"))


@pages.post("/take_out")
def take_out() -> Response:
    """One change less in the draft, or none left."""
    number = request.form.get("number", -1, type=int) if "number" in request.form else 0
    if not 0 <= number <= LARGEST:
        abort(400)  # what is no number must not stand for all of them
    flash(_draft("take_out", number), "good")
    return redirect(url_for("shifts.look") if number else url_for("shifts.board"))


@pages.post("/undo")
def undo() -> Response:
    """The newest change is taken back, if nobody has made another since."""
    newest = request.form.get("newest", 0, type=int)
    if not 1 <= newest <= LARGEST:
        abort(400)
    desk().control.change(OfficeUndo(newest=newest, by=current_user.name))
    flash(_("Taken back: the plan is as it was before."), "good")
    return redirect(url_for("shifts.board"))


@dataclass(frozen=True)
class ShownDay:
    """One person's day, before and after."""

    day: date
    person: Person
    before: Cell
    after: Cell


def _found() -> tuple[OfficeVersion, Draft]:
    return desk().records.draft() or abort(404)


def _draft(what: Literal["publish", "take_out"], number: int = 0) -> str:
    seen = request.form.get("mark", "")[:200]
    ask = PlanDraft(what=what, seen=seen, number=number, by=current_user.name)
    return say(desk().control.draft(ask).words)


def _to_the_board(day: date, anchor: str | None = None) -> Response:
    return redirect(url_for("shifts.board", day=day.isoformat(), _anchor=anchor))


def _week(draft: Draft, around: date, *, in_force: bool) -> Week:
    office, days = draft.before if in_force else draft.after, week_of(around)
    start, end = day_span(office, days[0])[0], day_span(office, days[-1])[1]
    now = desk().now
    rows = tuple((p, tuple(cell_of(office, p, day) for day in days)) for p in office.people)
    return Week(
        days=days,
        today=day_of(office, now),
        rows=rows,
        closed=tuple(closure_on(office, day) for day in days),
        holes=tuple(hole for hole in holes(office, max(start, now), end)) if end > now else (),
        clashes=tuple(clashes(office, start, end)),
        drafted=frozenset() if in_force else _drafted(draft, days),
    )


def _drafted(draft: Draft, days: tuple[date, ...]) -> frozenset[tuple[str, date]]:
    touched = [day for day in days if day in set(draft.days)]
    return frozenset(
        (person.id, day)
        for day in touched
        for person in draft.after.people
        if cell_of(draft.before, person, day) != cell_of(draft.after, person, day)
    )


def _brought(before: Office, after: Office, brings: Difference) -> dict[str, Any]:
    """A difference, ready to be shown."""
    return {
        "brings": brings,
        "days": [
            ShownDay(
                one.day,
                one.person,
                cell_of(before, one.person, one.day),
                cell_of(after, one.person, one.day),
            )
            for one in brings.days
        ],
    }


def _texted(brings: Difference) -> tuple[list[str], list[str]]:
    """Whose hours differ: who can be told by text, and who cannot."""
    told, untold = list[str](), list[str]()
    for person in brings.people:
        mobile = _can_text() and can_be_texted(person.number or "")
        (told if mobile else untold).append(person.name)
    return told, untold


def _can_text() -> bool:
    """Has a line of the box a SIM card?"""
    status = desk().status
    return status is not None and any(line.network is not None for line in status.lines)
