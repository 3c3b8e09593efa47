"""Who is on duty and who of them is away, and who would answer at another time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from pydantic import ValidationError
from werkzeug.wrappers import Response

from hotline.control.messages.office import OfficeAnsweredBy
from hotline.control.messages.people import StaffAsk
from hotline.control.messages.status import Who
from hotline.errors import HotlineError
from hotline.routing.office import AnsweredBy
from hotline.storage.presence import Turn
from hotline_web.desk import desk, utc
from hotline_web.languages import _
from hotline_web.security import safe_next
from hotline_web.words import say

pages = Blueprint("duty", __name__, url_prefix="/duty")

TURNS = 20


@pages.get("")
def duty() -> str:
    """Now, next, and with ?at=2026-12-05T09:00&topic=orders who would answer then."""
    here = desk()
    topics = here.office.topics if here.office else ()
    topic = request.args.get("topic", "")
    known = topic if topic in {t.id for t in topics} else None
    local = here.now.astimezone(here.times.zone).strftime("%Y-%m-%dT%H:%M")
    return render_template(
        "duty.html",
        duty=here.duty(),
        people=bool(here.office and here.office.people),
        topics=topics,
        chosen_topic=known,
        trail=_trail(),
        answers=_answers(),
        at=request.args.get("at", local)[:16],
        **(_plan(request.args["at"], known) if "at" in request.args else {}),
    )


@pages.post("/staff")
def staff() -> Response:
    """Somebody leaves or is back."""
    wanted = {name: request.form.get(name, "") for name in ("person", "what")}
    try:
        ask = StaffAsk.model_validate(wanted | {"by": f"page: {current_user.name}"})
    except ValidationError:
        abort(400)
    said = desk().control.staff(ask)
    flash(say(said.words), "good" if said.done else "bad")
    return redirect(safe_next(request.form.get("next") or url_for("duty.duty")))


@pages.post("/answered-by")
def answered_by() -> Response:
    """The house, the outside centre or both answer from now on."""
    try:
        whom = AnsweredBy(request.form.get("whom", ""))
    except ValueError:
        abort(400)
    desk().control.change(OfficeAnsweredBy(whom=whom, by=current_user.name))
    flash(_("From the next call on this is how calls are answered."), "good")
    return redirect(url_for("duty.duty"))


def _answers() -> AnsweredBy | None:
    """Who does; None where there is no outside centre to choose."""
    try:
        saved = desk().records.office()
    except HotlineError:
        return None
    return saved[1].answered_by if saved and saved[1].overflow else None


def _trail() -> list[Turn]:
    try:
        return desk().records.trail(TURNS)
    except HotlineError:
        return []  # the rest of the page needs no records


def _plan(at: str, topic: str | None) -> dict[str, Any]:
    here = desk()
    try:
        instant = utc(datetime.strptime(at, "%Y-%m-%dT%H:%M"), here.times.zone)
    except (ValueError, OverflowError):
        return {"wrong": _("This is not a day and time. Choose them from the calendar.")}
    try:
        return {"plan": here.control.who(Who(at=instant, topic=topic))}
    except HotlineError as trouble:
        return {"wrong": f"{say(trouble.cause)} {say(trouble.action)}"}
