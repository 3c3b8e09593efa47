"""What a form asks to change in the plan: read from the request, told to the daemon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import abort, request

from hotline.control.messages.office import PlanAway, PlanCopy, PlanMove, PlanStandIn, PlanSwap
from hotline.errors import HotlineError
from hotline.routing.changes import Change, CopyWeek, MoveShift, StandIn, StayAway, SwapDay
from hotline.routing.office import MINUTES_PER_DAY, Office, Person, WallTime
from hotline.routing.shifts import DAY, day_of, first_instant, last_instant
from hotline.storage.officewords import read_wall_time
from hotline_web.desk import desk
from hotline_web.languages import _
from hotline_web.plan import cell_anchor

Message = PlanSwap | PlanAway | PlanStandIn | PlanMove | PlanCopy
MOST_WEEKS = 520
REASON_LIMIT = 200


@dataclass(frozen=True)
class Asked:
    """A change. shown: a day of the week to look at afterwards. anchor: the cell in it, if any."""

    change: Change
    shown: date
    anchor: str | None = None

    def message(self, by: str, *, draft: bool = False) -> Message:
        """As the daemon is told."""
        match self.change:
            case SwapDay(day, one, other):
                return PlanSwap(day=day, one=one, other=other, by=by, draft=draft)
            case StayAway(person, first, last, reason):
                return PlanAway(
                    person=person, first=first, last=last, reason=reason, by=by, draft=draft
                )
            case StandIn(person, (start, end)):
                return PlanStandIn(person=person, start=start, end=end, by=by, draft=draft)
            case CopyWeek(source, target):
                return PlanCopy(source=source, target=target, by=by, draft=draft)
            case MoveShift() as move:
                return PlanMove(
                    person=move.person,
                    day=move.day,
                    at=str(move.at),
                    to=move.to,
                    to_day=move.to_day,
                    start=str(move.start),
                    end=str(move.end),
                    by=by,
                    draft=draft,
                )


def asked_change(office: Office) -> Asked:
    """What the form asks for; 400 where it is not whole, HotlineError where it makes no sense."""
    kinds: dict[str, Callable[[Office], Asked]] = {
        "swap": _swap,
        "away": _away,
        "stand_in": _stand_in,
        "extra": _extra,
        "move": _move,
        "copy": _copy,
    }
    read = kinds.get(request.values.get("kind", ""))
    if read is None:
        abort(400)
    return read(office)


def asked_day(name: str) -> date | None:
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


def known_person(office: Office, name: str) -> Person:
    """One of the office; 400 for anybody else."""
    return office.person(request.values.get(name, "")) or abort(400)


def _swap(office: Office) -> Asked:
    day, one, other = asked_day("day"), known_person(office, "one"), known_person(office, "other")
    if day is None or one == other:
        raise HotlineError(_("A swap needs two people."), _("Go back, choose somebody else."))
    return Asked(SwapDay(day, one.id, other.id), day, cell_anchor(one.id, day))


def _away(office: Office) -> Asked:
    first, reason = asked_day("first") or abort(400), request.values.get("reason", "").strip()
    last = asked_day("last") or first
    if last < first:
        raise HotlineError(_("The last day lies before the first."), _("Go back, choose again."))
    person = known_person(office, "person").id
    return Asked(StayAway(person, first, last, reason[:REASON_LIMIT]), first)


def _stand_in(office: Office) -> Asked:
    start, end = _instant("start"), _instant("end")
    if not timedelta() < end - start <= DAY:
        abort(400)
    person = known_person(office, "person").id
    return Asked(StandIn(person, (start, end)), day_of(office, start))


def _extra(office: Office) -> Asked:
    """Somebody works once, at wall times of a day."""
    day, person = asked_day("day") or abort(400), known_person(office, "person").id
    start, end = _time("start").minutes, _time("end").minutes
    if end <= start:
        end += MINUTES_PER_DAY
    span = first_instant(day, start, office.zone), last_instant(day, end, office.zone)
    return Asked(StandIn(person, span), day, cell_anchor(person, day))


def _move(office: Office) -> Asked:
    day, to_day = asked_day("day") or abort(400), asked_day("to_day") or abort(400)
    person, to = known_person(office, "person").id, known_person(office, "to").id
    move = MoveShift(person, day, _time("at"), to, to_day, _time("start"), _time("end"))
    return Asked(move, to_day, cell_anchor(to, to_day))


def _copy(office: Office) -> Asked:
    source, target = asked_day("source") or abort(400), asked_day("target") or abort(400)
    return Asked(CopyWeek(source, target), target)


def _instant(name: str) -> datetime:
    try:
        at = datetime.fromisoformat(request.values.get(name, ""))
    except ValueError:
        abort(400)
    if at.tzinfo is None:
        abort(400)
    return at


def _time(name: str) -> WallTime:
    """Some browsers send seconds, too."""
    try:
        return read_wall_time(request.values.get(name, "")[:5])
    except ValueError:
        abort(400)
