"""Text to sound files: which there are, which have to be made, which come instead.

An owner's own recording always wins. Everything else is synthesised once, in a child process
(`synthesis`), and kept under the hash of its text, so that a caller hears a file and does not wait
for a voice.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import re
import signal
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from hotline.errors import HotlineError
from hotline.media import catalogue, children
from hotline.media.catalogue import Piece, Prompt
from hotline.media.sentences import has_key
from hotline.media.sounds import Sounds
from hotline.routing.office import Do, Office
from hotline.said import say

log = logging.getLogger(__name__)

_VOICES = {"en": "en-gb", "ru": "ru", "uk": "uk", "ro": "ro"}
_WORDS_PER_MINUTE = 150
_VERSION = 1  # part of the hash: raise it when the finish of the sound changes
_CHILDREN = 2
_LINGER_SECONDS = 5.0  # a child that is asked nothing for so long goes, and its memory with it
_GROUP = 3
_OWN_NAME = re.compile(r"[a-z0-9_-]{1,64}")

Progress = Callable[[int, int], None]


class Voice:
    """Makes files of words. What a call uses never raises: it goes on with what there is."""

    def __init__(
        self,
        cache: Path,
        owner: Path,
        sounds: Sounds,
        *,
        program: tuple[str, ...] = ("espeak-ng",),
        patience: float = 4.0,
    ) -> None:
        """cache: may be deleted at any time. owner: `<language>/<prompt>.wav`, made by
        `uploaded.import_sound`. patience: seconds a call waits for a text that was not prepared.
        """
        self._cache = cache
        self._owner = owner
        self._sounds = sounds
        self._program = program
        self._patience = patience
        self._children = asyncio.Semaphore(_CHILDREN)
        self._idle: list[_Child] = []
        self._leaving: asyncio.TimerHandle | None = None
        self._under_way: dict[Path, asyncio.Task[Path]] = {}

    async def files(self, language: str, prompt: Prompt, **values: object) -> list[Path]:
        """The files of one system prompt, in order.

        A sentence whose value is missing or None is left out. An owner's recording replaces all
        the words (the office's name is in it); the values that only the call knows are spoken
        after it. When the voice fails: the same prompt in a language that is ready, else a beep.
        """
        language = catalogue.known(language)
        own = self._own(language, prompt)
        if own is not None:
            rest = catalogue.values_alone(language, prompt, values)
            return [own, *(await self._spoken(language, rest) or [])]
        spoken = await self._spoken(language, catalogue.pieces(language, prompt, values))
        return self._instead(prompt, values) if spoken is None else spoken

    async def say(self, language: str, text: str, own: str = "") -> list[Path]:
        """The office's own text. `own` names the owner's recording of it, if there can be one."""
        language = catalogue.known(language)
        recording = self._own(language, own) if own else None
        if recording is not None:
            return [recording]
        text = catalogue.plain(text)
        if not any(c.isalnum() for c in text):
            return []
        spoken = await self._spoken(language, [Piece(text=text)])
        return [self._sounds.beep] if spoken is None else spoken

    async def made(self, language: str, text: str) -> Path:
        """A text of the owner's as one file, however long that takes. Raises HotlineError for one
        without words, and when the voice fails.
        """
        text = catalogue.plain(text)
        if not any(c.isalnum() for c in text):
            raise HotlineError(
                say("There are no words in this text."), say("Type what callers are to hear.")
            )
        if await self._spoken(language, [Piece(text=text)], patient=True) is None:
            raise HotlineError(
                say("The voice of the box does not work now."),
                say("Try again in a minute, or record the sentence."),
            )
        return self._path(language, text)

    async def digits(self, language: str, number: str) -> list[Path]:
        """A number digit by digit, in groups of three when it is long."""
        piece = Piece(digits="".join(c for c in number if c in "0123456789"))
        return await self._spoken(catalogue.known(language), [piece]) or []

    async def prepare(
        self, office: Office, progress: Progress = lambda done, total: None, **values: object
    ) -> int:
        """Make everything this office can say ahead of its calls; returns how much failed.

        progress: called with (done, total). values: what else is known now, such as `days`.
        Runs long on a small machine; cancel it freely, what is made stays.
        """
        wanted = list(dict.fromkeys(_texts(office, values)))
        failed = 0
        for done, (language, text) in enumerate(wanted, start=1):
            failed += await self._spoken(language, [Piece(text=text)], patient=True) is None
            progress(done, len(wanted))
        return failed

    async def close(self) -> None:
        """End what is being made; every child is gone afterwards."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._keep_idle()
        while self._idle:
            await self._idle.pop().kill()

    def _own(self, language: str, name: str) -> Path | None:
        """The sound itself, not the link to it: a call that has begun to play it keeps it."""
        path = self._owner / language / f"{name}.wav"
        return path.resolve() if _OWN_NAME.fullmatch(name) and path.is_file() else None

    def _instead(self, prompt: Prompt, values: Mapping[str, object]) -> list[Path]:
        for language in catalogue.LANGUAGES:
            paths = self._paths(language, catalogue.pieces(language, prompt, values))
            if paths and all(path.is_file() for path in paths):
                return paths
        return [self._sounds.beep]

    async def _spoken(
        self, language: str, pieces: Iterable[Piece], *, patient: bool = False
    ) -> list[Path] | None:
        """The files, all there; None when the voice failed or took too long (it goes on)."""
        pieces = list(pieces)
        texts = {text for piece in pieces for text in _parts(language, piece) if text}
        making = [task for text in texts if (task := self._ready(language, text))]
        if making:
            done, late = await asyncio.wait(making, timeout=None if patient else self._patience)
            why = "too slow" if late else _failure(done)
            if why:
                log.warning("a prompt in %s was not spoken: %s", language, why)
                return None
        return self._paths(language, pieces)

    def _paths(self, language: str, pieces: Iterable[Piece]) -> list[Path]:
        texts = [text for piece in pieces for text in _parts(language, piece)]
        return [self._path(language, text) if text else self._sounds.pause for text in texts]

    def _path(self, language: str, text: str) -> Path:
        recipe = f"{_VERSION}\0{_VOICES[language]}\0{_WORDS_PER_MINUTE}\0{text}"
        name = hashlib.sha256(recipe.encode()).hexdigest()[:32]
        return self._cache / language / f"{name}.wav"

    def _ready(self, language: str, text: str) -> asyncio.Task[Path] | None:
        """The task that makes this text; None when it is made. Never two for the same text."""
        path = self._path(language, text)
        if path.is_file():
            return None
        if path not in self._under_way:
            task = asyncio.create_task(self._make(language, text, path))
            self._under_way[path] = task
            task.add_done_callback(lambda done: self._made(path, done))
        return self._under_way[path]

    def _made(self, path: Path, task: asyncio.Task[Path]) -> None:
        del self._under_way[path]
        if not task.cancelled():
            task.exception()  # taken note of: a caller who hung up does not wait for it any more

    async def _make(self, language: str, text: str, path: Path) -> Path:
        async with self._children:
            self._keep_idle()
            child = self._idle.pop() if self._idle else await _Child.start(self._program)
            try:
                await child.make(_VOICES[language], text, path)
            finally:
                await self._given_back(child)
        return path

    async def _given_back(self, child: _Child) -> None:
        if not child.ready:
            await child.kill()
            return
        self._idle.append(child)
        self._keep_idle()
        loop = asyncio.get_running_loop()
        self._leaving = loop.call_later(_LINGER_SECONDS, self._let_go)

    def _keep_idle(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()

    def _let_go(self) -> None:
        while self._idle:
            self._idle.pop().dismiss()


class _Child:
    """A process that makes files of texts, one after the other, see `synthesis`.

    ready: it waits for a text.
    """

    def __init__(self, process: Process, stdin: StreamWriter, stdout: StreamReader) -> None:
        self._process, self._stdin, self._stdout = process, stdin, stdout
        self._making: Path | None = None

    @classmethod
    async def start(cls, program: tuple[str, ...]) -> _Child:
        """A new one. It is the head of its own group: what it has started ends with it."""
        process = await asyncio.create_subprocess_exec(
            *children.command("hotline.media.synthesis", *program),
            env=os.environ | children.environment(),
            stdin=PIPE, stdout=PIPE, start_new_session=True,
        )  # fmt: skip
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("asyncio gave no pipes")
        return cls(process, process.stdin, process.stdout)

    @property
    def ready(self) -> bool:
        return self._making is None

    async def make(self, voice: str, text: str, path: Path) -> None:
        """Have one file made. Raises HotlineError when the voice or the disk fails."""
        order = {"voice": voice, "speed": _WORDS_PER_MINUTE, "text": text, "path": str(path)}
        self._making = path
        self._stdin.write(json.dumps(order).encode() + b"\n")
        answer = await self._stdout.readline()
        if not answer:
            raise HotlineError("The voice ended before it had spoken.")
        self._making = None
        if trouble := json.loads(answer):
            raise HotlineError(trouble)

    def dismiss(self) -> None:
        """It ends with its input."""
        self._stdin.close()

    async def kill(self) -> None:
        """It ends now, and leaves no half file."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        if path := self._making:
            for part in path.parent.glob(f".{path.name}.{self._process.pid}.*.part"):
                part.unlink(missing_ok=True)


def _failure(tasks: Iterable[asyncio.Task[Path]]) -> str:
    """What went wrong in one of these finished tasks; "" when nothing did."""
    errors = ["closing" if task.cancelled() else task.exception() for task in tasks]
    return next((str(error) for error in errors if error), "")


def _parts(language: str, piece: Piece) -> Iterator[str]:
    """The texts of a piece, one file each; "" is a short pause."""
    if piece.text:
        yield piece.text
    for index, digit in enumerate(piece.digits):
        if index and index % _GROUP == 0 and len(piece.digits) > _GROUP + 1:
            yield ""
        yield catalogue.digit_word(language, digit)


def _texts(office: Office, values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Every (language, text) that calls to this office need, as far as it is known ahead."""
    for language in (catalogue.known(code) for code in office.languages):
        for digit in "0123456789":
            yield language, catalogue.digit_word(language, digit)
        for prompt, given in _sayings(office, language):
            spoken = catalogue.pieces(language, prompt, {**values, "office": office.name, **given})
            yield from ((language, piece.text) for piece in spoken if piece.text)
        own = (catalogue.plain(text) for text in _own_texts(office, language))
        yield from ((language, text) for text in own if text)


def _sayings(office: Office, language: str) -> Iterator[tuple[Prompt, Mapping[str, object]]]:
    case_and_caller = {"case": "0", "caller": "0"}
    never = frozenset() if _has_staff_menu(office) else catalogue.OF_STAFF
    never |= frozenset() if office.asks_why else catalogue.OF_WHY
    never |= frozenset() if has_key(office, Do.ANSWER) else catalogue.OF_ANSWERS
    never |= frozenset() if has_key(office, Do.CALLBACK) else catalogue.OF_CALL_ME_BACK
    yield from ((prompt, case_and_caller) for prompt in Prompt if prompt not in never)
    for name, address in (("email", office.email), ("site", office.website)):
        if address and has_key(office, Do.ANSWER):
            prompt = Prompt.ANSWER_EMAIL if name == "email" else Prompt.ANSWER_SITE
            yield prompt, {name: catalogue.address_words(language, address)}
    yield from ((Prompt.POSITION, {"n": n}) for n in range(1, 10))
    for topic in office.topics:
        topic_name = {"topic": topic.name.get(language)}
        yield Prompt.WHISPER, {**case_and_caller, **topic_name}
        yield Prompt.WHISPER, {**topic_name}
        if office.asks_why:
            yield Prompt.WHISPER_ABOUT, {**topic_name}
    yield Prompt.WHISPER, {}
    if office.asks_why:
        yield Prompt.WHISPER_KEYS, {}  # of who withholds the number
    for subject in ({}, *({"topic": topic.name.get(language)} for topic in office.topics)):
        yield Prompt.RETURN_WHISPER, {**case_and_caller, **subject}
        yield Prompt.RETURN_WHISPER, {"caller": "0", **subject}
    yield from ((Prompt.TALK_KEY, {"key": n}) for n in range(1, 10))
    for person in office.people:
        yield Prompt.TALK_FROM, {"colleague": person.name}
    for key in (key for menu in office.menus for key in menu.keys):
        if key.do is Do.LANGUAGE:
            yield Prompt.LANGUAGE_CHOICE, {"key": key.key}
        yield Prompt.MENU_ITEM, {"key": key.key, "label": key.label.get(language)}


def _has_staff_menu(office: Office) -> bool:
    return has_key(office, Do.STAFF)


def _own_texts(office: Office, language: str) -> Iterator[str]:
    """The texts the owner wrote, in this language."""
    by_language = [office.greeting, office.closed_greeting, office.recording_notice]
    for campaign in office.campaigns:
        by_language += [campaign.greeting, campaign.closed_greeting]
    by_language += [closure.notice for closure in office.closures]
    by_language += [office.closed_early.notice] if office.closed_early else []
    by_language += [menu.prompt for menu in office.menus]
    by_language += [key.text for menu in office.menus for key in menu.keys]
    by_language += [one.text for one in office.answers]
    by_language += [office.address] if has_key(office, Do.ANSWER) else []
    yield from (texts[language] for texts in by_language if language in texts)
    # The staff choose each other: in a talk in the office's language, in their menu in their own.
    if language == catalogue.known(office.language):
        yield from (one.name for one in (*office.people, *office.directory))
    elif _has_staff_menu(office):
        yield from (one.name for one in office.people)
