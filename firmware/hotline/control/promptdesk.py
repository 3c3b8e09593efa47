"""What the page and the commands do about what callers hear. The daemon alone writes the sounds."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from hotline.calls.answers import answered
from hotline.calls.message import KEPT_DAYS
from hotline.clock import Clock
from hotline.control.messages.answers import AnswerHear
from hotline.control.messages.prompts import (
    Announce,
    AnnouncementNow,
    PromptAnswer,
    PromptHear,
    PromptLook,
    PromptPut,
    PromptPutAnswer,
    PromptRevert,
    Prompts,
    PromptsAnswer,
    PromptSentence,
    PromptSound,
    PromptText,
    PromptVersion,
)
from hotline.control.messages.wire import Done
from hotline.errors import HotlineError
from hotline.media import catalogue
from hotline.media.catalogue import opening_words
from hotline.media.engine import Prompts as Voice
from hotline.media.sentencecodes import sentence_codes
from hotline.media.sentences import Sentence, sentences
from hotline.media.uploaded import import_sound
from hotline.routing.announcement import LONGEST, Announcement
from hotline.routing.answers import can_say
from hotline.routing.menuwalk import MAIN
from hotline.routing.office import Do, Office
from hotline.said import say
from hotline.storage.announcements import Announcements
from hotline.storage.ownprompts import Origin, OwnPrompts, OwnSound
from hotline.storage.uploads import Uploads


@dataclass
class PromptDesk:
    """Part of the front desk. One change at a time: each may need a child with much memory."""

    office: Callable[[], Office]
    voice: Voice
    own: OwnPrompts
    uploads: Uploads
    announcements: Announcements
    clock: Clock
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def all(self, ask: Prompts) -> PromptsAnswer:
        """Every sentence of a language."""
        office = self.office()
        language = ask.language if ask.language in office.languages else office.language
        mine = await asyncio.to_thread(self._sounds, language)
        return PromptsAnswer(
            language=language,
            languages=office.languages,
            sentences=tuple(
                _shown(one, mine.get(one.name, []))
                for one in sentences(office, language, KEPT_DAYS)
            ),
        )

    async def one(self, ask: PromptLook) -> PromptAnswer:
        """A sentence with its sounds."""
        sentence = self._sentence(ask.language, ask.name)
        sounds = await asyncio.to_thread(self.own.sounds, ask.language, ask.name)
        office, place = self.office(), (ask.language, ask.name)
        codes = sentence_codes(office, KEPT_DAYS)
        first = office.menu(MAIN)
        return PromptAnswer(
            sentence=_shown(sentence, sounds),
            versions=tuple(_version(one) for one in sounds),
            dial_code=next(code for code, where in codes.items() if where == place),
            staff_key=next((k.key for k in first.keys if k.do is Do.STAFF), "") if first else "",
        )

    async def hear(self, ask: PromptHear) -> PromptSound:
        """By the same way as for a caller."""
        sentence = self._sentence(ask.language, ask.name)
        files = await self._files(sentence, ask.language)
        return PromptSound(files=tuple(str(path) for path in files))

    async def answer(self, ask: AnswerHear) -> PromptSound:
        """The same of an answer. Raises HotlineError where there is nothing to hear."""
        office, files = self.office(), list[Path]()
        if ask.language in office.languages and can_say(office, ask.answer):
            for one in answered(office, ask.answer, ask.language, self.clock.now()):
                files += await one.sound(self.voice)
        if not files:
            raise HotlineError(say("There is no such answer."), say("Choose one of the list."))
        return PromptSound(files=tuple(str(path) for path in files))

    async def put(self, ask: PromptPut) -> PromptPutAnswer:
        """Take an uploaded file; a child opens it. Whatever is wrong with it changes nothing."""
        sentence = self._sentence(ask.language, ask.name)
        upload = self.uploads.path(ask.upload)
        ours = upload.with_suffix(".wav")
        try:
            async with self._turn:
                seconds = await import_sound(upload, ours)
                await self._in_force(sentence, ask.language, ours, ask.by)
        finally:
            upload.unlink(missing_ok=True)
            ours.unlink(missing_ok=True)
        return PromptPutAnswer(seconds=seconds)

    async def text(self, ask: PromptText) -> PromptPutAnswer:
        """Have words of the office's own spoken."""
        sentence = self._sentence(ask.language, ask.name)
        spoken = await self.voice.made(ask.language, ask.text)
        ours = self.uploads.new(self.clock.now()).with_suffix(".wav")
        try:
            async with self._turn:
                await asyncio.to_thread(shutil.copyfile, spoken, ours)
                await self._in_force(sentence, ask.language, ours, ask.by, ask.text)
        finally:
            ours.unlink(missing_ok=True)
        sounds = await asyncio.to_thread(self.own.sounds, ask.language, ask.name)
        return PromptPutAnswer(seconds=sounds[0].seconds)

    async def revert(self, ask: PromptRevert) -> Done:
        """An earlier sound, or the box's own words."""
        self._sentence(ask.language, ask.name)
        async with self._turn:
            await asyncio.to_thread(self.own.use, ask.language, ask.name, ask.number)
        return Done()

    async def announce(self, ask: Announce) -> AnnouncementNow:
        """On until then, or off. It is spoken ahead, so that no caller waits for it."""
        if ask.until is None:
            await asyncio.to_thread(self.announcements.switch_off)
            return self.announcement()
        now, office = self.clock.now(), self.office()
        if not timedelta() < ask.until - now <= LONGEST:
            raise HotlineError(
                say("An announcement ends within the next %(n)s days.", n=LONGEST.days),
                say("Choose another time for its end."),
            )
        text = {code: words for code, words in ask.text.items() if words.strip()}
        if unknown := set(text) - set(office.languages):
            raise HotlineError(
                say("The office does not speak %(language)s.", language=min(unknown)),
                say("Choose one of its languages."),
            )
        if office.language not in text and office.language not in self._recorded():
            raise HotlineError(
                say("There is nothing to announce in the office's first language."),
                say("Type a text, or record the announcement first."),
            )
        for code, words in text.items():
            await self.voice.made(code, words)
        wanted = Announcement(ask.until, now, ask.by, text)
        await asyncio.to_thread(self.announcements.switch_on, wanted)
        return self.announcement()

    def announcement(self) -> AnnouncementNow:
        """What is said now, or was the last time."""
        found, office = self.announcements.current(), self.office()
        now = AnnouncementNow(languages=office.languages, recorded=self._recorded())
        if found is None:
            return now
        told = {"until": found.until, "at": found.at, "by": found.by, "text": dict(found.text)}
        return now.model_copy(update=told | {"on": found.on(self.clock.now())})

    # -- by telephone ------------------------------------------------------------------------------

    def coded(self, code: str) -> tuple[str, str] | None:
        """The language and the name of the sentence with this code."""
        return sentence_codes(self.office(), KEPT_DAYS).get(code)

    async def heard(self, language: str, name: str) -> list[Path]:
        """What callers hear now."""
        return await self._files(self._sentence(language, name), language)

    async def room(self) -> Path:
        """Where to record."""
        new = await asyncio.to_thread(self.uploads.new, self.clock.now())
        return new.with_suffix(".wav")

    async def made(self, recording: Path) -> Path:
        """One of the box's sounds, of a recording that is gone afterwards; a child opens it."""
        ours = recording.with_name(f"{recording.stem}-made.wav")
        try:
            async with self._turn:
                await import_sound(recording, ours)
        finally:
            await asyncio.to_thread(recording.unlink, missing_ok=True)
        return ours

    async def keep(self, language: str, name: str, sound: Path, by: str) -> None:
        """Let it be heard from now on."""
        async with self._turn:
            await self._in_force(self._sentence(language, name), language, sound, by)

    def announced(self) -> bool:
        """Do callers hear an announcement?"""
        return self.announcement().on

    def recorded(self) -> bool:
        """Is there a recording of one that the first of the office's languages needs?"""
        return self.office().language in self._recorded()

    async def announce_for(self, span: timedelta | None, by: str) -> None:
        """For so long the one that was recorded last; None: no more."""
        until = self.clock.now() + span if span else None
        await self.announce(Announce(until=until, by=by))

    def _recorded(self) -> tuple[str, ...]:
        name = catalogue.ANNOUNCEMENT
        return tuple(code for code in self.office().languages if name in self.own.names(code))

    def _sounds(self, language: str) -> dict[str, list[OwnSound]]:
        return {name: self.own.sounds(language, name) for name in self.own.names(language)}

    def _sentence(self, language: str, name: str) -> Sentence:
        """Raises HotlineError for one that this office does not say."""
        office = self.office()
        if language in office.languages:
            for one in sentences(office, language, KEPT_DAYS):
                if one.name == name:
                    return one
        raise HotlineError(say("There is no such sentence."), say("Choose one of the list."))

    async def _in_force(
        self, sentence: Sentence, language: str, sound: Path, by: str, text: str = ""
    ) -> None:
        origin = Origin(self.clock.now(), by, text, sentence.words)
        await asyncio.to_thread(self.own.put, language, sentence.name, sound, origin)

    async def _files(self, sentence: Sentence, language: str) -> list[Path]:
        office = self.office()
        if sentence.prompt and not sentence.text:
            values = _examples(office, language, self.clock)
            return await self.voice.files(language, sentence.prompt, **values)
        own = await self.voice.say(language, sentence.text, sentence.name)
        return own or await self.voice.say(language, sentence.words)


