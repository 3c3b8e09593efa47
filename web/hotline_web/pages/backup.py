"""The whole box in one sealed file: made, kept elsewhere, and put back. The owner's alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.client import Refused
from hotline.control.messages.backup import (
    Amounts,
    BackupForget,
    BackupMake,
    NightCopies,
    NightWords,
    RestoreBack,
    RestoreDrop,
    RestoreOpen,
    RestoreTake,
)
from hotline.errors import HotlineError
from hotline.storage.passphrases import made, weak
from hotline.storage.users import Role
from hotline_web.auditing import note_export
from hotline_web.desk import desk
from hotline_web.languages import _
from hotline_web.largefiles import places
from hotline_web.words import say

pages = Blueprint("backup", __name__, url_prefix="/backup")

NOT_TAKEN = 422
LONGEST_NAME = 200
NIGHTS: tuple[Literal["on", "off", "now", "look"], ...] = ("on", "off", "now", "look")


@pages.before_request
def theirs() -> None:
    """It holds everything: every secret of the lines, every message."""
    if not _owner():
        abort(403)


@pages.get("")
def backup() -> str:
    """What backups there are, and what can be done with them."""
    return _shown()


@pages.get("/live")
def live() -> str:
    """How far the work is."""
    return render_template("backup/_work.html", now=desk().control.backup_look())


@pages.post("/make")
def make() -> Response | tuple[str, int]:
    """Begin to make one."""
    passphrase = request.form.get("passphrase", "")
    recordings = "recordings" in request.form
    wrong: dict[str, str] = {}
    if refusal := weak(passphrase):
        wrong["passphrase"] = _why(refusal)
    elif passphrase != request.form.get("again", ""):
        wrong["again"] = _("The two are not the same. Type it twice alike.")
    if not wrong:
        ask = BackupMake(passphrase=passphrase, recordings=recordings, by=current_user.name)
        try:
            desk().control.backup(ask)
        except Refused as refused:
            wrong["form"] = _why(refused)
    if wrong:
        return _shown(wrong, recordings=recordings), NOT_TAKEN
    return redirect(url_for("backup.backup"))


@pages.get("/file")
def file() -> Response:
    """The one that lies on the box, to be kept elsewhere."""
    held = desk().control.backup_look().made
    path = places().backups / held.file if held else None
    if path is None or not path.is_file():
        abort(404)
    note_export("backup")
    return send_file(path, "application/octet-stream", as_attachment=True)


@pages.post("/forget")
def forget() -> Response:
    """Delete it here, or stop making it."""
    return _done(lambda by: BackupForget(by=by))


@pages.post("/nights")
def nights() -> Response | tuple[str, int]:
    """Copies by night on, off, one now, or a look into one."""
    what = next((one for one in NIGHTS if one == request.form.get("do")), None) or abort(400)
    ask = NightCopies(
        what=what, copy_name=request.form.get("copy", "")[:LONGEST_NAME], by=current_user.name
    )
    try:
        desk().control.backup(ask)
    except Refused as refused:
        return _shown({"nights": _why(refused)}), NOT_TAKEN
    if what == "off":
        flash(_("The box copies itself no more. The copies that are there stay."), "good")
    return redirect(url_for("backup.backup"))


@pages.get("/copy")
def copy() -> Response:
    """The newest copy that was made by night, to be kept elsewhere."""
    held = desk().control.backup_look().nights
    path = places().nights / held.copies[0].file if held and held.copies else None
    if path is None or not path.is_file():
        abort(404)
    note_export("backup")
    return send_file(path, "application/octet-stream", as_attachment=True)


@pages.post("/words")
def words() -> str:
    """The passphrase of these copies: shown once, on this page alone."""
    return _shown(words=desk().control.night_words(NightWords(by=current_user.name)))


@pages.post("/bring")
def bring() -> Response | tuple[str, int]:
    """A backup from elsewhere is unpacked, and what is in it shown; nothing is in force by it."""
    given = request.files.get("backup")
    path = Path(str(given.stream.name)) if given is not None else None
    if given is None or path is None or not given.filename:
        if path:
            path.unlink(missing_ok=True)
        return _shown({"backup": _("Choose a file first.")}), NOT_TAKEN
    given.stream.close()
    ask = RestoreOpen(
        upload=path.name,
        passphrase=request.form.get("passphrase", "")[:200],
        by=current_user.name,
    )
    try:
        desk().control.backup(ask)
    except HotlineError as refused:
        path.unlink(missing_ok=True)
        return _shown({"backup": _why(refused)}), NOT_TAKEN
    return redirect(url_for("backup.backup"))


@pages.post("/drop")
def drop() -> Response:
    """It is not restored."""
    return _done(lambda by: RestoreDrop(by=by))


@pages.post("/restore")
def restore() -> Response | tuple[str, int]:
    """It takes the place of everything."""
    if "sure" not in request.form:
        return _shown({"sure": _("Tick this first.")}), NOT_TAKEN
    mark = request.form.get("mark", "")
    if not re.fullmatch("[0-9a-f]{16}", mark):
        abort(400)
    return _again(lambda by: RestoreTake(mark=mark, by=by))


@pages.post("/back")
def back() -> Response | tuple[str, int]:
    """What was before takes its place again."""
    if "sure" not in request.form:
        return _shown({"sure-back": _("Tick this first.")}), NOT_TAKEN
    return _again(lambda by: RestoreBack(by=by))


def _done(ask: Callable[[str], BackupForget | RestoreDrop]) -> Response:
    desk().control.backup(ask(current_user.name))
    return redirect(url_for("backup.backup"))


def _again(ask: Callable[[str], RestoreTake | RestoreBack]) -> Response:
    desk().control.backup(ask(current_user.name))
    flash(
        _("The box starts anew with what was restored. Log in with the password of that time."),
        "good",
    )
    return redirect(url_for("home.home"))


def _shown(wrong: dict[str, str] | None = None, *, recordings: bool = True, words: str = "") -> str:
    now = desk().control.backup_look()
    return render_template(
        "backup/backup.html",
        now=now,
        rows=_rows(now.unpacked.inside, now.unpacked.here) if now.unpacked else [],
        wrong=wrong or {},
        recordings=recordings,
        suggestion=made(),
        words=words,
    )


def _rows(inside: Amounts, here: Amounts) -> list[tuple[str, ...]]:
    """What, in the backup, on the box."""
    named = (
        (_("Office"), "office"),
        (_("People"), "people"),
        (_("Lines added on the page"), "lines"),
        (_("Calls"), "calls"),
        (_("Messages and complaints"), "cases"),
        (_("Recordings"), "recordings"),
        (_("Own sentences"), "sentences"),
        (_("Accounts of this page"), "accounts"),
    )
    sides = (inside, here)
    rows = [(name, *(str(getattr(one, key)) for one in sides)) for name, key in named]
    last = (desk().times.exactly(one.last_call) if one.last_call else "" for one in sides)
    rows.append((_("Last call"), *last))
    return [(name, *(words or "–" for words in held)) for name, *held in rows]


def _why(refused: HotlineError) -> str:
    return f"{say(refused.cause)} {say(refused.action)}".strip()


def _owner() -> bool:
    return bool(current_user.role is Role.OWNER)
