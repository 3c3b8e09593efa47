"""Call your hotline: the owner calls it from the page, and all happens that happens to a caller."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, render_template, request
from flask_login import current_user
from flask_sock import Sock

from hotline.options import FROM_THE_PAGE
from hotline.storage.calls import CallStory
from hotline_web import sessions
from hotline_web.calling import BUSY, Browser, carry, connected
from hotline_web.desk import desk

pages = Blueprint("tryout", __name__, url_prefix="/try")
sock = Sock()

LOOKED_THROUGH = 100  # of the newest calls
ENDING_S = 1.0


class Sessions:
    """Which sessions are in a call: each in one at most. Safe to share between threads."""

    def __init__(self) -> None:
        self._calling: set[str] = set()
        self._changed = threading.Condition()

    @contextmanager
    def one_call(self, session: str) -> Iterator[bool]:
        """While the block lasts the session is in a call; False if it is in one already."""
        with self._changed:
            # Who hangs up and calls again at once is not to find the call that is just ending.
            free = self._changed.wait_for(lambda: session not in self._calling, ENDING_S)
            self._calling.add(session)
        try:
            yield free
        finally:
            if free:
                with self._changed:
                    self._calling.discard(session)
                    self._changed.notify_all()


_sessions = Sessions()


@pages.before_request
def theirs() -> None:
    """Whoever may call, from a page of ours."""
    if not current_user.may_set_up:
        abort(403)
    if request.endpoint == "tryout.call" and not same_origin(request.headers.get("Origin")):
        abort(403)


def same_origin(origin: str | None) -> bool:
    """Was it a page of ours that opens the connection? Browsers send cookies for others, too."""
    asked = urlsplit(origin or "")
    return (asked.scheme, asked.netloc) == (request.scheme, request.host)


@pages.get("")
def page() -> str:
    """The button, the keys, and what happens."""
    status = desk().status
    numbers = [line.number for line in status.lines if line.number] if status else []
    found = _newest(0)
    return render_template("tryout.html", numbers=numbers, after=found.call.id if found else 0)


@pages.get("/steps")
def steps() -> str:
    """What has happened so far in my call, the first after that of the id `after`."""
    found = _newest(request.args.get("after", 0, type=int))
    path = desk().steps(found.steps) if found else []
    return render_template("_tryout.html", call=found.call if found else None, path=path)


@sock.route("/call", bp=pages)  # type: ignore[untyped-decorator]
def call(browser: Browser) -> None:
    """The call itself, for as long as the session lasts."""
    known, secret = sessions.accounts(), sessions.secret()
    with _sessions.one_call(secret) as free:
        wire = connected(current_app.extensions["settings"].calling_socket) if free else None
        if wire is None:
            browser.send(BUSY)
            return
        with wire:
            carry(browser, wire, current_user.name, lambda: bool(known.session(secret, seen=False)))


def _newest(after: int) -> CallStory | None:
    here = desk()
    for one in here.records.calls(LOOKED_THROUGH, None):
        if one.id > after and one.line == FROM_THE_PAGE and one.caller_name == current_user.name:
            return here.records.call(one.id)
    return None
