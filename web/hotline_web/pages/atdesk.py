"""Take calls here: a person of the office is rung at this computer before the telephone is."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template, request
from flask_login import current_user
from flask_sock import Sock

from hotline.control.messages.people import Named
from hotline.routing.computer import AT_COMPUTER_S
from hotline_web import sessions
from hotline_web.calling import BUSY, Browser, carry, connected
from hotline_web.desk import desk
from hotline_web.pages.tryout import same_origin
from hotline_web.whose import person_of

pages = Blueprint("atdesk", __name__, url_prefix="/desk")
sock = Sock()


@pages.before_request
def theirs() -> None:
    """Whoever works here, from a page of ours."""
    if not current_user.may_change:
        abort(403)
    if request.endpoint == "atdesk.line" and not same_origin(request.headers.get("Origin")):
        abort(403)


@pages.get("")
def page() -> str:
    """The switch, who calls, and the button that takes the call."""
    here = desk()
    return render_template(
        "atdesk.html", person=_me(), down=here.status is None, seconds=AT_COMPUTER_S
    )


@sock.route("/line", bp=pages)  # type: ignore[untyped-decorator]
def line(browser: Browser) -> None:
    """For as long as the page takes calls. Whoever does so is there: the session does not idle."""
    known, secret = sessions.accounts(), sessions.secret()
    person = _me()
    wire = connected(current_app.extensions["settings"].calling_socket) if person else None
    if wire is None or person is None:
        browser.send(BUSY)
        return
    with wire:
        carry(browser, wire, current_user.name, lambda: bool(known.session(secret)), person.id)


def _me() -> Named | None:
    return person_of(current_user.name, desk().office)
