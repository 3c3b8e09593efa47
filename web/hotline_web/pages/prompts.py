"""What callers hear: each sentence in each language, to listen to, to say oneself, to take back."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
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
from hotline.control.messages.prompts import (
    LONGEST_WORDS,
    Announce,
    AnnouncementNow,
    PromptRevert,
)
from hotline.errors import HotlineError
from hotline.said import together
from hotline.storage.ownprompts import OwnPrompts
from hotline.storage.places import Places
from hotline.storage.uploads import LARGEST_UPLOAD, Uploads, too_large
from hotline_web.desk import desk, instant
from hotline_web.languages import _
from hotline_web.settings import Settings
from hotline_web.sounds import sound_of
from hotline_web.words import say

pages = Blueprint("prompts", __name__, url_prefix="/prompts")

FORM_AROUND = 16 * 1024  # bytes of a form beside the file in it
NOT_TAKEN = 422
USUAL_HOURS = 4  # of an announcement
LANGUAGE, NAME = re.compile(r"[a-z]{2}"), re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")


def allow_uploads(app: Flask) -> None:
    """Let who may set up send a whole sound; nobody else's request becomes longer by it."""

    @app.before_request
    def longer() -> None:
        if request.endpoint != "prompts.upload" or not current_user.is_authenticated:
            return
        if current_user.may_set_up:
            request.max_content_length = LARGEST_UPLOAD + FORM_AROUND


@pages.before_request
def theirs() -> None:
    """Everybody of the office may listen; only some may change what is heard."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and not current_user.may_set_up:
        abort(403)
    given = request.view_args or {}
    if not LANGUAGE.fullmatch(given.get("language", "en")):
        abort(404)
    if not NAME.fullmatch(given.get("name", "x")):
        abort(404)


@pages.get("")
def prompts() -> str:
    """Every sentence of a language."""
    asked = request.args.get("language", "")
    found = desk().control.prompts(asked if LANGUAGE.fullmatch(asked) else "")
    return render_template("prompts.html", found=found, own=sum(one.own for one in found.sentences))


@pages.get("/<string(length=2):language>/<name>")
def sentence(language: str, name: str) -> str:
    """One of them."""
    return _sentence(language, name)


@pages.get("/<string(length=2):language>/<name>/now")
def heard(language: str, name: str) -> Response:
    """How callers hear it now: the very samples that go to the telephone."""
    files = [Path(file) for file in desk().control.prompt_hear(language, name)]
    if not files:
        abort(404)
    return sound_of(files[0]) if len(files) == 1 else _one_after_another(files)


@pages.get("/<string(length=2):language>/<name>/<int:number>")
def version(language: str, name: str, number: int) -> Response:
    """One of its sounds."""
    path = OwnPrompts(_places().own_prompts).path(language, name, min(number, 999_999))
    if path is None:
        abort(404)
    return sound_of(path)


@pages.post("/<string(length=2):language>/<name>/upload")
def upload(language: str, name: str) -> Response | tuple[str, int]:
    """A sound file, or what was recorded on the page."""
    here, given = desk(), request.files.get("sound")
    if given is None or not given.filename:
        return _refused(language, name, "sound", _("Choose a file first."))
    path = Uploads(_places().uploads).new(here.now)
    try:
        given.save(path)
        if path.stat().st_size > LARGEST_UPLOAD:
            return _refused(language, name, "sound", _why(too_large()))
        here.control.prompt_put(language, name, path.name, current_user.name)
    except Refused as refused:
        return _refused(language, name, "sound", _why(refused))
    finally:
        path.unlink(missing_ok=True)
    return _changed(language, name)


@pages.post("/<string(length=2):language>/<name>/text")
def text(language: str, name: str) -> Response | tuple[str, int]:
    """Other words, spoken by the box."""
    words = " ".join(request.form.get("text", "").split())
    if not words or len(words) > LONGEST_WORDS:
        wrong = _("Type what callers are to hear.") if not words else ""
        wrong = wrong or _("Use at most %(n)s letters.", n=LONGEST_WORDS)
        return _refused(language, name, "text", wrong, words)
    try:
        desk().control.prompt_text(language, name, words, current_user.name)
    except Refused as refused:
        return _refused(language, name, "text", _why(refused), words)
    return _changed(language, name)


@pages.post("/<string(length=2):language>/<name>/revert")
def revert(language: str, name: str) -> Response:
    """An earlier version again, or the box's own words."""
    number = request.form.get("number", type=int)
    if number is None or not 0 <= number <= 999_999:
        abort(400)
    ask = PromptRevert(language=language, name=name, number=number, by=current_user.name)
    desk().control.change(ask)
    return _changed(language, name)


