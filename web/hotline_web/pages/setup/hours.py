"""When the office answers, and on which days it does not."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from hotline.control.messages.status import Who
from hotline_web.desk import desk
from hotline_web.hoursforms import CHOICES, holidays_of, hours_of, rows_of
from hotline_web.officeforms import NOTHING_WRONG, Wrong, looked_at, put_in_force
from hotline_web.pages.setup.frame import onward, pages, show
from hotline_web.whowords import who_now


@pages.get("/hours")
def hours() -> str:
    """What fits most offices, or one's own."""
    held = looked_at("hours", "closures")
    return _shown(held["hours"], held.seen)


@pages.post("/hours")
def hours_put() -> Response | str:
    """The office is open then; on the holidays, if that was ticked, it is not."""
    seen, chosen = request.form.get("seen", ""), hours_of(request.form)
    closures = looked_at("closures")["closures"]
    more = _holidays() if "holidays" in request.form else []
    wrong = put_in_force({"hours": chosen, "closures": [*closures, *more]}, seen)
    return _shown(chosen, seen, wrong) if wrong else onward("hours")


def _shown(chosen: Any, seen: str, wrong: Wrong = NOTHING_WRONG) -> str:
    here = desk()
    return show(
        "hours",
        rows=rows_of(chosen),
        choices=CHOICES,
        holidays=_holidays(),
        ticked="holidays" in request.form,
        who=who_now(here.control.who(Who())),
        seen=seen,
        wrong=wrong,
    )


def _holidays() -> list[dict[str, str]]:
    here, held = desk(), looked_at("closures", "country")
    today = here.now.astimezone(here.times.zone).date()
    return holidays_of(held["country"], today, held["closures"])