def _examples(office: Office, language: str, clock: Clock) -> Mapping[str, Any]:
    """Something for each of what only a call knows."""
    now = clock.now().astimezone(office.zone)
    someone = next((person.name for person in office.people), office.name)
    topic = next((topic.name.get(language) for topic in office.topics), None)
    return {
        "office": office.name,
        "when": opening_words(language, (now + timedelta(days=1)).replace(hour=9, minute=0), now),
        "days": KEPT_DAYS,
        "key": "1",
        "case": 104,
        "topic": topic,
        "caller": "022000000",
        "colleague": someone,
        "name": someone,
        "names": someone,
        "next": someone,
    }


def _shown(sentence: Sentence, sounds: list[OwnSound]) -> PromptSentence:
    now = next((one for one in sounds if one.in_force), None)
    origin = now.origin if now else None
    return PromptSentence(
        name=sentence.name,
        group=sentence.group,
        words=sentence.words,
        own=now is not None,
        text=origin.text if origin else "",
        changed=bool(origin and origin.instead_of not in ("", sentence.words)),
        adds=sentence.adds,
        what=sentence.what,
    )


def _version(sound: OwnSound) -> PromptVersion:
    told = PromptVersion(number=sound.number, seconds=sound.seconds, in_force=sound.in_force)
    if sound.origin is None:
        return told
    origin = sound.origin
    return told.model_copy(update={"at": origin.at, "by": origin.by, "text": origin.text})
