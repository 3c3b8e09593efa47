"""Every sentence of an office that its people can speak themselves, for a list to read. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hotline.media import catalogue
from hotline.media.catalogue import Prompt
from hotline.routing.answers import ADDRESS, keys_to
from hotline.routing.menuwalk import spoken
from hotline.routing.office import Do, Menu, Office


class Group(StrEnum):
    """When it is heard, and by whom."""

    GREETING = "greeting"
    MENU = "menu"
    WAITING = "waiting"
    MESSAGE = "message"
    STAFF = "staff"
    TESTS = "tests"


@dataclass(frozen=True)
class Sentence:
    """name: of a recording of it. words: what callers hear now without one, to be read; text: the
    same where the office wrote it itself. prompt: of which the box makes it, if it has a text of
    its own for it. adds: after a recording the box speaks what only the call knows. what: of a menu
    its id, of a key the key.
    """

    name: str
    group: Group
    words: str
    text: str = ""
    prompt: Prompt | None = None
    adds: bool = False
    what: str = ""


# Their one sound could not say what differs from time to time in the middle of them.
ALWAYS_SPOKEN = frozenset(
    {
        *(Prompt.MENU_ITEM, Prompt.TALK_KEY, Prompt.STAFF_DUTY, Prompt.STAFF_WISH),
        *(Prompt.POSITION, Prompt.CALLBACK_OWN, Prompt.CALLBACK_READ),
        *(Prompt.ANSWER_OPEN, Prompt.ANSWER_CLOSED, Prompt.ANSWER_CLOSED_DAYS),
        *(Prompt.ANSWER_EMAIL, Prompt.ANSWER_SITE),
    }
)
_STARTS = {
    Group.GREETING: ("greeting", "recording_notice"),
    Group.MENU: ("menu", "language", "wrong_key", "no_key", "answer"),
    Group.WAITING: ("please", "still", "nobody", "ask_why", "callback"),
    Group.MESSAGE: ("message", "complaint", "disk", "survey", "goodbye", "line_error"),
    Group.TESTS: ("self_test", "learn", "measure", "roll_call"),
}


def sentences(office: Office, language: str, days: int) -> list[Sentence]:
    """All of them in one language, in the order in which they are met in a call. days: for which
    messages are kept.
    """
    order = list(Group)
    found = [
        Sentence(catalogue.ANNOUNCEMENT, Group.GREETING, ""),
        *_menus(office, language),
        *_answers(office, language),
        *(_of_box(office, language, prompt, days) for prompt in Prompt if _fits(office, prompt)),
    ]
    return sorted(found, key=lambda one: order.index(one.group))


def _fits(office: Office, prompt: Prompt) -> bool:
    if prompt in ALWAYS_SPOKEN:
        return False
    if prompt in catalogue.OF_WHY:
        return office.asks_why
    if prompt in catalogue.OF_ANSWERS:
        return has_key(office, Do.ANSWER)
    if prompt in catalogue.OF_CALL_ME_BACK:
        return has_key(office, Do.CALLBACK)
    staff = has_key(office, Do.STAFF)
    return staff or prompt not in catalogue.OF_STAFF


def has_key(office: Office, do: Do) -> bool:
    """Does any key of its menus do this?"""
    return any(key.do is do for menu in office.menus for key in menu.keys)


def _of_box(office: Office, language: str, prompt: Prompt, days: int) -> Sentence:
    own = {
        Prompt.GREETING_OPEN: office.greeting,
        Prompt.GREETING_CLOSED: office.closed_greeting,
        Prompt.RECORDING_NOTICE: office.recording_notice,
    }.get(prompt, {})
    text = own.get(language) or own.get(office.language, "")
    words = text or catalogue.shown(language, prompt, {"office": office.name, "days": days})
    adds = bool(catalogue.VALUES.get(prompt, frozenset()) - {"office", "days"}) and not text
    return Sentence(prompt, _group(prompt), words, text, prompt, adds)


def _group(prompt: Prompt) -> Group:
    found = (group for group, starts in _STARTS.items() if prompt.startswith(starts))
    return next(found, Group.STAFF)


def _menus(office: Office, language: str) -> Iterator[Sentence]:
    for menu in office.menus:
        if name := catalogue.menu_name(menu.id):
            text = menu.prompt.get(language) or menu.prompt.get(office.language, "")
            words = text or " ".join(_offers(menu, language, office.language))
            yield Sentence(name, Group.MENU, words, text, what=menu.id)
        for key in menu.keys:
            name = catalogue.key_name(menu.id, key.key)
            if key.do is Do.SAY and name:
                text = key.text.get(language) or key.text.get(office.language, "")
                yield Sentence(name, Group.MENU, text, text, what=key.key)


def _answers(office: Office, language: str) -> Iterator[Sentence]:
    """Of the office's own, and its address where a key leads to it."""
    for one in office.answers:
        if name := catalogue.answer_name(one.id):
            text = spoken(one.text, language, office)
            asked = spoken(one.question, language, office) or one.id
            yield Sentence(name, Group.MENU, text, text, what=asked)
    if office.answer(ADDRESS) is None and keys_to(office, ADDRESS) and office.address:
        text = spoken(office.address, language, office)
        yield Sentence(catalogue.answer_name(ADDRESS), Group.MENU, text, text, what=ADDRESS)


def _offers(menu: Menu, language: str, first: str) -> Iterator[str]:
    for key in menu.keys:
        label = key.label.get(language) or key.label.get(first, "")
        if label:
            digit = catalogue.digit_word(language, key.key) or key.key
            yield catalogue.shown(language, Prompt.MENU_ITEM, {"label": label, "key": digit})
