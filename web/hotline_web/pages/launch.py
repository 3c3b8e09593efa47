"""What a new hotline is announced with: its passport for the drawer, and a flyer for the wall."""

from __future__ import annotations

from dataclasses import asdict
from io import BytesIO

from flask import Blueprint, abort, render_template, request, send_file
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.errors import HotlineError
from hotline_web.desk import desk
from hotline_web.flyer import Flyer, asked, picture
from hotline_web.languages import _, spoken
from hotline_web.passport import passport_of
from hotline_web.printing import sheet

pages = Blueprint("launch", __name__)


@pages.before_request
def theirs() -> None:
    """Whoever answers for the office tells the world of it."""
    if not current_user.may_set_up:
        abort(403)


@pages.get("/passport")
def passport() -> str:
    """The hotline on a page, to be read or printed."""
    return render_template("launch/passport.html", passport=passport_of(desk()))


@pages.get("/passport.pdf")
def passport_file() -> Response:
    """The same as a file."""
    told = asdict(passport_of(desk()))
    return _file(
        "passport",
        "passport.pdf",
        **told,
        subtitle=_("Passport of the hotline"),
        document=f"{told['title']}: {_('Passport of the hotline')}",
    )


@pages.get("/flyer")
def flyer() -> str:
    """What it would look like."""
    given = asked(request.args, desk())
    return render_template("launch/flyer.html", flyer=given)


@pages.get("/flyer.pdf")
def flyer_file() -> Response:
    """The sheet or the sticker."""
    given = _with_number()
    return _file("flyer", f"flyer-{given.size}.pdf", **_drawn(given))


@pages.get("/flyer.svg")
def code_file() -> Response:
    """The QR code alone, for whoever draws a flyer of their own."""
    given = _with_number()
    return _sent(picture(given.code), "image/svg+xml", "code.svg", inline="show" in request.args)


def _with_number() -> Flyer:
    given = asked(request.args, desk())
    if not given.number:
        raise HotlineError(
            _("No line has a number yet."),
            _("Write the number at the line on the page Lines; without it a flyer says nothing."),
        )
    return given


def _drawn(given: Flyer) -> dict[str, object]:
    return {
        "size": given.size,
        "name": given.name,
        "line": given.line,
        "number": given.shown.replace(" ", "\N{NO-BREAK SPACE}"),
        "hours": given.hours,
        "code": given.code,
        "document": f"{given.name} {given.shown}".strip(),
    }


def _file(what: str, file_name: str, /, **told: object) -> Response:
    data = sheet(what, language=spoken(), at=desk().now.isoformat(), **told)
    return _sent(data, "application/pdf", file_name)


def _sent(data: bytes, kind: str, name: str, *, inline: bool = False) -> Response:
    return send_file(BytesIO(data), kind, as_attachment=not inline, download_name=name)
