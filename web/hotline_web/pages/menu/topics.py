"""What callers may want: keys lead to topics, and people know about them."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from hotline.errors import HotlineError
from hotline.routing.office import Fallback
from hotline_web.languages import _
from hotline_web.menuedit import new_id, users_of
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

ASKED = ("topics", "languages")


@pages.get("/topic")
def topic() -> str:
    """?topic=0; without it one that is not there yet."""
    held = looked_at(*ASKED)
    topics = listed(held, "topics")
    if "topic" not in request.args:
        return _shown(held, None, {"name": {}})
    at = number("topic", len(topics))
    return _shown(held, at, topics[at])


@pages.post("/topic")
def topic_put() -> Response | str:
    """It is so from the next call on."""
    held = as_seen(*ASKED)
    topics, languages = listed(held, "topics"), languages_of(held)
    at = None if "topic" not in request.form else number("topic", len(topics))
    before = {} if at is None else topics[at]
    given = {**before, "name": kept(before.get("name"), texts("name", languages), languages)}
    given["urgent"] = "true" if "urgent" in request.form else "false"
    given["fallback"] = request.form.get("fallback", "")
    if not given["name"]:
        told = Wrong(_("The topic has no name."), _("Write it in one language at least."))
        return _shown(held, at, given, told)
    if at is None:
        taken = {one["id"] for one in topics}
        given["id"] = new_id(next(iter(given["name"].values())), taken)
        topics.append(given)
    else:
        topics[at] = given
    wrong = _put(topics, held)
    return _shown(held, at, given, wrong) if wrong else changed("topics")


@pages.post("/topic/remove")
def remove_topic() -> Response:
    """The topic is gone. Refused while a key leads to it or somebody is there for it."""
    held = as_seen(*ASKED)
    topics, used = listed(held, "topics"), looked_at("menus", "people")
    at = number("topic", len(topics))
    gone = topics.pop(at)["id"]
    if keys := users_of(listed(used, "menus"), gone):
        raise HotlineError(
            _("Keys lead to this topic: %(keys)s.", keys=", ".join(keys)),
            _("Let them lead elsewhere first."),
        )
    who = [one["name"] for one in listed(used, "people") if gone in one.get("topics", ())]
    if who:
        raise HotlineError(
            _("This topic is one of the topics of %(people)s.", people=", ".join(who)),
            _("Change that on the page of your people first."),
        )
    if wrong := _put(topics, held):
        raise HotlineError(wrong.cause, wrong.action)
    return changed("topics")


def _put(topics: list[dict[str, Any]], held: Sections) -> Wrong:
    return put_in_force({"topics": topics, "languages": held["languages"]}, held.seen)


def _shown(
    held: Sections, at: int | None, given: dict[str, Any], wrong: Wrong = NOTHING_WRONG
) -> str:
    place = ("topics", len(listed(held, "topics")) if at is None else at)
    return render_template(
        "menu/topic.html",
        at=at,
        given=given,
        fallbacks=[
            (Fallback.MESSAGE, _("Take a message")),
            (Fallback.COMPLAINT, _("Take a complaint")),
        ],
        codes=languages_of(held),
        seen=held.seen,
        wrong=wrong,
        place=place,
        beside=elsewhere(wrong, *place),
    )
