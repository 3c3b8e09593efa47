"""A caller's way through the menu: what is offered, and where a key leads. Pure.

No dead end: wrong keys and silence are counted together, and then lead on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from hotline.routing.answers import leads_to_person
from hotline.routing.office import Do, Fallback, Key, Menu, Office

MAIN = "main"
PERSON_KEY = "0"
REPEAT_KEY = "*"
BACK_KEY = "#"  # behind an answer
MOST_CHOICES = 25  # somebody who hears the menu so often is helped by a person, or is a machine
NEEDS_PERSON = frozenset({Do.PERSON, Do.TOPIC})
# 0 is a person and * repeats, even where the owner forgot to say so.
IMPLIED = {PERSON_KEY: Key(PERSON_KEY, Do.PERSON), REPEAT_KEY: Key(REPEAT_KEY, Do.REPEAT)}


class Kind(StrEnum):
    """What one sentence of a menu is."""

    OWN = "own"  # the owner's own words for the whole level
    KEY = "key"  # "for <label>, press <key>"
    LANGUAGE = "language"  # the same, in the language it offers
    PERSON = "person"  # that 0 is a person, where no key says so


@dataclass(frozen=True)
class Sentence:
    """One sentence a caller hears of a menu. words: of the owner, if any are in it."""

    kind: Kind
    language: str
    key: str = ""
    words: str = ""


@dataclass(frozen=True)
class Stand:
    """Where a caller stands in the menu. tries: in vain on this level. heard: so many times.

    answer: the key whose answer is told just now, and what follows it; "" for none.
    """

    menu: Menu
    language: str
    tries: int = 0
    heard: int = 0
    answer: str = ""

    @property
    def over(self) -> bool:
        """Has the menu been offered often enough?"""
        return self.tries >= self.menu.tries or self.heard >= MOST_CHOICES


class Met(StrEnum):
    """What a key, or none, met with."""

    NO_KEY = "no key"
    WRONG_KEY = "wrong key"
    BELOW = "below"  # another level
    SAY = "say"  # information, then the menu again
    ANSWER = "answer"  # an answer, then again, back or a person
    BACK = "back"  # from an answer to the menu
    LANGUAGE = "language"
    AGAIN = "again"
    WISH = "wish"  # it leads out of the menu: `chosen` says where


@dataclass(frozen=True)
class Turn:
    """One key, or none. after: where the caller stands then; it counts for nothing at a WISH."""

    met: Met
    after: Stand
    chosen: Key | None = None


def begin(office: Office, language: str) -> Stand | None:
    """Before the first key; None where the office has no menu."""
    menu = office.menu(MAIN)
    return None if menu is None else Stand(menu, language)


def turn(office: Office, stand: Stand, key: str | None) -> Turn:
    """Where this key leads, None for silence until the time was up.

    office: with the answers that may be said today; in place of another one somebody is rung.
    """
    if stand.answer and (behind := _behind_answer(stand, key)):
        return behind
    chosen = key_of(stand.menu, key)
    after = replace(stand, heard=stand.heard + 1, answer="")
    if chosen is None:
        met = Met.NO_KEY if key is None else Met.WRONG_KEY
        return Turn(met, replace(after, tries=stand.tries + 1))
    if chosen.do is Do.MENU:
        below = office.menu(chosen.target) or stand.menu
        return Turn(Met.BELOW, replace(after, menu=below, tries=0), chosen)
    if chosen.do is Do.SAY:
        return Turn(Met.SAY, after, chosen)
    if chosen.do is Do.LANGUAGE:
        return Turn(Met.LANGUAGE, replace(after, language=chosen.target), chosen)
    if chosen.do is Do.REPEAT:
        return Turn(Met.AGAIN, after, chosen)
    if leads_to_person(office, chosen):
        return Turn(Met.WISH, after, replace(chosen, do=Do.PERSON, target=""))
    if chosen.do is Do.ANSWER:
        return Turn(Met.ANSWER, replace(after, answer=chosen.key), chosen)
    return Turn(Met.WISH, after, chosen)


def _behind_answer(stand: Stand, key: str | None) -> Turn | None:
    """Star tells it again, hash or silence leads back, zero to a person; None for other keys, which
    are those of the menu.
    """
    told, after = key_of(stand.menu, stand.answer), replace(stand, heard=stand.heard + 1)
    if key == REPEAT_KEY:
        return Turn(Met.ANSWER, after, told)
    if key is None or key == BACK_KEY:
        return Turn(Met.BACK, replace(after, answer=""), told)
    if key == PERSON_KEY:
        own = key_of(stand.menu, PERSON_KEY)
        to_person = own if own and own.do in NEEDS_PERSON else IMPLIED[PERSON_KEY]
        return Turn(Met.WISH, replace(after, answer=""), to_person)
    return None


def key_of(menu: Menu, key: str | None) -> Key | None:
    """What the menu has under this key, implied ones too."""
    if key is None:
        return None
    return next((own for own in menu.keys if own.key == key), None) or IMPLIED.get(key)


def offered(office: Office, menu: Menu, language: str, open_now: bool) -> Iterator[Sentence]:
    """What the menu says; while closed, keys that need a person are not offered."""
    own = spoken(menu.prompt, language, office)
    if open_now and any(letter.isalnum() for letter in own):
        yield Sentence(Kind.OWN, language, words=own)
        return
    for key in menu.keys:
        label = spoken(key.label, language, office)
        if key.do is Do.LANGUAGE:
            # In the language it offers, and not for the one that is spoken already.
            if key.target != language:
                yield Sentence(Kind.LANGUAGE, key.target, key.key)
        elif label and (open_now or not _needs_person(office, key)):
            yield Sentence(Kind.KEY, language, key.key, label)
    if open_now and all(key.key != PERSON_KEY for key in menu.keys):
        yield Sentence(Kind.PERSON, language, PERSON_KEY)


def _needs_person(office: Office, key: Key) -> bool:
    return key.do in NEEDS_PERSON or leads_to_person(office, key)


def spoken(texts: Mapping[str, str], language: str, office: Office) -> str:
    """The office's own words in this language, or in its first one; "" where there are none."""
    return texts.get(language) or texts.get(office.language, "")


