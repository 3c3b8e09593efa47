"""The menu as a caller would hear it, without a call: the words, and where they are as sound."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hotline.calls.answers import Saying, Voice, answered, behind
from hotline.calls.menu import prompt_of
from hotline.calls.message import KEPT_DAYS
from hotline.control.messages.office import HeardWords, MenuTried, MenuTry
from hotline.media.catalogue import Prompt, key_name, menu_name
from hotline.routing.answers import as_of
from hotline.routing.menuwalk import (
    IMPLIED,
    NEEDS_PERSON,
    Leaving,
    Met,
    Stand,
    Turn,
    begin,
    leaving,
    offered,
    spoken,
    walked,
)
from hotline.routing.office import Do, Office
from hotline.routing.shifts import day_of

SILENCE = "_"


async def tried(
    office: Office, ask: MenuTry, now: datetime, voice: Voice | None = None
) -> MenuTried:
    """What is heard after the last key; as sound, too, if there is a voice."""
    office = as_of(office, day_of(office, now))
    way = walked(office, (None if key == SILENCE else key for key in ask.keys))
    out = leaving(office, way, not ask.closed)
    stand = way[-1].after if way else begin(office, office.language)
    language = stand.language if stand else office.language
    said = list(_said(office, way, stand, out, not ask.closed, now))
    files = [str(file) for one in said for file in await one.sound(voice)] if voice else []
    heard = ((one.language, one.text()) for one in said)
    return MenuTried(
        keys=ask.keys[: len(way)],
        language=language,
        heard=tuple(HeardWords(language=code, words=words) for code, words in heard if words),
        offered="" if out or stand is None else _keys(stand),
        leads=out.do if out else "",
        topic=out.topic if out else "",
        chosen=out is None or out.chosen is not None,
        files=tuple(files),
    )


def _keys(stand: Stand) -> str:
    return "".join(dict.fromkeys((*(key.key for key in stand.menu.keys), *IMPLIED)))


def _said(
    office: Office,
    way: list[Turn],
    stand: Stand | None,
    out: Leaving | None,
    open_now: bool,
    now: datetime,
) -> Iterator[Saying]:
    """After the greeting, or after the last key."""
    language = stand.language if stand else office.language
    if not way:
        yield _greeting(office, open_now)
    elif way[-1].met is Met.NO_KEY:
        yield Saying(language, Prompt.NO_KEY)
    elif way[-1].met is Met.WRONG_KEY:
        yield Saying(language, Prompt.WRONG_KEY)
    elif way[-1].met is Met.SAY and (chosen := way[-1].chosen):
        words, level = spoken(chosen.text, language, office), way[-1].after.menu.id
        yield Saying(language, words=words, own=key_name(level, chosen.key))
    if out is not None:
        yield from _left(office, language, out)
    elif way and way[-1].met is Met.ANSWER and (told := way[-1].chosen):
        yield from answered(office, told.target, language, now)
        yield behind(language, open_now)
    elif stand is not None:
        for one in offered(office, stand.menu, language, open_now):
            prompt, values = prompt_of(one)
            yield Saying(one.language, prompt, one.words, menu_name(stand.menu.id), values)


def _greeting(office: Office, open_now: bool) -> Saying:
    own = office.greeting if open_now else office.closed_greeting
    words = spoken(own, office.language, office)
    prompt = Prompt.GREETING_OPEN if open_now else Prompt.GREETING_CLOSED
    if words:
        return Saying(office.language, words=words, own=prompt)
    return Saying(office.language, prompt, values={"office": office.name})


def _left(office: Office, language: str, out: Leaving) -> Iterator[Saying]:
    """What is said to who leaves the menu."""
    if out.do is Do.STAFF:
        yield Saying(language, Prompt.STAFF_NUMBER)
    elif out.do is Do.CALLBACK:
        yield Saying(language, Prompt.CALLBACK_OWN, values={"caller": "022000000"})
    elif out.do in NEEDS_PERSON:
        if out.chosen and out.chosen.ask_why:
            yield Saying(language, Prompt.ASK_WHY)
        yield Saying(language, Prompt.PLEASE_HOLD)
    else:
        if out.chosen and out.chosen.do in NEEDS_PERSON:
            yield Saying(language, Prompt.NOBODY_NOW)
        if own := spoken(office.recording_notice, language, office):
            yield Saying(language, words=own, own=Prompt.RECORDING_NOTICE)
        else:
            values = {"office": office.name, "days": KEPT_DAYS}
            yield Saying(language, Prompt.RECORDING_NOTICE, values=values)
        complaint = out.do is Do.COMPLAINT
        yield Saying(language, Prompt.COMPLAINT_INTRO if complaint else Prompt.MESSAGE_INTRO)
