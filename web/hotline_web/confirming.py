"""What is asked for again: some pages want the password once more if it was given a while ago.

Whoever finds a browser open shall not be able to send calls elsewhere, to take a line's password
or to let somebody in. The form of such a page is asked for before it is shown. When the five
minutes pass while somebody types, the form waits here, in memory alone, and goes on after the
password: nothing typed is lost, and no secret in it is written anywhere or sent back.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import cast
from urllib.parse import urlencode

from flask import Flask, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.clock import Clock
from hotline.storage.users import digest_of
from hotline_web.sessions import secret

# Who may be rung and by which number, what lines and their passwords are, who may log in,
# and what takes the whole office out of the box. Files are not held: a page that takes one and
# stands here has to be asked for by its form first.
DANGEROUS = frozenset(
    {
        *("people.new", "people.add", "people.one", "people.put_one"),
        *("people.confirm", "people.confirm_all", "people.pin"),
        *("lines.new", "lines.use", "lines.change", "lines.remove"),
        *("setup.people_put", "setup.people_confirm", "setup.people_confirm_all"),
        "setup.office_file",
        *("backup.backup", "backup.make", "backup.file", "backup.bring", "backup.restore"),
        *("backup.back", "backup.copy", "backup.words"),
        *("update.page", "update.bring"),
        *("notices.mail", "notices.messenger", "notices.put_who"),
        "settings.change",  # what calls may cost is among them
        *("users.new", "users.invite", "users.change", "users.remove", "users.sign_out"),
        *("account.begin_code", "account.code", "account.switch_on", "account.switch_off"),
        "account.renew_codes",
    }
)
HELD_FOR = timedelta(minutes=5)
MOST_HELD = 20


@dataclass(frozen=True)
class Held:
    """A form that waits for the password. session: whose; body: as a browser sends it."""

    session: str
    path: str
    body: bytes
    at: datetime


class Waiting:
    """The forms that wait, in memory; any thread. A restart forgets them, as it should."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, Held] = {}
        self._lock = threading.Lock()

    def hold(self, session: str, path: str, body: bytes) -> str:
        """Keep a form; returns what to take it back with."""
        token, now = secrets.token_urlsafe(16), self._clock.now()
        with self._lock:
            self._forget_old(now)
            for oldest in list(self._held)[: len(self._held) - MOST_HELD + 1]:
                del self._held[oldest]
            self._held[token] = Held(digest_of(session), path, body, now)
        return token

    def take(self, session: str, token: str) -> Held | None:
        """The form, once, for the session that sent it; None when it waited for too long."""
        with self._lock:
            self._forget_old(self._clock.now())
            held = self._held.get(token)
            if held is None or held.session != digest_of(session):
                return None
            return self._held.pop(token)

    def _forget_old(self, now: datetime) -> None:
        for token, held in list(self._held.items()):
            if not timedelta(0) <= now - held.at < HELD_FOR:
                del self._held[token]


def install(app: Flask, clock: Clock) -> None:
    """Ask before every page that is dangerous. To be called after the door is in place."""
    app.extensions["waiting forms"] = Waiting(clock)

    @app.before_request
    def ask_again() -> Response | None:
        if request.endpoint not in DANGEROUS or current_user.fresh:
            return None
        if request.method in ("GET", "HEAD"):
            asking = url_for("confirm.confirm", next=request.full_path.rstrip("?"))
        else:
            body = urlencode(list(request.form.items(multi=True))).encode()
            path = request.full_path.rstrip("?")
            asking = url_for("confirm.confirm", held=waiting().hold(secret(), path, body))
        if request.headers.get("HX-Request"):
            return Response(status=401, headers={"HX-Redirect": asking})
        return redirect(asking)


def waiting() -> Waiting:
    """The forms that wait on this page."""
    return cast(Waiting, current_app.extensions["waiting forms"])


def go_on(held: Held) -> Response:
    """Do what the form asked for, as if it came now: every other door is passed once more."""
    path, _, query = held.path.partition("?")
    kept = {
        key: value
        for key, value in request.environ.items()
        if key.split(".")[0] not in ("werkzeug", "flask") and not key.startswith("HTTP_HX")
    }
    environ = kept | {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(held.body)),
        "wsgi.input": BytesIO(held.body),
    }
    app: Flask = cast(Callable[[], Flask], current_app._get_current_object)()  # type: ignore[attr-defined]
    with app.app_context(), app.request_context(environ):  # a `g` of its own: who is there is new
        return app.full_dispatch_request()