def walked(office: Office, keys: Iterable[str | None]) -> list[Turn]:
    """The way of a caller who presses these, one after another, as far as the menu goes."""
    way, stand = list[Turn](), begin(office, office.language)
    for key in keys:
        if stand is None or stand.over or (way and way[-1].met is Met.WISH):
            break
        way.append(turn(office, stand, key))
        stand = way[-1].after
    return way


@dataclass(frozen=True)
class Leaving:
    """How a caller leaves the menu. chosen: the key, None where nothing was chosen.

    do: PERSON or TOPIC (somebody is rung), MESSAGE, COMPLAINT, CALLBACK or STAFF.
    """

    do: Do
    topic: str = ""
    chosen: Key | None = None


def leaving(office: Office, way: list[Turn], open_now: bool) -> Leaving | None:
    """Where this way leads in the end; None while the caller is still in the menu."""
    if way and way[-1].met is Met.WISH and (chosen := way[-1].chosen):
        do = chosen.do
        if do in NEEDS_PERSON and not open_now:
            topic = office.topic(chosen.target)
            do = fallback_of(topic.fallback if topic else office.fallback)
        return Leaving(do, chosen.target, chosen)
    if (not way and begin(office, office.language) is None) or (way and way[-1].after.over):
        return Leaving(left_to(office, open_now))
    return None


def left_to(office: Office, open_now: bool) -> Do:
    """Where nothing was chosen: a person while the office is open, else its fallback."""
    return Do.PERSON if open_now else fallback_of(office.fallback)


def fallback_of(kind: Fallback) -> Do:
    """What a caller is asked for whom nobody takes."""
    return Do.COMPLAINT if kind is Fallback.COMPLAINT else Do.MESSAGE
