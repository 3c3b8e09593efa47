"""What is said to a caller who asks by key: the office's own words, or what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hotline.media.catalogue import (
    Prompt,
    address_words,
    answer_name,
    day_words,
    opening_words,
    pieces,
    plain,
)
from hotline.routing.answers import ADDRESS, HOURS
from hotline.routing.menuwalk import spoken
from hotline.routing.office import Office
from hotline.routing.openings import openings


class Voice(Protocol):
    """Whoever makes sound of words; see media/speech.py."""

    async def files(self, language: str, prompt: Prompt, **values: object) -> list[Path]:
        """A sentence of the box."""

    async def say(self, language: str, text: str, own: str = "") -> list[Path]:
        """The office's own words; `own` names its recording of them."""


@dataclass(frozen=True)
class Saying:
    """A sentence of the box, or the office's own words where `prompt` is None.

    own: the name of the office's recording of its words.
    """

    language: str
    prompt: Prompt | None = None
    words: str = ""
    own: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self) -> str:
        """As it is read."""
        if self.prompt is None:
            return plain(self.words)
        parts = pieces(self.language, self.prompt, self.values)
        return " ".join(part.text or part.digits for part in parts)

    async def sound(self, voice: Voice) -> list[Path]:
        """As it is heard."""
        if self.prompt is None:
            return await voice.say(self.language, self.words, self.own)
        return await voice.files(self.language, self.prompt, **self.values)


def answered(office: Office, target: str, language: str, now: datetime) -> Iterator[Saying]:
    """The answer of that id, in order; nothing where there is none."""
    own = office.answer(target)
    if own is not None:
        yield Saying(language, words=spoken(own.text, language, office), own=answer_name(target))
    elif target == HOURS:
        yield from _hours(office, language, now)
    elif target == ADDRESS:
        words = spoken(office.address, language, office)
        yield Saying(language, words=words, own=answer_name(target))
    else:
        yield from _online(office, language)


def behind(language: str, open_now: bool) -> Saying:
    """What a caller can do then."""
    return Saying(language, Prompt.ANSWER_AFTER if open_now else Prompt.ANSWER_AFTER_CLOSED)


def _hours(office: Office, language: str, now: datetime) -> Iterator[Saying]:
    found, local = openings(office, now), now.astimezone(office.zone)

    def when(at: datetime | None) -> str | None:
        return opening_words(language, at.astimezone(office.zone), local) if at else None

    if found.always:
        yield Saying(language, Prompt.ANSWER_ALWAYS)
    elif found.open:
        values = {"closes": when(found.closes), "opens": when(found.opens)}
        yield Saying(language, Prompt.ANSWER_OPEN, values=values)
    else:
        values = {"opens": when(found.opens), "then": when(found.then)}
        yield Saying(language, Prompt.ANSWER_CLOSED, values=values)
    if found.closed:
        values = {"closed": day_words(language, found.closed), "again": when(found.again)}
        yield Saying(language, Prompt.ANSWER_CLOSED_DAYS, values=values)


def _online(office: Office, language: str) -> Iterator[Saying]:
    if office.email:
        values = {"email": address_words(language, office.email)}
        yield Saying(language, Prompt.ANSWER_EMAIL, values=values)
    if office.website:
        values = {"site": address_words(language, office.website)}
        yield Saying(language, Prompt.ANSWER_SITE, values=values)
