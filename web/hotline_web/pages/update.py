"""A newer version of the whole box, from a file: it is tried, and stays only if it is well."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline import __version__
from hotline.storage.updates import LastUpdate, State, Updates
from hotline.storage.users import Role
from hotline_web import largefiles
from hotline_web.languages import _

pages = Blueprint("update", __name__, url_prefix="/update")

NOT_TAKEN = 422


@pages.before_request
def theirs() -> None:
    """It is another program from then on."""
    if current_user.role is not Role.OWNER:
        abort(403)


@pages.get("")
def page() -> str:
    """Which version runs, what became of the last update, and a way to bring one."""
    return _shown()


@pages.get("/live")
def live() -> str:
    """How far it is."""
    return render_template("update/_last.html", **_facts())


@pages.post("/bring")
def bring() -> Response | tuple[str, int]:
    """A file is handed to the box, which looks whether it is one for it."""
    given = request.files.get("bundle")
    path = Path(str(given.stream.name)) if given is not None else None
    if given is None or path is None or not given.filename:
        if path:
            path.unlink(missing_ok=True)
        return _shown({"bundle": _("Choose a file first.")}), NOT_TAKEN
    given.stream.close()
    updates = _updates()
    if updates.under_way:
        path.unlink(missing_ok=True)
        words = _("An update is being put in already. Wait until it is done.")
        return _shown({"bundle": words}), NOT_TAKEN
    updates.offer(path)
    return redirect(url_for("update.page"))


def _shown(wrong: dict[str, str] | None = None) -> str:
    return render_template("update/update.html", wrong=wrong or {}, **_facts())


def _facts() -> dict[str, object]:
    updates = _updates()
    last = updates.last()
    return {
        "version": __version__,
        "possible": updates.possible,
        "under_way": updates.under_way,
        "last": last,
        "words": words_of(last) if last else ("", "", ""),
    }


def words_of(last: LastUpdate) -> tuple[str, str, str]:
    """How it stands, good, wait or bad; a sentence; what it means or what to do."""
    version = last.version
    if last.state is State.WAITING:
        return "wait", _("The box waits until nobody calls."), _("Then it goes on by itself.")
    if last.state is State.INSTALLING:
        heading = _("Version %(version)s is being written.", version=version)
        return "wait", heading, _("Calls go on meanwhile. It takes some minutes.")
    if last.state is State.TRYING:
        heading = _("The box starts with version %(version)s.", version=version)
        return "wait", heading, _("For a few minutes nobody can call.")
    if last.state is State.UPDATED:
        return "good", _("The box was updated to version %(version)s.", version=version), ""
    if last.state is State.BACK:
        heading = _("Version %(version)s was tried, and the box went back.", version=version)
        return "bad", heading, _why_back(last.why)
    return "bad", _("The update was not taken."), _why_refused(last.why)


def _why_back(why: str) -> str:
    known = {
        "daemon": _("With it the hotline did not start. Records are as before; tell its maker."),
        "sip": _("With it the box did not answer calls. Records are as before; tell its maker."),
        "page": _("With it this page did not open. Records are as before; tell its maker."),
        "lines": _("With it a line did not work that did before. See that it works, try again."),
    }
    start = _("With it the box did not start. Records are as before; tell its maker.")
    return known.get(why, start)


def _why_refused(why: str) -> str:
    known = {
        "signature": _("It is not signed by who makes this box, or is damaged. Download it again."),
        "kind": _("It is for another kind of box. Take the file for this one."),
        "old": _("It is not newer than what runs here. Take a newer one."),
        "room": _("There is no room for it. Delete old recordings, then try again."),
        "write": _("It could not be written. Try again; if that happens twice, replace the card."),
        "cut": _("The power failed while it was written; nothing was changed. Bring it again."),
    }
    return known.get(why, _("The file is damaged. Download it again."))


def _updates() -> Updates:
    return Updates(largefiles.places().updates)
