"""Parts of the office on a page: looked at, changed by a form, put in force or sent back.

A form carries `seen` of what it was filled from in a hidden field. What the daemon refuses is said
at the fields: `wrong.at("people", 2, "number")`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask_login import current_user

from hotline.control.client import Refused
from hotline.said import together
from hotline.storage.officesections import mark_of, sections_of
from hotline_web.desk import desk
from hotline_web.words import beside, say

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Sections:
    """Some sections of the office, as its file writes them. seen: stands for what they say."""

    values: Mapping[str, Any]
    seen: str

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(frozen=True)
class Wrong:
    """Why a form was not taken. places: each problem and where it is; the rest is said above it."""

    cause: str = ""
    action: str = ""
    places: tuple[tuple[Place, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cause or self.places)

    def at(self, *place: str | int) -> str:
        """What is wrong at this place or inside it; "" if nothing is."""
        return " ".join(words for where, words in self.places if where[: len(place)] == place)

    def beside(self, *shown: str) -> tuple[str, ...]:
        """What is wrong outside these sections."""
        return tuple(words for where, words in self.places if not where or where[0] not in shown)


def told_at(refused: Refused, fields: Collection[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """What the daemon has against a form: above it, and at those of its fields that are meant.

    What stands above is still to be said.
    """
    if len(refused.places) != len(refused.problems) or not refused.places:
        return refused.problems or (together(refused.cause, refused.action),), {}
    top, at = list[str](), dict[str, str]()
    for problem, (place, words) in zip(refused.problems, refused.places, strict=True):
        key = str(place[-1]) if place else ""
        if key in fields:
            at[key] = beside(words)
        else:
            top.append(problem)
    return tuple(top), at


NOTHING_WRONG = Wrong()
LONGEST_MARK = 200  # a longer one was never ours, and is none of any office


def looked_at(*names: str) -> Sections:
    """What the office says under these keys now. Raises ServiceDown."""
    whole = sections_of(desk().control.office_get())
    return Sections({name: whole.get(name) for name in names}, mark_of(whole, names))


def put_in_force(sections: Mapping[str, Any], seen: str) -> Wrong:
    """In force for the next call, or what is wrong; `seen` of exactly these sections.

    Raises ServiceDown.
    """
    try:
        desk().control.office_set(dict(sections), seen[:LONGEST_MARK], current_user.name)
    except Refused as refusal:
        places = tuple((place, say(words)) for place, words in refusal.places)
        return Wrong(say(refusal.cause), say(refusal.action), places)
    return NOTHING_WRONG
