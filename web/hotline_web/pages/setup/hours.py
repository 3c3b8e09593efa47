"""When the office answers, and on which days it does not."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from hotline_web.hoursforms import hours_of
from hotline_web.officeforms import NOTHING_WRONG, Wrong, looked_at, put_in_force
from hotline_web.pages.hours import form_of, with_holidays
from hotline_web.pages.setup.frame import onward, pages, show


@pages.get("/hours")
def hours() -> str:
    """What fits most offices, or one's own."""
    held = looked_at("hours", "closures")
    return _shown(held["hours"], held.seen)


@pages.post("/hours")
def hours_put() -> Response | str:
    """The office is open then; on the holidays, if that was ticked, it is not."""
    seen, chosen = request.form.get("seen", ""), hours_of(request.form)
    wrong = put_in_force({"hours": chosen} | with_holidays(), seen)
    return _shown(chosen, seen, wrong) if wrong else onward("hours")


def _shown(chosen: Any, seen: str, wrong: Wrong = NOTHING_WRONG) -> str:
    return show("hours", seen=seen, wrong=wrong, **form_of(chosen))
