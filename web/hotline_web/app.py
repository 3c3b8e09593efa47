"""The page put together: `create_app`; gunicorn runs what it returns."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, render_template, request, url_for
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from hotline.clock import Clock
from hotline.control.client import ServiceDown
from hotline.errors import HotlineError
from hotline.storage.accountschema import accounts_file, hand_over
from hotline.storage.invitations import Invitations
from hotline.storage.uploads import too_large
from hotline.storage.users import Accounts
from hotline_web import (
    auditing,
    confirming,
    desk,
    languages,
    largefiles,
    newpeople,
    pages,
    security,
    sessions,
)
from hotline_web.calling import PACKET_BYTES
from hotline_web.languages import _
from hotline_web.pages import prompts
from hotline_web.settings import Settings
from hotline_web.words import say

FORM_BYTES = 64 * 1024
PER_ADDRESS = "600 per minute"  # twenty open first pages; a flood is cheap to refuse
PER_CALENDAR = "60 per minute"  # no password stands before it, only the secret in its address
AT_THE_DOOR = "20 per minute"  # before any password is hashed; the accounts count more finely


def create_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """The whole page. Raises HotlineError when its own file or key cannot be used."""
    clock = clock or Clock()
    file = accounts_file(settings.data_dir)
    file.prepare(clock.now())
    hand_over(file.path, settings.data_dir)
    app = Flask(__name__)
    app.extensions["settings"] = settings
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config.update(
        SECRET_KEY=settings.key(),
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_PARTS=50,
        SOCK_SERVER_OPTIONS={"max_message_size": PACKET_BYTES},
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session it is made for
        # Our own Referrer-Policy lets the browser send none, so there is nothing to compare.
        WTF_CSRF_SSL_STRICT=False,
    )
    if settings.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    # Before everything else: a stranger is turned away unread, his answer dressed all the same.
    security.guard(app, settings)
    newpeople.make_room(app)
    limiter = _limiter(app)
    # Before a form is read for its token: how long it may be.
    prompts.allow_uploads(app)
    largefiles.allow(app)
    CSRFProtect(app)
    sessions.install(app, settings, Accounts(file, clock), Invitations(file, clock))
    confirming.install(app, clock)
    auditing.install(app, clock)
    languages.install(app)
    desk.install(app, settings, clock)
    pages.install(app)
    _limit(app, limiter)
    _explain(app)
    app.jinja_env.globals["asset"] = asset
    return app


def _limiter(app: Flask) -> Limiter:
    return Limiter(
        key_func=lambda: request.remote_addr or "",
        app=app,
        default_limits=[PER_ADDRESS],
        storage_uri="memory://",
    )


def _limit(app: Flask, limiter: Limiter) -> None:
    app.view_functions["static"] = limiter.exempt(app.view_functions["static"])  # type: ignore[assignment]
    feed = limiter.limit(PER_CALENDAR)(app.view_functions["calendar.feed"])
    app.view_functions["calendar.feed"] = feed  # type: ignore[assignment]
    at_the_door = limiter.limit(AT_THE_DOOR, methods=["POST"])
    for door in ("door.login", "door.code", "door.claim", "join.join", "confirm.confirm"):
        app.view_functions[door] = at_the_door(app.view_functions[door])  # type: ignore[assignment]


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((Path(__file__).parent / "static" / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file of the page; it changes when the file does."""
    return url_for("static", filename=name, v=_fingerprint(name))


def _explain(app: Flask) -> None:
    """Every error says what happened and one thing to do."""

    @app.errorhandler(HotlineError)
    def refused(trouble: HotlineError) -> tuple[str, int]:
        status = 503 if isinstance(trouble, ServiceDown) else 409
        return _problem(say(trouble.cause), say(trouble.action)), status

    @app.errorhandler(HTTPException)
    def wrong(trouble: HTTPException) -> tuple[str, int] | HTTPException:
        code = trouble.code or 500
        if code < 400:
            return trouble
        if code == 413 and request.endpoint == "prompts.upload":
            large = too_large()
            return _problem(say(large.cause), say(large.action)), code
        return _problem(*_sentence(code)), code


def _problem(sentence: str, action: str = "") -> str:
    return render_template("problem.html", sentence=sentence, action=action)


def _sentence(code: int) -> tuple[str, str]:
    known = {
        400: (_("This form was too old or not complete."), _("Go back, load the page again.")),
        403: (_("This is not allowed."), _("Ask the owner of the box.")),
        404: (_("There is nothing here."), _("It may have been deleted, its time being over.")),
        413: (_("This is too much text."), _("Make it shorter.")),
        421: (_("The box does not answer to this name."), _("Use the address on its label.")),
        429: (_("Too many requests."), _("Wait a minute.")),
        500: (_("The page made a mistake. Calls are not touched."), _("Try again.")),
    }
    return known.get(code, (_("This did not work."), _("Try again.")))
