"""One telephone line: how it was, what it can do, what happened to it, and its modem anew."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.messages.hardware import LineSeen
from hotline.control.messages.lines import LineState
from hotline.errors import HotlineError
from hotline.storage import linetroubles, lineverdicts
from hotline.storage.linehistory import Quarter
from hotline_web import linechart, linewords
from hotline_web.desk import Desk, desk
from hotline_web.pages.lines import pages
from hotline_web.words import say

__all__ = ["pages"]

TOLD = 30  # troubles; more of them say nothing new
DAYS = tuple(linechart.SPANS)


@pages.get("/one")
def one() -> str:
    """Everything about it."""
    here, name = desk(), request.args.get("line", "")
    days = request.args.get("days", type=int, default=1)
    line = _line(here, name)
    if days not in DAYS:
        abort(404)
    troubles = here.records.troubles(name, here.now - linetroubles.KEPT)
    was = _how_it_was(here, name, days)
    if line is None and not (troubles or was["rows"]):
        abort(404)
    kind = line.kind if line else ""
    return render_template(
        "line/one.html",
        name=name,
        line=line,
        seen=_seen(here, line),
        days=days,
        advice=say(lineverdicts.advice(troubles, kind, here.now)),
        troubles=[
            (each, linewords.trouble_words(each, here.now), list(linewords.story(each)))
            for each in troubles[:TOLD]
        ],
        more=max(0, len(troubles) - TOLD),
        ability_name=linewords.ability_name,
        ability_words=lambda each: linewords.ability_words(each, here.times),
        ability_level=linewords.ability_level,
        may_restart=current_user.may_set_up,
        **was,
    )


@pages.post("/restart")
def restart() -> Response:
    """Start the modem of a line anew."""
    name = request.form.get("line", "")
    if _line(desk(), name) is None:
        abort(404)
    flash(say(desk().control.line_restart(name, current_user.name)), "good")
    return redirect(url_for("lines.one", line=name))


def _line(here: Desk, name: str) -> LineState | None:
    """None while the service does not answer; what was kept can still be read."""
    if here.status is None:
        return None
    line = next((each for each in here.status.lines if each.id == name), None)
    if line is None:
        abort(404)
    return line


def _seen(here: Desk, line: LineState | None) -> LineSeen | None:
    if line is None:
        return None
    try:
        return here.control.line_look(line.id)
    except HotlineError:
        return None


def _how_it_was(here: Desk, name: str, days: int) -> dict[str, Any]:
    begin, end = linechart.span(here.now, days, here.times.zone)
    quarters = here.records.quarters(name, begin, end)
    lately = _since(quarters, here.now - timedelta(days=days))
    rows = linechart.rows(quarters, begin, end, days)
    seconds = linechart.ROWS[days]
    return {
        "chart": linechart.chart(quarters, begin, end, days) if rows else None,
        "signal": say(lineverdicts.signal_words(lately, here.times.zone, days)),
        "reached": linewords.down_words(sum(one.down for one in lately)) if rows else "",
        "rows": [
            (
                linewords.stretch_words(each, seconds, here.times),
                linewords.signal_words(each),
                linewords.reach_words(each),
                each.down >= 1,
            )
            for each in rows
        ],
    }


def _since(quarters: list[Quarter], at: datetime) -> list[Quarter]:
    return [one for one in quarters if one.at >= at]
