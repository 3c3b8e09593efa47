"""The password once more, before something that would hurt if a stranger did it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.errors import HotlineError
from hotline_web.confirming import go_on, waiting
from hotline_web.languages import _
from hotline_web.pages.door import address, status, told
from hotline_web.security import safe_next
from hotline_web.sessions import accounts, secret

pages = Blueprint("confirm", __name__)


@pages.route("/confirm", methods=["GET", "POST"])
def confirm() -> Response | str | tuple[str, int]:
    """Ask, and then go on where somebody was stopped."""
    if request.method == "GET":
        return _form()
    try:
        accounts().confirm(secret(), request.form.get("password", ""), address())
    except HotlineError as refusal:
        return _form(told(refusal)), status(refusal)
    if token := request.form.get("held", ""):
        held = waiting().take(secret(), token)
        if held is None:
            flash(_("What you had typed waited for too long. Please type it again."), "bad")
            return redirect("/")
        return go_on(held)
    return redirect(safe_next(request.form.get("next")))


def _form(wrong: str = "") -> str:
    return render_template(
        "confirm.html",
        wrong=wrong,
        next=safe_next(request.values.get("next")),
        held=request.values.get("held", ""),
        code=accounts().codes.switched_on(current_user.name),
    )
