"""Somebody of the staff speaks a sentence, or the announcement, into the telephone.

It is made one of the box's sounds before it is played back, and counts only when it was kept; who
hangs up leaves everything as it was.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from hotline.calls.call import Call
from hotline.calls.keying import keyed
from hotline.calls.message import listen
from hotline.errors import HotlineError
from hotline.media.catalogue import ANNOUNCEMENT, Prompt

CODE_DIGITS = 4
LONGEST_S = 120.0
TRIES = 5  # of speaking one sentence, in one call
DISK_PATIENCE_S = 4.0
CHOICE_S = 8.0
KEEP_KEY, AGAIN_KEY = "1", "2"
ON_KEY, RECORD_KEY = "1", "2"
ANNOUNCED_FOR = timedelta(hours=4)


class Sentences(Protocol):
    """What the office says, and the changing of it; see control/promptdesk.py.

    Whatever changes something raises HotlineError when it cannot be done.
    """

    def coded(self, code: str) -> tuple[str, str] | None:
        """The language and the name of the sentence with this code."""

    async def heard(self, language: str, name: str) -> list[Path]:
        """What callers hear now."""

    async def room(self) -> Path:
        """Where to record."""

    async def made(self, recording: Path) -> Path:
        """One of the box's sounds, of a recording that is gone afterwards."""

    async def keep(self, language: str, name: str, sound: Path, by: str) -> None:
        """Let it be heard from now on."""

    def announced(self) -> bool:
        """Do callers hear an announcement?"""

    def recorded(self) -> bool:
        """Is there a recording of one that the first of the office's languages needs?"""

    async def announce_for(self, span: timedelta | None, by: str) -> None:
        """For so long the one that was recorded last; None: no more."""


async def record_one(call: Call, sentences: Sentences, by: str) -> str:
    """Which one is asked for by its code; its name if it is another one now, else "". Raises
    CallerGone.
    """
    code = await keyed(call.party, await call.words(Prompt.STAFF_RECORD_CODE), CODE_DIGITS + 1)
    if not code:
        return ""
    found = sentences.coded(code)
    if found is None:
        await call.say(Prompt.STAFF_RECORD_UNKNOWN)
        return ""
    language, name = found
    if now := await sentences.heard(language, name):
        await call.party.play([*await call.words(Prompt.STAFF_RECORD_NOW), *now])
    if not await _spoken(call, sentences, language, name, by):
        return ""
    await call.say(Prompt.STAFF_RECORD_KEPT)
    return f"{language}/{name}"


async def announce(call: Call, sentences: Sentences, by: str) -> bool | None:
    """Switch the announcement on or off, or record it first. True: it is on now, False: off, None:
    as it was. Raises CallerGone.
    """
    on = sentences.announced()
    words = await call.words(Prompt.STAFF_ANNOUNCE_ON if on else Prompt.STAFF_ANNOUNCE_OFF)
    if not on and sentences.recorded():
        words = words + await call.words(Prompt.STAFF_ANNOUNCE_AGAIN)
    key = await call.party.ask(words, CHOICE_S)
    if key == ON_KEY and on:
        await sentences.announce_for(None, by)
        await call.say(Prompt.STAFF_ANNOUNCE_ENDED)
        return False
    if key == RECORD_KEY:
        if not await _spoken(call, sentences, call.office.language, ANNOUNCEMENT, by):
            return None
    elif key != ON_KEY or not sentences.recorded():
        return None
    await sentences.announce_for(ANNOUNCED_FOR, by)
    await call.say(Prompt.STAFF_ANNOUNCE_STARTED)
    return True


async def _spoken(call: Call, sentences: Sentences, language: str, name: str, by: str) -> bool:
    """Speak, hear it, keep it or speak again. Was it kept?"""
    for _ in range(TRIES):
        await call.say(Prompt.STAFF_RECORD_SPEAK)
        try:
            made = await call.party.while_here(_made(call, sentences))
        except HotlineError:
            await call.say(Prompt.STAFF_RECORD_FAILED)
            continue
        key = await _judged(call, made)
        if key == KEEP_KEY:
            await call.party.while_here(sentences.keep(language, name, made, by))
            return True
        if key != AGAIN_KEY:
            return False
    return False


async def _judged(call: Call, made: Path) -> str | None:
    """What is pressed on hearing it; asked twice, and no longer."""
    heard = [*await call.words(Prompt.STAFF_RECORD_HEAR), made]
    keep = await call.words(Prompt.STAFF_RECORD_KEEP)
    return await call.party.ask([*heard, *keep], CHOICE_S) or await call.party.ask(keep, CHOICE_S)


async def _made(call: Call, sentences: Sentences) -> Path:
    path = await sentences.room()
    recording = call.party.record(path)
    try:
        await call.party.play([call.exchange.comfort.beep])
        await listen(call.party, recording, LONGEST_S)
    finally:
        stored = recording.stop()
    await asyncio.wait({stored}, timeout=DISK_PATIENCE_S)
    return await sentences.made(path)
