"""One group of settings as a form: what holds, what was typed, what would change.

A form carries what it was filled from, so that only what its writer changed is put, and only if
nobody else has changed just that meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from hotline.control.client import Refused
from hotline.control.messages.box import BoxAnswer, BoxSet
from hotline.storage.officesections import mark_of
from hotline.storage.users import Role
from hotline_web.desk import desk
from hotline_web.languages import _
from hotline_web.officeforms import LONGEST_MARK, NOTHING_WRONG, Place, Wrong, looked_at
from hotline_web.settingfields import Field, Value, field_of, in_words, mistake, read, to_send
from hotline_web.settingwords import Group, Setting
from hotline_web.words import beside, say

WAS, SEEN = "was:", "seen"
OF_TOPICS = ("strategy", "fallback")  # each topic has its own, at first that of the office


@dataclass(frozen=True)
class Line:
    """One setting in the form. held: as it stands. now: of the box, what is in force, in words,
    where that is something else.
    """

    setting: Setting
    field: Field
    value: Value
    held: Value
    held_words: str
    usual_words: str
    now: str = ""
    wrong: str = ""

    @property
    def was(self) -> str:
        """For the hidden field."""
        return json.dumps(self.held, ensure_ascii=False)

    @property
    def spot(self) -> str:
        """Its place on the page."""
        return self.setting.key.replace(".", "-")


@dataclass(frozen=True)
class Change:
    """One line of what would change, in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Held:
    """What holds now. later: what will, of the box; of the office it is the same."""

    now: Mapping[str, Value]
    later: Mapping[str, Value]
    seen: str = ""
    wrong: tuple[str, ...] = ()
    waits: bool = False

    @property
    def pending(self) -> bool:
        """Is something in force only once the box has begun anew?"""
        return self.now != self.later


def held_of(group: Group) -> Held:
    """Of all settings of the group. Raises ServiceDown."""
    keys = [one.key for one in group.settings]
    if group.of_box:
        return _of_box(desk().control.box_get(), keys)
    values = looked_at(*keys).values
    held = {key: "" if value is None else value for key, value in values.items()}
    return Held(held, held)


def lines_of(
    group: Group, held: Held, typed: Mapping[str, Value] | None = None, wrong: Wrong = NOTHING_WRONG
) -> list[Line]:
    """What the form shows: what was typed, else what holds."""
    people, found = names(), list[Line]()
    for one in group.settings:
        field, later = field_of(one.key), held.later[one.key]
        other = held.now[one.key] != later
        found.append(
            Line(
                one,
                field,
                (typed or {}).get(one.key, later),
                later,
                in_words(one, later, people),
                "" if field.usual is None else in_words(one, field.usual, people),
                in_words(one, held.now[one.key], people) if other else "",
                wrong.at(*_place(one.key)),
            )
        )
    return found


def typed_in(group: Group, form: MultiDict[str, str]) -> tuple[dict[str, Value], dict[str, Value]]:
    """What was changed in the form, and what it was filled from, by key."""
    changed, was = dict[str, Value](), dict[str, Value]()
    for one in group.settings:
        if field_of(one.key).fixed:
            continue
        was[one.key] = _filled_from(form.get(WAS + one.key))
        value = read(one.key, form, was[one.key])
        if value != was[one.key]:
            changed[one.key] = value
    return changed, was


def at_first_sight(changed: Mapping[str, Value]) -> Wrong:
    """What needs no daemon to be seen."""
    found = ((_place(key), mistake(key, value)) for key, value in changed.items())
    return Wrong(places=tuple((place, words) for place, words in found if words))


def put(
    group: Group,
    changed: Mapping[str, Value],
    was: Mapping[str, Value],
    seen: str,
    *,
    only_look: bool,
) -> Wrong:
    """Put what was changed in force, or only look what the daemon has against it."""
    sending = {key: to_send(key, value) for key, value in changed.items()}
    try:
        if group.of_box:
            desk().control.box_set(_box_set(sending, seen, only_look=only_look))
        else:
            held: dict[str, Any] = dict(was)
            if followed(changed):
                held["topics"] = looked_at("topics")["topics"]
                sending["topics"] = _following(held["topics"], changed, was)
            mark = mark_of(held, sending)
            by = current_user.name
            desk().control.office_set(sending, mark, by, only_look=only_look)
    except Refused as refusal:
        places = tuple((place, beside(words)) for place, words in refusal.places)
        if places:
            return Wrong(places=places)
        return Wrong(say(refusal.cause), say(refusal.action))
    return NOTHING_WRONG


def followed(changed: Mapping[str, Value]) -> bool:
    """Do topics say this, too, each for itself?"""
    return any(key in OF_TOPICS for key in changed)


def changes_of(
    group: Group, changed: Mapping[str, Value], was: Mapping[str, Value]
) -> list[Change]:
    """Each change as a line."""
    people = names()
    return [
        Change(
            _(one.name),
            in_words(one, was[one.key], people),
            in_words(one, changed[one.key], people),
        )
        for one in group.settings
        if one.key in changed
    ]


def names() -> dict[str, str]:
    """Of people, by id."""
    status = desk().status
    return {one.id: one.name for one in status.people} if status else {}


def _following(
    topics: list[dict[str, Any]], changed: Mapping[str, Value], was: Mapping[str, Value]
) -> list[dict[str, Any]]:
    """The topics, those that were as the office with what it says now."""
    return [
        topic
        | {key: changed[key] for key in OF_TOPICS if key in changed and topic.get(key) == was[key]}
        for topic in topics
    ]


def _of_box(answer: BoxAnswer, keys: list[str]) -> Held:
    every = {f"{one.section}.{one.key}": one for one in answer.settings}
    return Held(
        {key: _as_value(every[key].now) for key in keys},
        {key: _as_value(every[key].later) for key in keys},
        answer.seen,
        tuple(say(one) for one in answer.wrong),
        answer.waits,
    )


def _box_set(sending: Mapping[str, Any], seen: str, *, only_look: bool) -> BoxSet:
    sections = dict[str, dict[str, Any]]()
    for key, value in sending.items():
        section, name = key.split(".")
        sections.setdefault(section, {})[name] = value
    return BoxSet(
        sections=sections,
        seen=seen[:LONGEST_MARK],
        by=current_user.name,
        as_owner=current_user.role is Role.OWNER,
        only_look=only_look,
    )


def _filled_from(text: str | None) -> Value:
    """What stands in the hidden field; anything else was never ours."""
    try:
        value = json.loads(text or "")
    except ValueError:
        abort(400)
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in texts):
        abort(400)
    found: Value = value
    return found


def _as_value(value: bool | int | str | list[str]) -> Value:
    return value if isinstance(value, list) else str(value)


def _place(key: str) -> Place:
    return tuple(key.split("."))
