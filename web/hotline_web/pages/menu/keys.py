"""One key: which it is, what it does, what is said of it."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from hotline_web.menuedit import KEYS, free_key, with_key, with_new_level, without_key
from hotline_web.menutree import names_of
from hotline_web.menuwords import NEW_LEVEL, choices
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

ASKED = ("menus", "topics", "languages", "answers")
ALL_KEYS = "0" + KEYS
# What 0 is called on a level that is new.
A_PERSON = {
    "en": "a person",
    "ro": "a vorbi cu un coleg",
    "ru": "Поговорить с сотрудником",
    "uk": "Поговорити з працівником",
}


@pages.get("/key")
def key() -> str:
    """?level=0&at=2; without `at` a key that is not there yet."""
    held = looked_at(*ASKED)
    menus = listed(held, "menus")
    level = number("level", len(menus))
    if "at" not in request.args:
        return _shown(held, level, None, {"key": free_key(menus[level]), "do": "person"})
    at = number("at", len(menus[level]["keys"]))
    return _shown(held, level, at, menus[level]["keys"][at])


@pages.post("/key")
def key_put() -> Response | str:
    """It is so from the next call on."""
    held = as_seen(*ASKED)
    menus, languages = listed(held, "menus"), languages_of(held)
    level = number("level", len(menus))
    new = "at" not in request.form
    at = None if new else number("at", len(menus[level]["keys"]))
    given = _given({} if at is None else menus[level]["keys"][at], languages)
    after = with_key(menus, level, at, given)
    if given["do"] == "menu" and given["target"] == NEW_LEVEL:
        after, name = with_new_level(
            menus, {code: text for code, text in A_PERSON.items() if code in languages}
        )
        after = with_key(after, level, at, {**given, "target": name})
    wrong = _put(after, held)
    return _shown(held, level, at, given, wrong) if wrong else changed(f"level-{level}")


@pages.post("/key/remove")
def remove_key() -> Response | str:
    """The key does nothing any more."""
    held = as_seen(*ASKED)
    menus = listed(held, "menus")
    level = number("level", len(menus))
    at = number("at", len(menus[level]["keys"]))
    wrong = _put(without_key(menus, level, at), held)
    if wrong:
        return _shown(held, level, at, menus[level]["keys"][at], wrong)
    return changed(f"level-{level}")


def _put(menus: list[dict[str, Any]], held: Sections) -> Wrong:
    unchanged = {name: held[name] for name in ASKED if name != "menus"}
    return put_in_force({"menus": menus, **unchanged}, held.seen)


def _given(before: dict[str, Any], languages: list[str]) -> dict[str, Any]:
    """The key as it was typed."""
    do, _, target = request.form.get("does", "").partition(":")
    given: dict[str, Any] = {
        "key": request.form.get("key", ""),
        "do": do,
        "label": kept(before.get("label"), texts("label", languages), languages),
    }
    if target:
        given["target"] = target
    if do == "say":
        given["text"] = kept(before.get("text"), texts("text", languages), languages)
    if do in ("person", "topic") and "ask_why" in request.form:
        given["ask_why"] = "true"
    return given


def _shown(
    held: Sections, level: int, at: int | None, given: dict[str, Any], wrong: Wrong = NOTHING_WRONG
) -> str:
    menus = listed(held, "menus")
    place = ("menus", level, "keys", len(menus[level]["keys"]) if at is None else at)
    names = names_of(menus)
    target = given.get("target", "")
    return render_template(
        "menu/key.html",
        level=level,
        level_name=names[level][1],
        at=at,
        given=given,
        does=f"{given['do']}:{target}" if target else given["do"],
        keys=ALL_KEYS,
        choices=list(
            choices(
                listed(held, "topics"),
                [n for n in names if n[0] != menus[level]["id"]],
                languages_of(held),
                listed(held, "answers"),
            )
        ),
        codes=languages_of(held),
        seen=held.seen,
        wrong=wrong,
        place=place,
        beside=elsewhere(wrong, *place),
    )
