"""What the page writes into the audit by itself: every change somebody makes with it."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from flask_login import current_user

from hotline.clock import Clock
from hotline.errors import HotlineError
from hotline.storage.audit import Act, Entry
from hotline_web.desk import desk
from hotline_web.sessions import accounts

# These write their own lines, or are the daily work that stands with each call and case.
TOLD_THERE = (
    *("door.", "join.", "confirm.", "account.", "users.", "lines.", "inbox.", "calls."),
    *("network.", "wifi.", "backup."),
)
TOLD_TOO = frozenset(
    {
        *("people.confirm", "people.confirm_all", "people.forget", "people.resume"),
        *("people.pin", "people.forget_pin", "people.unlock", "duty.staff"),
        *("setup.people_confirm", "setup.people_confirm_all"),
        *("settings.begin_anew", "notices.mail", "notices.remove_mail", "notices.messenger"),
        *("notices.remove_messenger", "notices.again", "notices.give_up", "notices.try_out"),
        # Nothing is changed yet.
        *("people.look_through", "setup.people_list"),
    }
)

log = logging.getLogger(__name__)


def install(app: Flask, clock: Clock) -> None:
    """Note who changed something, after it went well."""

    @app.after_request
    def changed(answer: Response) -> Response:
        endpoint = request.endpoint or ""
        told = endpoint.startswith(TOLD_THERE) or endpoint in TOLD_TOO
        if request.method != "POST" or answer.status_code >= 400 or told:
            return answer
        if current_user.is_authenticated:
            entry = Entry(clock.now(), Act.CHANGED, by=current_user.name, thing=endpoint)
            _written(entry)
        return answer


def note_listening(thing: str) -> None:
    """Somebody listens to a recording; `thing` says which, such as "case 102"."""
    _note(Act.LISTENED, thing)


def note_export(thing: str) -> None:
    """Something is taken out of the box."""
    _note(Act.EXPORTED, thing)


def _note(act: Act, thing: str) -> None:
    if request.method == "GET":
        address = request.remote_addr or ""
        _written(Entry(desk().now, act, by=current_user.name, thing=thing, address=address))


def _written(entry: Entry) -> None:
    try:
        accounts().note(entry)
    except HotlineError as trouble:
        # What was asked for is done; a full disk must not take it from whoever makes room.
        log.warning("not in the audit: %s by %s: %s", entry.what, entry.by, trouble.cause)
