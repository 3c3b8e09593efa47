"""The door: first set-up, log in, log out, language. The only pages a stranger sees."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.errors import HotlineError
from hotline.storage.secondfactor import WrongCode
from hotline.storage.users import HALF_LIFE, CodeWanted, Login, LoginRefused, TooManyTries
from hotline_web.browsers import browser_words
from hotline_web.languages import COOKIE as LANGUAGE_COOKIE
from hotline_web.languages import LANGUAGES, _
from hotline_web.security import safe_next
from hotline_web.sessions import (
    HALF,
    accounts,
    cookie_name,
    device,
    forget,
    half,
    remember,
    secret,
    set_cookie,
)
from hotline_web.settings import Settings
from hotline_web.words import say

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
        accounts().claim(request.form.get("code", ""), name, password, address())
        cast(Settings, current_app.extensions["settings"]).claimed()
        login = accounts().log_in(name, password, address(), browser=browser())
    except HotlineError as refusal:
        return render_template("claim.html", wrong=told(refusal), name=name), status(refusal)
    return _welcome(remember(redirect("/setup"), login))


@pages.route("/login", methods=["GET", "POST"])
def login() -> Response | str | tuple[str, int]:
    """Begin a session. A wrong name and a wrong password get the same answer."""
    onward = safe_next(request.values.get("next"))
    if request.method == "GET":
        return redirect(onward) if current_user.is_authenticated else _form(onward)
    name = request.form.get("name", "")
    try:
        begun = accounts().log_in(
            name, request.form.get("password", ""), address(), device(), browser()
        )
    except CodeWanted as wanted:
        answer = redirect(url_for("door.code", next=onward))
        seconds = round(HALF_LIFE.total_seconds())
        set_cookie(answer, cookie_name(HALF), wanted.half, seconds)
        return answer
    except HotlineError as refusal:
        return _form(onward, name, told(refusal)), status(refusal)
    return _inside(onward, begun)


@pages.route("/login/code", methods=["GET", "POST"])
def code() -> Response | str | tuple[str, int]:
    """The second half of logging in, for whom it takes a code."""
    onward = safe_next(request.values.get("next"))
    if accounts().half(half()) is None:
        return redirect(url_for("door.login", next=onward))
    if request.method == "GET":
        return render_template("login_code.html", next=onward)
    try:
        begun = accounts().log_in_with_code(
            half(), request.form.get("code", ""), address(), device(), browser()
        )
    except HotlineError as refusal:
        wrong = told(refusal)
        return render_template("login_code.html", next=onward, wrong=wrong), status(refusal)
    return forget(_inside(onward, begun), HALF)


@pages.post("/logout")
def logout() -> Response:
    """End this session here and on the server."""
    accounts().log_out(secret(), address())
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


def enter(onward: str, begun: Login) -> Response:
    """The browser is inside from now on, and speaks the account's language."""
    answer = remember(redirect(onward), begun)
    found = accounts().session(begun.session)
    if found and found.user.language in LANGUAGES:
        set_cookie(answer, LANGUAGE_COOKIE, found.user.language, YEAR)
    return _welcome(answer)


def _inside(onward: str, begun: Login) -> Response:
    if current_user.is_authenticated:
        accounts().log_out(secret(), address())
    return enter(onward, begun)


def _welcome(answer: Response) -> Response:
    # Whatever was known of this browser before it logged in is worth nothing afterwards.
    session.clear()
    return answer


def _form(onward: str, name: str = "", wrong: str = "") -> str:
    return render_template("login.html", next=onward, name=name, wrong=wrong)


def address() -> str:
    """From where this request comes."""
    return request.remote_addr or ""


def browser() -> str:
    """What this browser is, in words."""
    return browser_words(request.user_agent.string)


def told(refusal: HotlineError) -> str:
    """Why it was refused and what to do, in the visitor's language."""
    if isinstance(refusal, TooManyTries):
        seconds = max(1, round(refusal.wait.total_seconds()))
        return _("Too many tries. Wait %(seconds)d seconds.", seconds=seconds)
    return f"{say(refusal.cause)} {say(refusal.action)}".strip()


def status(refusal: HotlineError) -> int:
    """The number that goes with it."""
    if isinstance(refusal, TooManyTries):
        return 429
    return 401 if isinstance(refusal, LoginRefused | WrongCode) else 400
