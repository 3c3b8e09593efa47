"""Answers by key: which there are, which of them may be said today. Pure.

Three of them are made of what the office says of itself, so that nothing is written twice. An
answer of the office's own that has the name of one of them is said in its place.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hotline.routing.office import Answer, Do, Key, Office

HOURS, ADDRESS, ONLINE = "hours", "address", "online"
OF_OFFICE = (HOURS, ADDRESS, ONLINE)
SOON = timedelta(days=7)  # before an answer is over, whoever keeps it right is told
AT_ONCE = timedelta(days=1)  # before it is over, it is time to do something about it


def over(answer: Answer, today: date) -> bool:
    """Is its last day past?"""
    return answer.valid_until is not None and answer.valid_until < today


def over_soon(answer: Answer, today: date) -> bool:
    """Will it be within a week?"""
    return answer.valid_until is not None and today <= answer.valid_until <= today + SOON


def needs_somebody(office: Office, answer: Answer, today: date) -> bool:
    """Is it over, or is today or tomorrow its last day, while a key leads to it?"""
    last = answer.valid_until
    return last is not None and last <= today + AT_ONCE and bool(keys_to(office, answer.id))


def as_of(office: Office, today: date) -> Office:
    """The office with the answers that may be said on this day."""
    if not any(over(one, today) for one in office.answers):
        return office
    return replace(office, answers=tuple(one for one in office.answers if not over(one, today)))


def can_say(office: Office, target: str) -> bool:
    """Is there anything to say under this id? office: as of the day."""
    own = office.answer(target)
    if own is not None:
        return any(own.text.values())
    return _of_office(office, target)


def leads_to_person(office: Office, key: Key) -> bool:
    """Is it an answer that may not be said now, so that somebody is rung instead?"""
    return key.do is Do.ANSWER and not can_say(office, key.target)


def ids(office: Office) -> tuple[str, ...]:
    """What a key may lead to: the office's own answers, then what it says of itself."""
    own = tuple(one.id for one in office.answers)
    return own + tuple(one for one in OF_OFFICE if one not in own)


def keys_to(office: Office, target: str) -> list[tuple[str, str]]:
    """The menu and the key of each key that leads to it."""
    return [
        (menu.id, key.key)
        for menu in office.menus
        for key in menu.keys
        if key.do is Do.ANSWER and key.target == target
    ]


def _of_office(office: Office, target: str) -> bool:
    return {
        HOURS: True,
        ADDRESS: any(office.address.values()),
        ONLINE: bool(office.email or office.website),
    }.get(target, False)
