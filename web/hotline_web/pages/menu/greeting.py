"""What a caller hears before anything else, and what is never to be said."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from hotline_web.officeforms import NOTHING_WRONG, Sections, Wrong, looked_at, put_in_force
from hotline_web.pages.menu.frame import (
    as_seen,
    changed,
    kept,
    languages_of,
    pages,
    texts,
)

SAID = ("greeting", "closed_greeting")
ASKED = (*SAID, "never_said", "languages")


@pages.get("/greeting")
def greeting() -> str:
    """As it is."""
    held = looked_at(*ASKED)
    return _shown(held, {name: held[name] or {} for name in SAID}, held["never_said"] or [])


@pages.post("/greeting")
def greeting_put() -> Response | str:
    """The next caller is greeted so."""
    held = as_seen(*ASKED)
    languages = languages_of(held)
    given = {name: kept(held[name], texts(name, languages), languages) for name in SAID}
    never = [line.strip() for line in request.form.get("never_said", "").splitlines()]
    never = [line for line in never if line]
    sections = {**given, "never_said": never, "languages": languages}
    wrong = put_in_force(sections, held.seen)
    return _shown(held, given, never, wrong) if wrong else changed()


def _shown(
    held: Sections, given: dict[str, Any], never: list[str], wrong: Wrong = NOTHING_WRONG
) -> str:
    shown = {"never_said", *SAID}
    return render_template(
        "menu/greeting.html",
        given=given,
        never=never,
        codes=languages_of(held),
        seen=held.seen,
        wrong=wrong,
        beside=[words for place, words in wrong.places if not place or place[0] not in shown],
    )
