"""The week's plan: who works when, where nobody does, and what changes from day to day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.messages import OfficeUndo, PlanAway, PlanStandIn, PlanSwap
from hotline.errors import HotlineError
from hotline.routing.changes import week_of, with_absence, with_stand_in, with_swap
from hotline.routing.coverage import Hole, clashes, holes
from hotline.routing.office import Office, Person
from hotline.routing.rules import closure_on
from hotline.routing.shifts import DAY, day_of, day_span
from hotline.storage.office import OfficeVersion
from hotline_web.desk import desk
from hotline_web.languages import _
from hotline_web.plan import Cell, Week, cell_of

pages = Blueprint("shifts", __name__, url_prefix="/shifts")

Change = PlanSwap | PlanAway | PlanStandIn
MOST_WEEKS = 520
REASON_LIMIT = 200


@pages.get("")
def board() -> str:
    """The week with ?day=2026-12-05 in it."""
    saved = desk().records.office()
    if saved is None:
        return render_template("shifts.html", week=None)
    version, office = saved
    shown = _week(office, _day("day") or day_of(office, desk().now))
    return render_template(
        "shifts.html", week=shown, office=office, version=version, undo=version.id > 1
    )


@pages.get("/change")
def preview() -> str:
    """What a change would bring, before it is in force."""
    version, office = _office()
    change = _change()
    changed = _changed(office, change)
    first, last = _edges(office, change)
    return render_template(
        "change.html",
        change=change,
        days=_differences(office, changed, first, last),
        holes=_new_holes(office, changed, first, last),
        version=version,
    )


@pages.post("/change")
def put_in_force() -> Response:
    """The change, as it was shown."""
    change = _change()
    desk().control.change(change)
    flash(_("The plan is changed."), "good")
    _saved, office = _office()
    return redirect(url_for("shifts.board", day=_edges(office, change)[0].isoformat()))


@pages.post("/undo")
def undo() -> Response:
    """The newest change is taken back, if nobody has made another since."""
    newest = request.form.get("newest", 0, type=int)
    if newest < 1:
        abort(400)
    desk().control.change(OfficeUndo(newest=newest, by=current_user.name))
    flash(_("Taken back: the plan is as it was before."), "good")
    return redirect(url_for("shifts.board"))


@dataclass(frozen=True)
class Difference:
    """One person's day, before and after."""

    day: date
    person: Person
    before: Cell
    after: Cell


def _office() -> tuple[OfficeVersion, Office]:
    saved = desk().records.office()
    if saved is None:
        abort(404)
    return saved


def _week(office: Office, around: date) -> Week:
    days = week_of(around)
    start, end = day_span(office, days[0])[0], day_span(office, days[-1])[1]
    now = desk().now
    return Week(
        days=days,
        today=day_of(office, now),
        rows=tuple((p, tuple(cell_of(office, p, day) for day in days)) for p in office.people),
        closed=tuple(closure_on(office, day) for day in days),
        holes=tuple(hole for hole in holes(office, max(start, now), end)) if end > now else (),
        clashes=tuple(clashes(office, start, end)),
    )


def _day(name: str) -> date | None:
    """A day as browsers send it; 400 for what is none, or is out of all bounds."""
    given = request.values.get(name, "")
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError:
        abort(400)
    if abs((day - desk().now.date()).days) > 7 * MOST_WEEKS:
        abort(400)
    return day


def _change() -> Change:
    """What the form asks for; 400 where it is not whole, HotlineError where it makes no sense."""
    kinds: dict[str, Callable[[], Change]] = {"swap": _swap, "away": _away, "stand_in": _stand_in}
    read = kinds.get(request.values.get("kind", ""))
    if read is None:
        abort(400)
    return read()


def _swap() -> PlanSwap:
    day, one, other = _day("day"), _person("one"), _person("other")
    if day is None or one == other:
        raise HotlineError(_("A swap needs two people."), _("Go back, choose somebody else."))
    return PlanSwap(day=day, one=one, other=other, by=current_user.name)


def _away() -> PlanAway:
    first, reason = _day("first") or abort(400), request.values.get("reason", "").strip()
    last = _day("last") or first
    if last < first:
        raise HotlineError(_("The last day lies before the first."), _("Go back, choose again."))
    who, by = _person("person"), current_user.name
    return PlanAway(person=who, first=first, last=last, reason=reason[:REASON_LIMIT], by=by)


def _stand_in() -> PlanStandIn:
    start, end = _instant("start"), _instant("end")
    if not timedelta() < end - start <= DAY:
        abort(400)
    return PlanStandIn(person=_person("person"), start=start, end=end, by=current_user.name)


def _person(name: str) -> str:
    given = request.values.get(name, "")
    if _office()[1].person(given) is None:
        abort(400)
    return given


def _instant(name: str) -> datetime:
    try:
        at = datetime.fromisoformat(request.values.get(name, ""))
    except ValueError:
        abort(400)
    if at.tzinfo is None:
        abort(400)
    return at


def _changed(office: Office, change: Change) -> Office:
    match change:
        case PlanSwap():
            return with_swap(office, change.day, change.one, change.other)
        case PlanAway():
            return with_absence(office, change.person, change.first, change.last, change.reason)
        case PlanStandIn():
            return with_stand_in(office, change.person, (change.start, change.end))


def _edges(office: Office, change: Change) -> tuple[date, date]:
    match change:
        case PlanSwap():
            return change.day, change.day
        case PlanAway():
            return change.first, change.last
        case PlanStandIn():
            return day_of(office, change.start), day_of(office, change.start)


def _differences(before: Office, after: Office, first: date, last: date) -> list[Difference]:
    found = []
    for ahead in range((last - first).days + 1):
        day = first + ahead * DAY
        for person in before.people:
            was, will = cell_of(before, person, day), cell_of(after, person, day)
            if was != will:
                found.append(Difference(day, person, was, will))
    return found


def _new_holes(before: Office, after: Office, first: date, last: date) -> list[Hole]:
    """Where the change leaves too few people, and before it there were enough."""
    start, end = day_span(before, first)[0], day_span(before, last + DAY)[1]
    start = max(start, desk().now)
    known = {hole.span for hole in holes(before, start, end)} if start < end else set()
    return [h for h in holes(after, start, end) if h.span not in known] if start < end else []
