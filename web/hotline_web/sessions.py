"""Who is there. A random secret in a cookie, everything else on the server."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Request, Response

from hotline.storage.invitations import Invitations
from hotline.storage.users import Accounts, Login, Role
from hotline.storage.users import User as Account
from hotline_web.settings import Settings

# Pages without a person behind them; everything else is closed to strangers.
OPEN_DOORS = frozenset(
    {
        *("static", "door.login", "door.code", "door.claim", "door.language"),
        *("calendar.feed", "join.join"),
    }
)
# Of them, those that lead nowhere while the box has no owner.
OWNED = frozenset({"door.login", "door.code", "join.join"})
# Asked by the page itself, not by a hand: they do not keep a session alive.
UNATTENDED = frozenset(
    {
        *("home.live", "lines.live", "network.live", "wifi.air", "tryout.steps"),
        *("setup.lines_live", "setup.people_live", "setup.test_lights"),
        *("backup.live", "update.live"),
        "notices.live",
    }
)
# What decides who is rung, what it may cost, and who answers at all.
SET_UP = frozenset(
    {
        *("people.confirm", "people.confirm_all", "people.forget", "people.measure"),
        *("people.resume", "people.pin", "people.forget_pin", "people.unlock"),
        "duty.answered_by",
        *("hours.put", "hours.put_day", "hours.take_out"),
        *("settings.change", "settings.begin_anew"),
        "lines.restart",
    }
)
# What everybody may do for themselves, whatever else they may.
OWN = frozenset(
    {
        *("door.logout", "confirm.confirm", "account.password", "account.others"),
        *("account.language", "account.begin_code", "account.switch_on", "account.switch_off"),
        "account.renew_codes",
    }
)
SESSION, DEVICE, FORM, HALF = "hotline", "device", "form", "half"
DEVICE_SECONDS = 365 * 24 * 3600


class Visitor(UserMixin):  # type: ignore[misc]
    """Somebody who has logged in. fresh: who has just shown who it is."""

    def __init__(self, account: Account, *, fresh: bool) -> None:
        self.name = account.name
        self.role = account.role
        self.fresh = fresh

    def get_id(self) -> str:
        """The account's name."""
        return self.name

    @property
    def may_change(self) -> bool:
        """An auditor looks and listens, and changes nothing."""
        return self.role is not Role.AUDITOR

    @property
    def may_set_up(self) -> bool:
        """Only who answers for the office decides what it is, what callers hear and calls cost."""
        return self.role in (Role.OWNER, Role.MANAGER)

    @property
    def owns(self) -> bool:
        """Only the owner decides who may be here."""
        return self.role is Role.OWNER


def install(app: Flask, settings: Settings, known: Accounts, asked: Invitations) -> None:
    """Close every page to strangers but the door, and name the cookies."""
    app.extensions["accounts"] = known
    app.extensions["invitations"] = asked
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name(FORM, settings),
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
    manager = LoginManager(app)
    manager.session_protection = None  # our session is not Flask's; see `visitor`

    @manager.request_loader  # type: ignore[untyped-decorator]
    def visitor(_: Request) -> Visitor | None:
        found = known.session(secret(), seen=request.endpoint not in UNATTENDED)
        return Visitor(found.user, fresh=found.fresh) if found else None

    @app.before_request
    def closed() -> Response | None:
        if request.endpoint in OPEN_DOORS:
            return _unclaimed(known) if request.endpoint in OWNED else None
        if answer := _unclaimed(known):
            return answer
        if not current_user.is_authenticated:
            return _to_the_door()
        if request.method not in ("GET", "HEAD", "OPTIONS") and not _may(request.endpoint):
            raise Forbidden
        return None


def _unclaimed(known: Accounts) -> Response | None:
    if not known.empty():
        return None
    if request.method not in ("GET", "HEAD"):
        raise Forbidden
    return redirect(url_for("door.claim"))


def _may(endpoint: str | None) -> bool:
    if endpoint in SET_UP:
        return bool(current_user.may_set_up)
    return endpoint in OWN or bool(current_user.may_change)


def _to_the_door() -> Response:
    asked = request.full_path.rstrip("?") if request.method == "GET" else "/"
    door = url_for("door.login", next=None if request.endpoint in UNATTENDED else asked)
    if request.headers.get("HX-Request"):
        # htmx follows a redirect silently and would put the log-in form into the page.
        return Response(status=401, headers={"HX-Redirect": door})
    return redirect(door)


def accounts() -> Accounts:
    """The accounts of this page."""
    return cast(Accounts, current_app.extensions["accounts"])


def invitations() -> Invitations:
    """Who is invited to this page."""
    return cast(Invitations, current_app.extensions["invitations"])


def secret() -> str:
    """The session's secret as the browser sent it."""
    return request.cookies.get(cookie_name(SESSION), "")


def device() -> str:
    """By what this browser is known from an earlier log-in."""
    return request.cookies.get(cookie_name(DEVICE), "")


def remember(answer: Response, login: Login) -> Response:
    """Give the browser its new session and the mark of the device."""
    set_cookie(answer, cookie_name(SESSION), login.session)
    set_cookie(answer, cookie_name(DEVICE), login.device, DEVICE_SECONDS)
    return answer


def forget(answer: Response, name: str = SESSION) -> Response:
    """Take the session from the browser; the device stays known."""
    answer.delete_cookie(
        cookie_name(name), secure=_settings().secure_cookies, httponly=True, samesite="Lax"
    )
    return answer


def half() -> str:
    """The secret of a log-in whose code is still asked for."""
    return request.cookies.get(cookie_name(HALF), "")


def set_cookie(answer: Response, name: str, value: str, seconds: int | None = None) -> None:
    """A cookie that no script reads and no other site sends. None: until the browser ends."""
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        secure=_settings().secure_cookies,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def cookie_name(name: str, settings: Settings | None = None) -> str:
    """With the prefix that ties it to this host, where TLS allows it."""
    return f"__Host-{name}" if (settings or _settings()).secure_cookies else name


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])
