"""What everybody decides for themselves: password, code, language, where one is logged in."""

from __future__ import annotations

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.errors import HotlineError
from hotline.storage import onetime
from hotline.storage.passwords import WeakPassword
from hotline.storage.users import User
from hotline_web.languages import COOKIE, LANGUAGES, _, spoken
from hotline_web.pages.door import YEAR, address, status, told
from hotline_web.qr import drawn
from hotline_web.sessions import accounts, secret, set_cookie

pages = Blueprint("account", __name__, url_prefix="/account")

GROUP = 4  # letters of the secret at a time, as it is typed


@pages.get("")
def account() -> str:
    """The whole page."""
    return _shown()


@pages.post("/password")
def password() -> Response | tuple[str, int]:
    """Another password; every other session ends."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    try:
        accounts().change_password(secret(), old, new, address())
    except HotlineError as refusal:
        at = "new" if isinstance(refusal, WeakPassword) else "old"
        words = told(refusal) if at == "new" or status(refusal) == 429 else _("That is not it.")
        return _shown(**{f"wrong_{at}": words}), status(refusal)
    flash(_("The password is changed. You are logged out everywhere else."), "good")
    return _back()


@pages.post("/others")
def others() -> Response:
    """Log out everywhere but here."""
    name = current_user.name
    accounts().log_out_everywhere(name, secret(), by=name, address=address())
    flash(_("You are logged out everywhere else."), "good")
    return _back()


@pages.post("/language")
def language() -> Response:
    """The language of the page, on every device from the next log-in on."""
    wanted = request.form.get("language", "")
    if wanted not in LANGUAGES:
        abort(400)
    accounts().set_language(current_user.name, wanted)
    answer = _back()
    set_cookie(answer, COOKIE, wanted, YEAR)
    return answer


@pages.post("/code/begin")
def begin_code() -> Response:
    """Make the secret that the telephone is to know."""
    accounts().codes.begin(current_user.name)
    return redirect(url_for("account.code"))


@pages.get("/code")
def code() -> Response | str:
    """The secret, until the first right code has come; never afterwards."""
    return _code()


@pages.get("/code.svg")
def picture() -> Response:
    """The secret for the camera of the telephone."""
    pending = accounts().codes.pending(current_user.name)
    if pending is None or not current_user.fresh:
        abort(404)
    return drawn(onetime.address_of(pending, current_user.name))


@pages.post("/code")
def switch_on() -> Response | str:
    """The telephone shows the right code: from now on it is asked for."""
    given = request.form.get("code", "")
    try:
        codes = accounts().switch_on_code(secret(), given, address())
    except HotlineError as refusal:
        return make_response(_code(told(refusal)), status(refusal))
    return render_template("account_codes.html", codes=codes, first=True)


@pages.post("/code/off")
def switch_off() -> Response:
    """A password is enough again."""
    accounts().codes.switch_off(current_user.name, current_user.name, address())
    flash(_("Logging in takes your password alone again."), "good")
    return _back()


@pages.post("/code/renew")
def renew_codes() -> str:
    """Ten other codes on paper, shown in this answer alone."""
    codes = accounts().codes.renew_codes(current_user.name, address())
    return render_template("account_codes.html", codes=codes, first=False)


def _me() -> User:
    return next(user for user in accounts().users() if user.name == current_user.name)


def _shown(**wrong: str) -> str:
    known, me = accounts(), _me()
    return render_template(
        "account.html",
        me=me,
        places=known.places(me.name, secret()),
        code=known.codes.switched_on(me.name),
        left=known.codes.left(me.name),
        chosen=me.language or spoken(),
        **wrong,
    )


def _code(wrong: str = "") -> str | Response:
    pending = accounts().codes.pending(current_user.name)
    if pending is None:
        return _back()
    typed = " ".join(pending[at : at + GROUP] for at in range(0, len(pending), GROUP))
    return render_template("account_code.html", typed=typed, wrong=wrong)


def _back() -> Response:
    return redirect(url_for("account.account"))
