"""The menu as a caller would hear it, without a call: the words, and where they are as sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from hotline.calls.menu import prompt_of
from hotline.calls.message import KEPT_DAYS
from hotline.control.messages.office import HeardWords, MenuTried, MenuTry
from hotline.media.catalogue import Prompt, key_name, menu_name, pieces, plain
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

SILENCE = "_"


class Voice(Protocol):
    """Whoever makes sound of words; see media/speech.py."""

    async def files(self, language: str, prompt: Prompt, **values: object) -> list[Path]:
        """A sentence of the box."""

    async def say(self, language: str, text: str, own: str = "") -> list[Path]:
        """The office's own words; `own` names its recording of them."""


@dataclass(frozen=True)
class _Saying:
    """A sentence of the box, or the office's own words where `prompt` is None.

    own: the name of the office's recording of its words.
    """

    language: str
    prompt: Prompt | None = None
    words: str = ""
    own: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self) -> str:
        if self.prompt is None:
            return plain(self.words)
        parts = pieces(self.language, self.prompt, self.values)
        return " ".join(part.text or part.digits for part in parts)

    async def sound(self, voice: Voice) -> list[Path]:
        if self.prompt is None:
            return await voice.say(self.language, self.words, self.own)
        return await voice.files(self.language, self.prompt, **self.values)


async def tried(office: Office, ask: MenuTry, voice: Voice | None = None) -> MenuTried:
    """What is heard after the last key; as sound, too, if there is a voice."""
    way = walked(office, (None if key == SILENCE else key for key in ask.keys))
    out = leaving(office, way, not ask.closed)
    stand = way[-1].after if way else begin(office, office.language)
    language = stand.language if stand else office.language
    said = list(_said(office, way, stand, out, not ask.closed))
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
    office: Office, way: list[Turn], stand: Stand | None, out: Leaving | None, open_now: bool
) -> Iterator[_Saying]:
    """After the greeting, or after the last key."""
    language = stand.language if stand else office.language
    if not way:
        yield _greeting(office, open_now)
    elif way[-1].met is Met.NO_KEY:
        yield _Saying(language, Prompt.NO_KEY)
    elif way[-1].met is Met.WRONG_KEY:
        yield _Saying(language, Prompt.WRONG_KEY)
    elif way[-1].met is Met.SAY and (chosen := way[-1].chosen):
        words, level = spoken(chosen.text, language, office), way[-1].after.menu.id
        yield _Saying(language, words=words, own=key_name(level, chosen.key))
    if out is not None:
        yield from _left(office, language, out)
    elif stand is not None:
        for one in offered(office, stand.menu, language, open_now):
            prompt, values = prompt_of(one)
            yield _Saying(one.language, prompt, one.words, menu_name(stand.menu.id), values)


def _greeting(office: Office, open_now: bool) -> _Saying:
    own = office.greeting if open_now else office.closed_greeting
    words = spoken(own, office.language, office)
    prompt = Prompt.GREETING_OPEN if open_now else Prompt.GREETING_CLOSED
    if words:
        return _Saying(office.language, words=words, own=prompt)
    return _Saying(office.language, prompt, values={"office": office.name})


def _left(office: Office, language: str, out: Leaving) -> Iterator[_Saying]:
    """What is said to who leaves the menu."""
    if out.do is Do.STAFF:
        yield _Saying(language, Prompt.STAFF_NUMBER)
    elif out.do in NEEDS_PERSON:
        if out.chosen and out.chosen.ask_why:
            yield _Saying(language, Prompt.ASK_WHY)
        yield _Saying(language, Prompt.PLEASE_HOLD)
    else:
        if out.chosen and out.chosen.do in NEEDS_PERSON:
            yield _Saying(language, Prompt.NOBODY_NOW)
        if own := spoken(office.recording_notice, language, office):
            yield _Saying(language, words=own, own=Prompt.RECORDING_NOTICE)
        else:
            values = {"office": office.name, "days": KEPT_DAYS}
            yield _Saying(language, Prompt.RECORDING_NOTICE, values=values)
        complaint = out.do is Do.COMPLAINT
        yield _Saying(language, Prompt.COMPLAINT_INTRO if complaint else Prompt.MESSAGE_INTRO)
