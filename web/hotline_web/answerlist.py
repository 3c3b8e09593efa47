"""The answers of the office as the page lists them: in what state, and where each is heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hotline.routing.answers import (
    OF_OFFICE,
    can_say,
    keys_to,
    needs_somebody,
    over,
    over_soon,
)
from hotline.routing.coach import advice
from hotline.routing.office import Answer, Office
from hotline_web import menuwords
from hotline_web.hoursforms import day_words
from hotline_web.languages import _
from hotline_web.menutree import names_of
from hotline_web.words import say


@dataclass(frozen=True)
class AnswerShown:
    """One answer. at: its place in the office, None for what the office says of itself. used: where
    a key leads to it. owner: the name of who keeps it right. sayable: is there anything to hear?
    """

    id: str
    at: int | None
    name: str
    level: str
    state: str
    used: list[str]
    advice: list[str]
    answer: Answer | None = None
    owner: str = ""
    sayable: bool = True


def own_answers(office: Office, today: date) -> list[AnswerShown]:
    """Those that the office wrote, in their order."""
    told = [one for one in advice(office, today) if one.place[0] == "answers"]
    return [
        AnswerShown(
            one.id,
            at,
            menuwords.of(one.question, one.id),
            *_state(one, today),
            _used(office, one.id),
            [say(remark.words) for remark in told if remark.place[1] == at],
            one,
            _name(office, one.owner),
        )
        for at, one in enumerate(office.answers)
    ]


@dataclass(frozen=True)
class AnswerEnding:
    """One that callers are not told any more, or soon will not be. at: its place in the office."""

    at: int
    name: str
    level: str
    state: str


def ending(office: Office, today: date) -> list[AnswerEnding]:
    """Those for which somebody has to do something now."""
    return [
        AnswerEnding(at, menuwords.of(one.question, one.id), *_state(one, today))
        for at, one in enumerate(office.answers)
        if needs_somebody(office, one, today)
    ]


def _name(office: Office, person: str) -> str:
    known = office.person(person)
    return known.name if known else ""


def of_office(office: Office) -> list[AnswerShown]:
    """Those that are made of what it says of itself."""
    return list(_of_office(office))


def _of_office(office: Office) -> Iterator[AnswerShown]:
    for name in OF_OFFICE:
        if office.answer(name) is None:
            there = can_say(office, name)
            words = _("as the office says it") if there else _("nothing is written yet")
            yield AnswerShown(
                id=name,
                at=None,
                name=menuwords.answer_name(name, ()),
                level="good" if there else "",
                state=words,
                used=_used(office, name),
                advice=[],
                sayable=there,
            )


def _state(answer: Answer, today: date) -> tuple[str, str]:
    if answer.valid_until is None:
        return "good", _("good without an end")
    day = day_words(answer.valid_until.isoformat())
    if over(answer, today):
        return "bad", _("past since %(day)s: callers are led to a person", day=day)
    if over_soon(answer, today):
        return "wait", _("good until %(day)s only", day=day)
    return "good", _("good until %(day)s", day=day)


def _used(office: Office, target: str) -> list[str]:
    levels = [
        {"id": menu.id, "keys": [_key(key.key, key.do, key.target, key.label) for key in menu.keys]}
        for menu in office.menus
    ]
    names = dict(names_of(levels))
    return [
        _("key %(key)s: %(level)s", key=key, level=names.get(menu, menu))
        for menu, key in keys_to(office, target)
    ]


def _key(key: str, do: str, target: str, label: dict[str, str]) -> dict[str, object]:
    return {"key": key, "do": do, "target": target, "label": label}
