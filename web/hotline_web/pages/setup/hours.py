"""When the office answers."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from hotline_web.officeforms import NOTHING_WRONG, Wrong, looked_at, put_in_force
from hotline_web.pages.setup.frame import onward, pages, show


@pages.get("/hours")
def hours() -> str:
    """What fits most offices, or one's own."""
    held = looked_at("hours")
    return _shown(held["hours"], held.seen)


@pages.post("/hours")
def hours_put() -> Response | str:
    """The office is open then."""
    seen = request.form.get("seen", "")
    chosen = {
        "office": [{"days": "mon-fri", "time": "09:00-18:00"}],
        "always": "always",
    }.get(request.form.get("which", ""), "always")
    wrong = put_in_force({"hours": chosen}, seen)
    return _shown(chosen, seen, wrong) if wrong else onward("hours")


def _shown(hours: object, seen: str, wrong: Wrong = NOTHING_WRONG) -> str:
    return show("hours", hours=hours, seen=seen, wrong=wrong)