@pages.get("/announcement")
def announcement() -> str:
    """What every caller hears first for a while."""
    now = desk().control.announcement()
    return _announcement(now, now.text, desk().now + timedelta(hours=USUAL_HOURS))


@pages.post("/announcement")
def announce() -> Response | tuple[str, int]:
    """Switch it on, or change it."""
    here = desk()
    now = here.control.announcement()
    typed = {code: request.form.get(f"text-{code}", "").strip() for code in now.languages}
    wanted = instant(request.form.get("until", ""))
    wrong, too_long = {}, _("Use at most %(n)s letters.", n=LONGEST_WORDS)
    if wanted is None or wanted <= here.now:
        wrong["until"] = _("Choose a time that is still to come.")
    for code, words in typed.items():
        if len(words) > LONGEST_WORDS:
            wrong[code] = too_long
    if not wrong:
        try:
            here.control.announce(Announce(until=wanted, text=typed, by=current_user.name))
        except Refused as refused:
            wrong["form"] = _why(refused)
    if wrong:
        return _announcement(now, typed, wanted, wrong), NOT_TAKEN
    flash(_("Every caller hears your announcement from now on."), "good")
    return redirect(url_for("prompts.announcement"))


@pages.post("/announcement/off")
def switch_off() -> Response:
    """No announcement any more."""
    desk().control.announce(Announce(by=current_user.name))
    flash(_("The announcement is switched off."), "good")
    return redirect(url_for("prompts.announcement"))


def _announcement(
    now: AnnouncementNow,
    typed: Mapping[str, str],
    until: datetime | None,
    wrong: Mapping[str, str] | None = None,
) -> str:
    here = desk()
    shown = now.until if now.on and not wrong and now.until else until
    local = shown.astimezone(here.times.zone) if shown else None
    return render_template(
        "announcement.html",
        now=now,
        typed=typed,
        until_field=f"{local:%Y-%m-%dT%H:%M}" if local else "",
        wrong=wrong or {},
        longest=LONGEST_WORDS,
    )


def _sentence(
    language: str, name: str, field: str = "", wrong: str = "", typed: str | None = None
) -> str:
    found = desk().control.prompt_look(language, name)
    return render_template(
        "sentence.html",
        code=language,
        sentence=found.sentence,
        versions=found.versions,
        dial_code=found.dial_code,
        staff_key=found.staff_key,
        field=field,
        wrong=wrong,
        typed=typed,
        longest=LONGEST_WORDS,
        megabytes=LARGEST_UPLOAD >> 20,
    )


def _refused(
    language: str, name: str, field: str, wrong: str, typed: str | None = None
) -> tuple[str, int]:
    return _sentence(language, name, field, wrong, typed), NOT_TAKEN


def _why(refused: HotlineError) -> str:
    return say(together(refused.cause, refused.action))


def _changed(language: str, name: str) -> Response:
    flash(_("The next caller hears it like this."), "good")
    return redirect(url_for("prompts.sentence", language=language, name=name))


def _one_after_another(files: Sequence[Path]) -> Response:
    whole = io.BytesIO()
    with wave.open(whole, "wb") as joined:
        for number, path in enumerate(files):
            with wave.open(str(path), "rb") as part:
                if number == 0:
                    joined.setparams(part.getparams())
                joined.writeframes(part.readframes(part.getnframes()))
    whole.seek(0)
    return send_file(whole, mimetype="audio/wav", conditional=True, max_age=0)


def _places() -> Places:
    return Places(cast(Settings, current_app.extensions["settings"]).data_dir)
