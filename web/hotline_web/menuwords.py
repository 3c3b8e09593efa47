"""What the page says of keys and where they lead, in the visitor's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hotline.routing.answers import ADDRESS, HOURS, OF_OFFICE, ONLINE
from hotline.routing.office import Do, Fallback
from hotline_web.languages import LANGUAGES, _, spoken

NEW_LEVEL = "+"


def of(texts: Mapping[str, str] | None, otherwise: str = "") -> str:
    """A text of the office in the visitor's language, else in any."""
    texts = texts or {}
    return texts.get(spoken()) or next(iter(texts.values()), otherwise)


def answer_name(target: str, answers: Sequence[Mapping[str, Any]]) -> str:
    """What an answer is about: its question, or what of the office it tells."""
    for one in answers:
        if one["id"] == target:
            return of(one.get("question"), target)
    known = {
        HOURS: _("opening hours"),
        ADDRESS: _("address"),
        ONLINE: _("e-mail and site"),
    }
    return known.get(target, target)


def leads(
    key: Mapping[str, Any],
    topics: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Where a key leads, in a line."""
    target = key.get("target", "")
    topic = next((of(one.get("name"), one["id"]) for one in topics if one["id"] == target), target)
    return {
        Do.PERSON: _("rings whoever is on duty"),
        Do.TOPIC: _("rings who knows about %(topic)s", topic=topic),
        Do.MENU: _("leads to another level"),
        Do.SAY: _("says something, then the menu again"),
        Do.ANSWER: _("answers: %(question)s", question=answer_name(target, answers)),
        Do.CALLBACK: _("notes that the caller wants to be called back"),
        Do.MESSAGE: _("takes a message"),
        Do.COMPLAINT: _("takes a complaint about %(topic)s", topic=topic)
        if target
        else _("takes a complaint"),
        Do.LANGUAGE: _("goes on in another language: %(name)s", name=LANGUAGES.get(target, target)),
        Do.REPEAT: _("says the menu again"),
        Do.STAFF: _("opens the staff's menu, behind a PIN"),
    }[Do(key["do"])]


def choices(
    topics: Sequence[Mapping[str, Any]],
    levels: Sequence[tuple[str, str]],
    languages: Sequence[str],
    answers: Sequence[Mapping[str, Any]] = (),
) -> Iterator[tuple[str, str]]:
    """Everything a key can do: a value for the form, and words. levels: ids and names."""
    yield "person", _("Ring whoever is on duty")
    for one in topics:
        name = of(one.get("name"), one["id"])
        yield f"topic:{one['id']}", _("Ring who knows about: %(topic)s", topic=name)
    yield "say", _("Say something, then the menu again")
    own = [one["id"] for one in answers]
    for target in (*own, *(one for one in OF_OFFICE if one not in own)):
        name = answer_name(target, answers)
        yield f"answer:{target}", _("Answer: %(question)s", question=name)
    yield "callback", _("Note that the caller wants to be called back")
    yield "message", _("Take a message")
    yield "complaint", _("Take a complaint")
    for one in topics:
        name = of(one.get("name"), one["id"])
        yield f"complaint:{one['id']}", _("Take a complaint about: %(topic)s", topic=name)
    for level, name in levels:
        yield f"menu:{level}", _("Another level: %(name)s", name=name)
    yield f"menu:{NEW_LEVEL}", _("Another level, a new one")
    for code in languages:
        name = LANGUAGES.get(code, code)
        yield f"language:{code}", _("Go on in another language: %(name)s", name=name)
    yield "repeat", _("Say the menu again")
    yield "staff", _("The staff's menu, behind a PIN")


def in_vain(tries: int, fallback: str) -> str:
    """Where wrong keys and silence lead in the end."""
    if fallback == Fallback.COMPLAINT:
        return _(
            "After %(tries)s wrong keys or silences: a person; while closed, a complaint is taken.",
            tries=tries,
        )
    return _(
        "After %(tries)s wrong keys or silences: a person; while closed, a message is taken.",
        tries=tries,
    )


def ends(do: str, topic: str, *, chosen: bool) -> str:
    """Where a caller is who has left the menu."""
    if not chosen:
        return {
            Do.PERSON: _("Nothing was chosen, so whoever is on duty is rung."),
            Do.MESSAGE: _("Nothing was chosen, so a message is taken."),
            Do.COMPLAINT: _("Nothing was chosen, so a complaint is taken."),
        }[Do(do)]
    return {
        Do.PERSON: _("Whoever is on duty is rung."),
        Do.TOPIC: _("Who knows about %(topic)s is rung.", topic=topic),
        Do.CALLBACK: _("The caller says on which number, and somebody has to call."),
        Do.MESSAGE: _("The caller leaves a message."),
        Do.COMPLAINT: _("The caller leaves a complaint."),
        Do.STAFF: _("The staff's menu asks for a number and a PIN."),
    }[Do(do)]
