"""What callers hear before they are recorded; here it is read, heard and worded."""

from __future__ import annotations

from pathlib import Path

from flask import abort, request
from werkzeug.wrappers import Response

from hotline_web.desk import desk
from hotline_web.languages import LANGUAGES
from hotline_web.officeforms import NOTHING_WRONG, Wrong, looked_at, put_in_force
from hotline_web.pages.setup.frame import onward, pages, show
from hotline_web.sounds import sounds_of


@pages.get("/notice")
def notice() -> str:
    """The words, each with its sound."""
    held = looked_at("recording_notice")
    return _shown(held["recording_notice"], held.seen)


@pages.post("/notice")
def notice_put() -> Response | str:
    """Words of one's own; where there are none the box says its own."""
    seen = request.form.get("seen", "")
    own = {code: request.form.get(code, "").strip() for code in LANGUAGES}
    own = {code: text for code, text in own.items() if text}
    wrong = put_in_force({"recording_notice": own}, seen)
    return _shown(own, seen, wrong) if wrong else onward("notice")


@pages.get("/notice.wav")
def notice_sound() -> Response:
    """As a caller hears it, ?language=ro."""
    language = request.args.get("language", "")
    if language not in LANGUAGES:
        abort(404)
    return sounds_of(Path(sound) for sound in desk().control.notice_hear(language))


def _shown(own: dict[str, str], seen: str, wrong: Wrong = NOTHING_WRONG) -> str:
    return show("notice", texts=desk().control.notice_texts(), own=own, seen=seen, wrong=wrong)
