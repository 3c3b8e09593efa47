"""Text to sound files. The only file that speaks to espeak-ng.

An owner's own recording always wins. Everything else is synthesised once, in a child process, and
kept under the hash of its text, so that a caller hears a file and does not wait for a voice.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from hotline.errors import HotlineError
from hotline.media import catalogue, convert, wav
from hotline.media.catalogue import Piece, Prompt
from hotline.media.tones import Sounds
from hotline.routing.office import Do, Office

log = logging.getLogger(__name__)

_VOICES = {"en": "en-gb", "ru": "ru", "uk": "uk", "ro": "ro"}
_WORDS_PER_MINUTE = 150
_VERSION = 1  # part of the hash: raise it when the finish of the sound changes
_RATES = range(4000, 96001)
_CHILDREN = 2
_CHILD_SECONDS = 20.0
_GROUP = 3
_OWN_NAME = re.compile(r"[a-z0-9_-]{1,64}")

Progress = Callable[[int, int], None]


class Voice:
    """Makes files of words. `files` and `say` never raise: a call goes on with what there is."""

    def __init__(
        self,
        cache: Path,
        owner: Path,
        sounds: Sounds,
        *,
        program: tuple[str, ...] = ("nice", "-n", "10", "espeak-ng"),
        patience: float = 4.0,
    ) -> None:
        """cache: may be deleted at any time. owner: `<language>/<prompt>.wav`, made by
        `convert.import_sound`. patience: seconds a call waits for a text that was not prepared.
        """
        self._cache = cache
        self._owner = owner
        self._sounds = sounds
        self._program = program
        self._patience = patience
        self._children = asyncio.Semaphore(_CHILDREN)
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

    def _own(self, language: str, name: str) -> Path | None:
        path = self._owner / language / f"{name}.wav"
        return path if _OWN_NAME.fullmatch(name) and path.is_file() else None

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
            sound = await self._synthesise(language, text)
        # A few milliseconds inside numpy, which lets other threads run: not worth a child.
        await asyncio.to_thread(_finish, sound, path)
        return path

    async def _synthesise(self, language: str, text: str) -> bytes:
        """A WAV file in memory. The text goes through stdin, never on a command line."""
        arguments = ("-v", _VOICES[language], "-s", str(_WORDS_PER_MINUTE), "-b", "1")
        try:
            child = await asyncio.create_subprocess_exec(
                *self._program, *arguments, "--stdin", "--stdout",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise _no_voice() from error
        try:
            async with asyncio.timeout(_CHILD_SECONDS):
                sound, _ = await child.communicate(text.encode())
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode != 0 or not _is_sound(sound):
            raise _no_voice()
        return sound


def _failure(tasks: Iterable[asyncio.Task[Path]]) -> str:
    """What went wrong in one of these finished tasks; "" when nothing did."""
    errors = ["closing" if task.cancelled() else task.exception() for task in tasks]
    return next((str(error) for error in errors if error), "")


def _no_voice() -> HotlineError:
    return HotlineError("The voice program espeak-ng does not work.", "Install espeak-ng again.")


def _is_sound(answer: bytes) -> bool:
    return len(answer) > wav.HEADER_BYTES and answer[:4] == b"RIFF" and _rate(answer) in _RATES


def _rate(sound: bytes) -> int:
    return int.from_bytes(sound[24:28], "little")


def _finish(sound: bytes, path: Path) -> None:
    """espeak's 22 kHz as one of our files. Its header on a pipe has no length: ours to know."""
    data = sound[wav.HEADER_BYTES : len(sound) & ~1]
    samples = np.frombuffer(data, dtype="<i2") / 32768.0
    path.parent.mkdir(parents=True, exist_ok=True)
    wav.write(path, convert.telephone(convert.resample(samples, _rate(sound))))


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
    yield from ((prompt, case_and_caller) for prompt in Prompt)
    yield from ((Prompt.POSITION, {"n": n}) for n in range(1, 10))
    for topic in office.topics:
        topic_name = {"topic": topic.name.get(language)}
        yield Prompt.WHISPER, {**case_and_caller, **topic_name}
        yield Prompt.WHISPER, {**topic_name}
    yield Prompt.WHISPER, {}
    for key in (key for menu in office.menus for key in menu.keys):
        if key.do is Do.LANGUAGE:
            yield Prompt.LANGUAGE_CHOICE, {"key": key.key}
        yield Prompt.MENU_ITEM, {"key": key.key, "label": key.label.get(language)}


def _own_texts(office: Office, language: str) -> Iterator[str]:
    """The texts the owner wrote, in this language."""
    by_language = [office.greeting, office.closed_greeting, office.recording_notice]
    by_language += [closure.notice for closure in office.closures]
    by_language += [menu.prompt for menu in office.menus]
    by_language += [key.text for menu in office.menus for key in menu.keys]
    yield from (texts[language] for texts in by_language if language in texts)
