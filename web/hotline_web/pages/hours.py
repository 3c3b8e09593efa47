"""When the office is open: the days of the week, days without calls, days that work like others."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.messages.status import Who
from hotline_web.desk import desk
from hotline_web.hoursforms import CHOICES, WEEKDAYS, day_of, holidays_of, hours_of, rows_of
from hotline_web.languages import _
from hotline_web.officeforms import NOTHING_WRONG, Wrong, looked_at, put_in_force
from hotline_web.whowords import who_now

pages = Blueprint("hours", __name__, url_prefix="/hours")

ASKED = ("hours", "closures", "moved_days")
OF_DAYS = ASKED[1:]


@pages.before_request
def theirs() -> None:
    """Everybody of the office may look; only some may change it."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and not current_user.may_set_up:
        abort(403)


@pages.get("")
def hours() -> str:
    """The whole page."""
    return _shown()


@pages.post("")
def put() -> Response | str:
    """Open then from now on; with the public holidays among the closed days if that was ticked."""
    return _put({"hours": hours_of(request.form)} | with_holidays())


@pages.post("/day")
def put_day() -> Response | str:
    """One more day that is closed, or works like another."""
    what = _of_days()
    return _put({what: [*looked_at(*ASKED)[what], day_of(what, request.form)]})


@pages.post("/day/out")
def take_out() -> Response | str:
    """One day less."""
    what, number = _of_days(), request.form.get("number", -1, type=int)
    days = list(looked_at(*ASKED)[what])
    if not 0 <= number < len(days):
        abort(400)
    del days[number]
    return _put({what: days})


def form_of(hours: Any) -> dict[str, Any]:
    """What `hours_form` of hours_pieces.html shows, and the sentence over it."""
    return {
        "rows": rows_of(hours),
        "choices": CHOICES,
        "holidays": _holidays(),
        "ticked": "holidays" in request.form,
        "who": who_now(desk().control.who(Who())),
    }


def with_holidays() -> dict[str, Any]:
    """The closed days, the public holidays among them if that was ticked."""
    more = _holidays() if "holidays" in request.form else []
    return {"closures": [*looked_at("closures")["closures"], *more]}


def _holidays() -> list[dict[str, str]]:
    here, held = desk(), looked_at("closures", "country")
    today = here.now.astimezone(here.times.zone).date()
    return holidays_of(held["country"], today, held["closures"])


def _put(changed: dict[str, Any]) -> Response | str:
    """All that the page shows is put, so that nobody's change in between is lost."""
    wrong = put_in_force({**looked_at(*ASKED).values, **changed}, request.form.get("seen", ""))
    if wrong:
        return _shown(changed.get("hours"), wrong)
    flash(_("The opening hours are changed."), "good")
    return redirect(url_for("hours.hours"))


def _shown(typed: Any = None, wrong: Wrong = NOTHING_WRONG) -> str:
    held = looked_at(*ASKED)
    return render_template(
        "hours.html",
        closures=held["closures"],
        moved=held["moved_days"],
        weekdays=WEEKDAYS,
        typed=request.form,
        today=desk().midnight().date().isoformat(),
        may_change=current_user.may_set_up,
        seen=held.seen,
        wrong=wrong,
        **form_of(held["hours"] if typed is None else typed),
    )


def _of_days() -> str:
    what = request.form.get("what", "")
    if what not in OF_DAYS:
        abort(400)
    return what
