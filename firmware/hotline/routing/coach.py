"""What would make a menu better, as an old hand would say it: a cause and one thing to do. Pure.

Nothing here keeps an office from being used; what cannot stand is in `remarks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from hotline.routing.announced import announced, named
from hotline.routing.answers import over, over_soon
from hotline.routing.menuwalk import IMPLIED, MAIN, offered, spoken
from hotline.routing.office import Campaign, Do, Menu, Office
from hotline.routing.remarks import Place, Remark, listed, remarks_on
from hotline.routing.speaking import seconds_of
from hotline.routing.wording import days_in, praise_in
from hotline.said import say, together

LONGEST_S = 25.0  # until the first key: who waits longer presses 0 or hangs up
_OF_MENU = frozenset({"menus", "topics", "answers"})
_UNNAMED = frozenset({Do.STAFF, Do.REPEAT, Do.LANGUAGE})


def advice(office: Office, today: date) -> Iterator[Remark]:
    """Everything worth saying about what callers hear and press. today: by the office's wall."""
    yield from (one for one in remarks_on(office) if one.place[0] in _OF_MENU and not one.mistake)
    yield from _lengths(office)
    yield from _answers(office, today)
    for place, text in _texts(office):
        yield from _wording(office, place, text, today)
    for place, texts in _whole(office):
        yield from _missing(office, place, texts)
    for position, menu in enumerate(office.menus):
        yield from _keys(menu, ("menus", position))


def _lengths(office: Office) -> Iterator[Remark]:
    menu = office.menu(MAIN)
    if menu is None:
        return
    for language in office.languages:
        heard = [seconds_of(spoken(office.greeting, language, office), language)]
        for one in offered(office, menu, language, open_now=True):
            heard.append(seconds_of(one.words, one.language, one.kind))
        if sum(heard) > LONGEST_S:
            cause = say(
                "It takes %(seconds)s seconds until all choices are said (%(code)s).",
                seconds=round(sum(heard)),
                code=language,
            )
            action = say("Shorten the greeting, or take a key out.")
            yield Remark(("menus", office.menus.index(menu)), together(cause, action))


def _answers(office: Office, today: date) -> Iterator[Remark]:
    """What callers do not hear any more, and what they soon will not."""
    for position, answer in enumerate(office.answers):
        place, name = ("answers", position), spoken(answer.question, office.language, office)
        named_so = {"answer": name or answer.id, "day": answer.valid_until}
        if over(answer, today):
            cause = say(
                "The answer “%(answer)s” was good until %(day)s: callers who ask for it are led to"
                " a person.",
                **named_so,
            )
            yield Remark(place, together(cause, say("Look whether it is right, and date it anew.")))
        elif over_soon(answer, today):
            cause = say("The answer “%(answer)s” is good until %(day)s.", **named_so)
            yield Remark(place, together(cause, say("Look whether it is right, and date it anew.")))


def _wording(office: Office, place: Place, text: str, today: date) -> Iterator[Remark]:
    for day in days_in(text):
        if day < today:
            cause = say("This text speaks of %(day)s, which is past.", day=day.isoformat())
            yield Remark(place, together(cause, say("Write it anew, or take it out.")))
    for word in praise_in(text.replace(office.name, "")):
        cause = say("“%(word)s” praises or compares.", word=word)
        yield Remark(
            place, together(cause, say("Say what you do, and leave the praise to callers."))
        )
    for name in office.never_said:
        if name.casefold() in text.casefold():
            cause = say("“%(word)s” is never to be said.", word=name)
            yield Remark(place, together(cause, say("Take it out.")))


def _texts(office: Office) -> Iterator[tuple[Place, str]]:
    """Every text a caller can hear, with the place of its language."""
    for place, texts in _whole(office):
        for language, text in texts.items():
            yield (*place, language), text


def _whole(office: Office) -> Iterator[tuple[Place, Mapping[str, str]]]:
    """Every text in all its languages."""
    yield ("greeting",), office.greeting
    yield ("closed_greeting",), office.closed_greeting
    for position, campaign in enumerate(office.campaigns):
        yield from _of_campaign(("campaigns", position), campaign)
    for position, topic in enumerate(office.topics):
        yield ("topics", position, "name"), topic.name
    yield from _of_answers(office)
    for position, menu in enumerate(office.menus):
        yield ("menus", position, "prompt"), menu.prompt
        for number, key in enumerate(menu.keys):
            yield ("menus", position, "keys", number, "label"), key.label
            yield ("menus", position, "keys", number, "text"), key.text


def _of_answers(office: Office) -> Iterator[tuple[Place, Mapping[str, str]]]:
    for position, answer in enumerate(office.answers):
        yield ("answers", position, "text"), answer.text
        yield ("answers", position, "question"), answer.question
    yield ("address",), office.address


def _of_campaign(place: Place, campaign: Campaign) -> Iterator[tuple[Place, Mapping[str, str]]]:
    yield (*place, "greeting"), campaign.greeting
    yield (*place, "closed_greeting"), campaign.closed_greeting


def _missing(office: Office, place: Place, texts: Mapping[str, str]) -> Iterator[Remark]:
    """Said in some languages and not in others; of keys `remarks` tells."""
    missing = [code for code in office.languages if not texts.get(code)]
    if texts and missing and "keys" not in place:
        cause = say("This is not said in: %(codes)s.", codes=listed(missing))
        yield Remark(place, together(cause, say("Write it in every language of the office.")))


def _keys(menu: Menu, place: Place) -> Iterator[Remark]:
    """What is told of keys, and which there are."""
    there = {key.key for key in menu.keys} | set(IMPLIED)
    for language, text in menu.prompt.items():
        told = (*place, "prompt", language)
        yield from _absent(text, language, there, told)
        for key in menu.keys:
            if key.do not in _UNNAMED and key.key not in named(text, language):
                cause = say(
                    "Key %(key)s works, and these words do not name it (%(code)s).",
                    key=key.key,
                    code=language,
                )
                yield Remark(told, together(cause, say("Name the key, or remove it.")))
    for number, key in enumerate(menu.keys):
        for language, text in key.text.items():
            yield from _absent(text, language, there, (*place, "keys", number, "text", language))


def _absent(text: str, language: str, there: set[str], place: Place) -> Iterator[Remark]:
    for key in announced(text, language):
        if key not in there:
            cause = say("This text says to press %(key)s, and there is no such key.", key=key)
            yield Remark(place, together(cause, say("Add the key, or take it out of the text.")))
