"""Menus ready to be taken, one for each kind of office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from hotline.storage.menutemplate import SECTIONS, template, templates
from hotline.storage.officesections import mark_of, sections_of
from hotline_web import menuwords
from hotline_web.desk import desk
from hotline_web.officeforms import NOTHING_WRONG, Wrong, put_in_force
from hotline_web.pages.menu.frame import changed, pages


@dataclass(frozen=True)
class TemplateCard:
    """One of them as this office would have it. keys: each with its words and where it leads."""

    name: str
    title: str
    greeting: str
    keys: list[tuple[str, str, str]]


@pages.get("/templates")
def ready_made() -> str:
    """All of them."""
    return _shown()


@pages.post("/templates")
def take() -> Response | str:
    """This one, in place of what there is."""
    wrong = taken(request.form.get("name", ""), request.form.get("seen", ""))
    return _shown(wrong) if wrong else changed()


def taken(name: str, seen: str) -> Wrong:
    """Put a template in force, or what is wrong."""
    try:
        chosen = template(name)
    except KeyError:
        abort(404)
    held = sections_of(desk().control.office_get())
    return put_in_force(chosen.taken(_filled(held)), seen)


def cards() -> tuple[list[TemplateCard], str]:
    """Every template, and what stands for what it would replace."""
    held = sections_of(desk().control.office_get())
    return list(_cards(_filled(held))), mark_of(held, SECTIONS)


def _cards(whole: dict[str, Any]) -> Iterator[TemplateCard]:
    for one in templates():
        sections = one.taken(whole)
        topics = sections["topics"]
        yield TemplateCard(
            one.name,
            menuwords.of(one.title),
            menuwords.of(sections["greeting"]),
            [
                (key["key"], menuwords.of(key.get("label")), menuwords.leads(key, topics))
                for key in sections["menus"][0]["keys"]
            ],
        )


def _filled(held: dict[str, Any]) -> dict[str, Any]:
    """With an empty list where the office says nothing."""
    lists = ("menus", "topics", "people", "campaigns", "languages")
    return held | {name: held.get(name) or [] for name in lists}


def _shown(wrong: Wrong = NOTHING_WRONG) -> str:
    found, seen = cards()
    return render_template("menu/templates.html", cards=found, seen=seen, wrong=wrong)
