"""People put into, changed in and taken out of the sections of an office file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PEOPLE, DIRECTORY = "people", "directory"
_ID_LIMIT = 36  # an office file takes 40; what tells two apart needs some
_NO_LETTER = re.compile(r"[^\w\u0300-\u036f]+|_+")

Sections = Mapping[str, Any]
Entry = dict[str, Any]


@dataclass(frozen=True)
class Hanging:
    """What goes with a person who is taken out. campaigns: ids of those that name them.

    emptied: those of them that name nobody else, and so would ring everybody. alone: ids of topics
    that nobody who is left knows.
    """

    shifts: int = 0
    absences: int = 0
    swaps: int = 0
    overflow: bool = False
    supervisor: bool = False
    campaigns: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Hanging()


def entries(sections: Sections, name: str) -> list[Entry]:
    """The items of one of the lists; none where the file has no such list."""
    given = sections.get(name)
    return [dict(one) for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def entry(sections: Sections, name: str, one_id: str) -> Entry | None:
    """The item of that id, or None."""
    return next((one for one in entries(sections, name) if one.get("id") == one_id), None)


def added(sections: Sections, name: str, new: Iterable[tuple[str, str]]) -> Entry:
    """The list with these (name, number) behind the others, each with an id of their own."""
    there = entries(sections, name)
    taken = {str(one.get("id")) for part in (PEOPLE, DIRECTORY) for one in entries(sections, part)}
    for called, number in new:
        one_id = new_id(called, taken)
        taken.add(one_id)
        there.append({"id": one_id, "name": called, "number": number})
    return {name: there}


def changed(sections: Sections, name: str, entry: Entry) -> Entry:
    """The list with this item in the place of the one of its id."""
    there = entries(sections, name)
    return {name: [entry if one.get("id") == entry["id"] else one for one in there]}


def without(sections: Sections, one_id: str) -> Entry:
    """The sections that are others without this person or entry, and all that hangs on them."""
    held = {
        PEOPLE: [one for one in entries(sections, PEOPLE) if one.get("id") != one_id],
        DIRECTORY: [one for one in entries(sections, DIRECTORY) if one.get("id") != one_id],
        "shifts": [one for one in entries(sections, "shifts") if one.get("person") != one_id],
        "absences": [one for one in entries(sections, "absences") if one.get("person") != one_id],
        "swaps": [one for one in entries(sections, "swaps") if one_id not in _both(one)],
        "campaigns": [_without_them(one, one_id) for one in entries(sections, "campaigns")],
        "overflow": [one for one in _words(sections.get("overflow")) if one != one_id],
        "supervisor": "" if sections.get("supervisor") == one_id else sections.get("supervisor"),
    }
    return {name: now for name, now in held.items() if now != (sections.get(name) or _empty(now))}


def hanging(sections: Sections, one_id: str) -> Hanging:
    """What is taken out together with this person."""
    left = without(sections, one_id)
    named = {
        str(one.get("id")): _words(one.get("people"))
        for one in entries(sections, "campaigns")
        if one_id in _words(one.get("people"))
    }

    def fewer(name: str) -> int:
        return len(entries(sections, name)) - len(left.get(name, entries(sections, name)))

    return Hanging(
        shifts=fewer("shifts"),
        absences=fewer("absences"),
        swaps=fewer("swaps"),
        overflow="overflow" in left,
        supervisor="supervisor" in left,
        campaigns=tuple(named),
        emptied=tuple(name for name, people in named.items() if len(people) == 1),
        alone=tuple(_alone(sections, one_id)),
    )


def new_id(name: str, taken: Collection[str]) -> str:
    """A short name for commands: the first word, else the whole name, else with a number."""
    plain = _NO_LETTER.sub("-", unicodedata.normalize("NFC", name).casefold()).strip("-")
    first = plain.split("-")[0]
    for one in (first[:_ID_LIMIT], plain[:_ID_LIMIT].strip("-")):
        if one and _may_begin(one) and one not in taken:
            return one
    stem = first[:_ID_LIMIT] if first and _may_begin(first) else "person"
    return next(one for n in range(1, len(taken) + 3) if (one := _numbered(stem, n)) not in taken)


def _numbered(stem: str, number: int) -> str:
    return stem if number == 1 else f"{stem}-{number}"


def _may_begin(one: str) -> bool:
    return re.match(r"[^\W_]", one) is not None


def _alone(sections: Sections, one_id: str) -> Iterable[str]:
    """Topics that this person knows and nobody else does."""
    people = entries(sections, PEOPLE)
    known = [_words(one.get("topics")) for one in people if one.get("id") != one_id]
    theirs = next((_words(o.get("topics")) for o in people if o.get("id") == one_id), None)
    for topic in () if theirs is None else entries(sections, "topics"):
        name = str(topic.get("id"))
        if (not theirs or name in theirs) and not any(not one or name in one for one in known):
            yield name


def _both(swap: Entry) -> list[str]:
    return _words(swap.get("between"))


def _without_them(campaign: Entry, one_id: str) -> Entry:
    if one_id not in _words(campaign.get("people")):
        return campaign
    return campaign | {"people": [one for one in _words(campaign["people"]) if one != one_id]}


def _words(given: Any) -> list[str]:
    return [str(one) for one in given] if isinstance(given, list) else []


def _empty(like: Any) -> Any:
    return type(like)() if like is not None else None
