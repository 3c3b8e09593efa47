"""Who is on duty and who of them is away, and who would answer at another time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from pydantic import ValidationError
from werkzeug.wrappers import Response

from hotline.control.messages import StaffAsk, Who
from hotline.errors import HotlineError
from hotline.storage.presence import Turn
from hotline_web.desk import desk, utc
from hotline_web.languages import _
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
        topics=topics,
        chosen_topic=known,
        trail=_trail(),
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
    return redirect(url_for("duty.duty"))


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
