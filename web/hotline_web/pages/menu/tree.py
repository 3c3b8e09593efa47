"""The whole menu as a list, with what could be better; keys are said earlier or later from here."""

from __future__ import annotations

from flask import render_template, request
from werkzeug.wrappers import Response

from hotline.routing.coach import advice
from hotline.routing.shifts import day_of
from hotline.storage.officefile import read_stored_office
from hotline.storage.officesections import mark_of, sections_of
from hotline_web.desk import desk
from hotline_web.menuedit import moved
from hotline_web.menutree import Place, tree_of
from hotline_web.officeforms import NOTHING_WRONG, Wrong, put_in_force
from hotline_web.pages.menu.frame import as_seen, changed, listed, number, pages
from hotline_web.words import say


@pages.get("")
def tree() -> str:
    """What callers hear, and where each key leads."""
    return _shown()


@pages.post("/move")
def move() -> Response | str:
    """A key is said before or after its neighbour."""
    held = as_seen("menus")
    menus = listed(held, "menus")
    level = number("level", len(menus))
    at = number("at", len(menus[level]["keys"]))
    by = 1 if request.form.get("by") == "1" else -1
    wrong = put_in_force({"menus": moved(menus, level, at, by)}, held.seen)
    return _shown(wrong) if wrong else changed()


def _shown(wrong: Wrong = NOTHING_WRONG) -> str:
    yaml = desk().control.office_get()
    sections, (office, _) = sections_of(yaml), read_stored_office(yaml, "the office")
    found = list(advice(office, day_of(office, desk().now)))
    told = set[int]()

    def at(place: Place) -> list[str]:
        """What is to be said at this place, but for what is said at a key of it."""
        here = [
            (n, one)
            for n, one in enumerate(found)
            if one.place[: len(place)] == place and "keys" not in one.place[len(place) :]
        ]
        told.update(n for n, _ in here)
        return [say(one.words) for _, one in here]

    levels = tree_of(
        sections.get("menus") or [],
        sections.get("topics") or [],
        sections.get("campaigns") or [],
        office.fallback.value,
        at,
        sections.get("answers") or [],
    )
    topics = [(n, topic, at(("topics", n))) for n, topic in enumerate(sections.get("topics") or [])]
    greeting = [*at(("greeting",)), *at(("closed_greeting",))]
    return render_template(
        "menu/tree.html",
        levels=levels,
        topics=topics,
        office=office,
        greeting_advice=greeting,
        advice=[say(one.words) for n, one in enumerate(found) if n not in told],
        count=len(found),
        seen=mark_of(sections, ("menus",)),
        wrong=wrong,
    )
