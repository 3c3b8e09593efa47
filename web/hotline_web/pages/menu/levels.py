"""One level: what is said for all of it, how long it waits for a key, how often."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from hotline.routing.menuwalk import MAIN
from hotline_web.menuedit import with_level, without_level
from hotline_web.menutree import names_of
from hotline_web.officeforms import NOTHING_WRONG, Sections, Wrong, looked_at, put_in_force
from hotline_web.pages.menu.frame import (
    as_seen,
    changed,
    elsewhere,
    kept,
    languages_of,
    listed,
    number,
    pages,
    texts,
)

ASKED = ("menus", "languages")


@pages.get("/level")
def level() -> str:
    """?level=0."""
    held = looked_at(*ASKED)
    menus = listed(held, "menus")
    at = number("level", len(menus))
    return _shown(held, at, menus[at])


@pages.post("/level")
def level_put() -> Response | str:
    """It is said so from the next call on."""
    held = as_seen(*ASKED)
    menus, languages = listed(held, "menus"), languages_of(held)
    at = number("level", len(menus))
    given = {
        "prompt": kept(menus[at].get("prompt"), texts("prompt", languages), languages),
        "wait_seconds": request.form.get("wait_seconds", ""),
        "tries": request.form.get("tries", ""),
    }
    wrong = _put(with_level(menus, at, given), held)
    return _shown(held, at, given, wrong) if wrong else changed(f"level-{at}")


@pages.post("/level/remove")
def remove_level() -> Response | str:
    """The level is gone, and the keys that led to it."""
    held = as_seen(*ASKED)
    menus = listed(held, "menus")
    at = number("level", len(menus))
    wrong = _put(without_level(menus, at), held)
    return _shown(held, at, menus[at], wrong) if wrong else changed()


def _put(menus: list[dict[str, Any]], held: Sections) -> Wrong:
    return put_in_force({"menus": menus, "languages": held["languages"]}, held.seen)


def _shown(held: Sections, at: int, given: dict[str, Any], wrong: Wrong = NOTHING_WRONG) -> str:
    menus = listed(held, "menus")
    return render_template(
        "menu/level.html",
        level=at,
        name=names_of(menus)[at][1],
        given=given,
        codes=languages_of(held),
        removable=menus[at]["id"] != MAIN,
        seen=held.seen,
        wrong=wrong,
        beside=elsewhere(wrong, "menus", at),
    )
