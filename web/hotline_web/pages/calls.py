"""The log of calls, the steps of one, and the list of those missed and not returned."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.messages import CallReturned
from hotline.inbox.outcome import Outcome
from hotline.storage.calls import Call
from hotline_web.desk import desk
from hotline_web.languages import _
from hotline_web.security import safe_next

pages = Blueprint("calls", __name__, url_prefix="/calls")

ROWS = 50
LARGEST = 2**53 - 1  # of the numbers that a page, its script and the records all count with


@pages.get("")
def listing() -> str:
    """The newest calls, or with ?show=missed those that are still owed a call."""
    here, show = desk(), request.args.get("show", "all")
    missed = here.records.missed(1000)
    owed_ids = {call.id for call in missed}
    before = min(request.args.get("before", LARGEST, type=int), LARGEST)
    rows = missed if show == "missed" else here.records.calls(ROWS + 1, before)
    more = show != "missed" and len(rows) > ROWS
    shown = rows if show == "missed" else rows[:ROWS]
    return render_template(
        "calls.html",
        show=show,
        calls=shown,
        owed=lambda call: call.id in owed_ids,
        older=shown[-1].id if more else None,
    )


@pages.get("/<int(max=9007199254740991):call_id>")
def call(call_id: int) -> str:
    """One call, step by step."""
    here = desk()
    story = here.records.call(call_id)
    if story is None:
        abort(404)
    return render_template("call.html", call=story.call, path=here.steps(story.steps), owed=_owed)


@pages.post("/<int(max=9007199254740991):call_id>/returned")
def returned(call_id: int) -> Response:
    """Somebody called back and spoke."""
    desk().control.change(CallReturned(call_id=call_id, by=current_user.name))
    flash(_("Noted: this caller was called back."), "good")
    return redirect(safe_next(request.form.get("next") or f"/calls/{call_id}"))


def _owed(call: Call) -> bool:
    return call.outcome is Outcome.MISSED and desk().records.owed(call.id)
