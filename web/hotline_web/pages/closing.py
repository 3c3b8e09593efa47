"""Closing the line now, for the rest of the day or until a time, and opening it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.client import Refused
from hotline.control.messages.closing import (
    LONGEST_NOTICE,
    ClosingNow,
    OfficeClose,
    OfficeOpenAgain,
)
from hotline.said import together
from hotline_web.desk import desk, instant
from hotline_web.languages import _
from hotline_web.words import say

pages = Blueprint("closing", __name__, url_prefix="/closing")

NOT_TAKEN = 422
USUAL = timedelta(hours=2)


@pages.before_request
def theirs() -> None:
    """Who may set up closes the office."""
    if not current_user.may_set_up:
        abort(403)


@pages.get("")
def closing() -> str:
    """Until when, and what callers hear."""
    now = desk().control.closing()
    if now.reopens:
        return _page(now, {}, "day", None)
    return _page(now, {}, "time", desk().now + USUAL)


@pages.post("")
def close() -> Response | tuple[str, int]:
    """Close it; a second time changes until when."""
    here, form = desk(), request.form
    now = here.control.closing()
    typed = {code: form.get(f"notice-{code}", "").strip() for code in now.languages}
    # Whoever typed a time means it, whatever is ticked.
    how = "time" if form.get("how") == "time" or form.get("until") else "day"
    until = instant(form.get("until", "")) if how == "time" else None
    wrong = {
        code: _("Use at most %(n)s letters.", n=LONGEST_NOTICE)
        for code, words in typed.items()
        if len(words) > LONGEST_NOTICE
    }
    if how == "time" and (until is None or until <= here.now):
        wrong["until"] = _("Choose a time that is still to come.")
    if not wrong:
        ask = OfficeClose(until=until, notice=typed, by=current_user.name)
        try:
            here.control.close_early(ask)
        except Refused as refused:
            wrong["until"] = say(together(refused.cause, refused.action))
    if wrong:
        return _page(now, typed, how, until, wrong), NOT_TAKEN
    flash(_("The line is closed. It opens again by itself."), "good")
    return redirect(url_for("home.home"))


@pages.post("/open")
def open_again() -> Response:
    """Back to the opening hours."""
    now = desk().control.close_early(OfficeOpenAgain(by=current_user.name))
    flash(
        _("The line is open again.")
        if now.open
        else _("The line goes by its opening hours again. By them it is closed now."),
        "good",
    )
    return redirect(url_for("home.home"))


def _page(
    now: ClosingNow,
    typed: Mapping[str, str],
    how: str,
    until: datetime | None,
    wrong: Mapping[str, str] | None = None,
) -> str:
    local = until.astimezone(desk().times.zone) if until else None
    return render_template(
        "closing.html",
        now=now,
        typed=typed or now.notice,
        how=how,
        until_field=f"{local:%Y-%m-%dT%H:%M}" if local else "",
        wrong=wrong or {},
        longest=LONGEST_NOTICE,
    )
