"""The door for who was invited: who has the address chooses a password, and is in."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from hotline.errors import HotlineError
from hotline.storage.invitations import too_late
from hotline_web.languages import _
from hotline_web.pages.door import address, browser, enter, status, told
from hotline_web.sessions import accounts, device, invitations
from hotline_web.words import say

pages = Blueprint("join", __name__)


@pages.route("/invitation/<string(maxlength=64):secret>", methods=["GET", "POST"])
def join(secret: str) -> Response | str | tuple[str, int]:
    """Looking uses nothing up; the password does."""
    known = accounts()
    waiting = invitations().found(secret)
    if waiting is None:
        late = too_late()
        return render_template(
            "problem.html", sentence=say(late.cause), action=say(late.action)
        ), 404
    if request.method == "GET":
        return render_template("join.html", waiting=waiting)
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        wrong = _("The two passwords differ. Type the same one twice.")
        return render_template("join.html", waiting=waiting, wrong=wrong), 400
    try:
        invitations().accept(secret, password, address())
        begun = known.log_in(waiting.name, password, address(), device(), browser())
    except HotlineError as refusal:
        return render_template("join.html", waiting=waiting, wrong=told(refusal)), status(refusal)
    return enter(url_for("home.home"), begun)
