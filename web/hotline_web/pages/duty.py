"""Who is on duty, and who would answer at another time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request

from hotline.control.messages import Who
from hotline.errors import HotlineError
from hotline_web.desk import desk, utc
from hotline_web.languages import _
from hotline_web.words import say

pages = Blueprint("duty", __name__, url_prefix="/duty")


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
        at=request.args.get("at", local)[:16],
        **(_plan(request.args["at"], known) if "at" in request.args else {}),
    )


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
