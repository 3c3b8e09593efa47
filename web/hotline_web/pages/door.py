"""The door: first set-up, log in, log out, language. The only pages a stranger sees."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.errors import HotlineError
from hotline.storage.users import LoginRefused, TooManyTries
from hotline_web.languages import COOKIE as LANGUAGE_COOKIE
from hotline_web.languages import LANGUAGES, _
from hotline_web.security import safe_next
from hotline_web.sessions import accounts, device, forget, remember, secret, set_cookie

pages = Blueprint("door", __name__)

YEAR = 365 * 24 * 3600


@pages.route("/claim", methods=["GET", "POST"])
def claim() -> Response | str | tuple[str, int]:
    """Make the first account; the code proves that the visitor stands beside the box."""
    if not accounts().empty():
        return redirect("/login")
    if request.method == "GET":
        return render_template("claim.html")
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        accounts().claim(request.form.get("code", ""), name, password, _address())
        login = accounts().log_in(name, password, _address())
    except HotlineError as refusal:
        return render_template("claim.html", wrong=_told(refusal), name=name), _status(refusal)
    return _welcome(remember(redirect("/setup"), login))


@pages.route("/login", methods=["GET", "POST"])
def login() -> Response | str | tuple[str, int]:
    """Begin a session. A wrong name and a wrong password get the same answer."""
    onward = safe_next(request.values.get("next"))
    if request.method == "GET":
        return redirect(onward) if current_user.is_authenticated else _form(onward)
    name = request.form.get("name", "")
    try:
        begun = accounts().log_in(name, request.form.get("password", ""), _address(), device())
    except HotlineError as refusal:
        return _form(onward, name, _told(refusal)), _status(refusal)
    if current_user.is_authenticated:
        accounts().log_out(secret())
    return _welcome(remember(redirect(onward), begun))


@pages.post("/logout")
def logout() -> Response:
    """End this session here and on the server."""
    accounts().log_out(secret())
    session.clear()
    return forget(redirect("/login"))


@pages.post("/language")
def language() -> Response:
    """Speak another language from now on, on this device."""
    answer = redirect(safe_next(request.form.get("next")))
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        set_cookie(answer, LANGUAGE_COOKIE, wanted, YEAR)
    return answer


def _welcome(answer: Response) -> Response:
    # Whatever was known of this browser before it logged in is worth nothing afterwards.
    session.clear()
    return answer


def _form(onward: str, name: str = "", wrong: str = "") -> str:
    return render_template("login.html", next=onward, name=name, wrong=wrong)


def _address() -> str:
    return request.remote_addr or ""


def _told(refusal: HotlineError) -> str:
    if isinstance(refusal, TooManyTries):
        seconds = max(1, round(refusal.wait.total_seconds()))
        return _("Too many tries. Wait %(seconds)d seconds.", seconds=seconds)
    return f"{_(refusal.cause)} {_(refusal.action)}".strip()


def _status(refusal: HotlineError) -> int:
    if isinstance(refusal, TooManyTries):
        return 429
    return 401 if isinstance(refusal, LoginRefused) else 400
