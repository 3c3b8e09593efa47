"""The office's own sentences on the disk: the sound that is in force and those before it.

Callers hear `<language>/<name>.wav`. That is a link into the folder `<language>/<name>/`, where the
sounds lie as `<number>.wav`, each beside a `<number>.json` that tells who made it, when and of
which words. Turning the link is one rename: a power cut leaves the old sentence or the new one, and
a call that has begun to play a sound keeps it.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from hotline.errors import HotlineError
from hotline.said import say
from hotline.storage.durable import put_in_place, sync_directory, write_whole
from hotline.storage.files import BYTES_PER_SECOND, keep_reserve

KEPT = 10  # sounds of one sentence; older ones go
HEADER_BYTES = 44

_LANGUAGE = re.compile(r"[a-z]{2}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
_SOUND = re.compile(r"(\d{6})\.wav")


@dataclass(frozen=True)
class Origin:
    """Where a sound comes from. by: who put it there; text: of which words it was synthesised, ""
    for a recording; instead_of: what the sentence said otherwise when that was done.
    """

    at: datetime
    by: str
    text: str = ""
    instead_of: str = ""


@dataclass(frozen=True)
class OwnSound:
    """One sound of a sentence. origin: None where it is not known."""

    number: int
    seconds: float
    in_force: bool
    origin: Origin | None


class OwnPrompts:
    """The folder of them. One writer; any number of readers, also in other processes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def sounds(self, language: str, name: str) -> list[OwnSound]:
        """What there is of a sentence, the newest first."""
        link, folder = self._places(language, name)
        files = {_number(path): path for path in folder.glob("*.wav") if _number(path)}
        now = _in_force(link)
        found = [_told(number, path, number == now) for number, path in files.items()]
        if link.is_file() and not link.is_symlink():
            found.append(_told(0, link, True))  # put there by hand
        return sorted(found, key=lambda one: one.number, reverse=True)

    def path(self, language: str, name: str, number: int) -> Path | None:
        """The file of one of them; None where there is none."""
        link, folder = self._places(language, name)
        path = folder / f"{number:06d}.wav" if number else link
        return path if path.is_file() and (number == 0 or not path.is_symlink()) else None

    def names(self, language: str) -> set[str]:
        """Sentences of which a sound is in force."""
        found = (self._directory / language).glob("*.wav") if _LANGUAGE.fullmatch(language) else ()
        return {path.stem for path in found if _NAME.fullmatch(path.stem) and path.is_file()}

    def put(self, language: str, name: str, finished: Path, origin: Origin) -> None:
        """Let the sound `finished` be in force. It is one of ours, on the same disk, and is moved.

        Raises HotlineError when the disk is full, OSError when it refuses.
        """
        link, folder = self._places(language, name)
        folder.mkdir(parents=True, exist_ok=True)
        keep_reserve(folder, finished.stat().st_size)
        self._adopt(link, folder)
        number = max((_number(path) for path in folder.glob("*.wav")), default=0) + 1
        told = asdict(origin) | {"at": origin.at.isoformat()}
        write_whole(folder / f"{number:06d}.json", json.dumps(told, ensure_ascii=False).encode())
        put_in_place(finished, folder / f"{number:06d}.wav")
        _turn(link, folder, number)
        self._forget_old(link, folder)

    def use(self, language: str, name: str, number: int) -> None:
        """Put an earlier sound in force again; 0: none, the box says the sentence itself.

        Raises HotlineError when it has gone.
        """
        link, folder = self._places(language, name)
        self._adopt(link, folder)
        if number == 0:
            link.unlink(missing_ok=True)
            if link.parent.is_dir():
                sync_directory(link.parent)
            return
        if self.path(language, name, number) is None:
            raise HotlineError(
                say("This version is not there any more."), say("Choose another one.")
            )
        _turn(link, folder, number)

    def _places(self, language: str, name: str) -> tuple[Path, Path]:
        if not _LANGUAGE.fullmatch(language) or not _NAME.fullmatch(name):
            raise HotlineError(say("There is no such sentence."), say("Choose one of the list."))
        folder = self._directory / language
        return folder / f"{name}.wav", folder / name

    def _adopt(self, link: Path, folder: Path) -> None:
        """What was put there by hand becomes the first of the sounds, so that it is not lost."""
        if not link.is_file() or link.is_symlink():
            return
        folder.mkdir(parents=True, exist_ok=True)
        number = max((_number(path) for path in folder.glob("*.wav")), default=0) + 1
        (folder / f"{number:06d}.wav").hardlink_to(link)
        sync_directory(folder)
        _turn(link, folder, number)

    def _forget_old(self, link: Path, folder: Path) -> None:
        numbers = sorted(filter(None, map(_number, folder.glob("*.wav"))), reverse=True)
        for number in numbers[KEPT:]:
            if number != _in_force(link):
                (folder / f"{number:06d}.wav").unlink(missing_ok=True)
                (folder / f"{number:06d}.json").unlink(missing_ok=True)
        sync_directory(folder)


def _number(path: Path) -> int:
    match = _SOUND.fullmatch(path.name)
    return int(match[1]) if match else 0


def _in_force(link: Path) -> int:
    return _number(link.readlink()) if link.is_symlink() else 0


def _turn(link: Path, folder: Path, number: int) -> None:
    unfinished = link.with_name(f".{link.name}.new")
    unfinished.unlink(missing_ok=True)
    unfinished.symlink_to(Path(folder.name) / f"{number:06d}.wav")
    unfinished.replace(link)
    sync_directory(link.parent)


def _told(number: int, path: Path, in_force: bool) -> OwnSound:
    seconds = max(0, path.stat().st_size - HEADER_BYTES) / BYTES_PER_SECOND
    return OwnSound(number, seconds, in_force, _origin(path.with_suffix(".json")))


def _origin(path: Path) -> Origin | None:
    """None for what a power cut or a hand has spoilt: the sound is good all the same."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(told["at"])
        if at.tzinfo is None:
            return None
        return Origin(at, str(told["by"]), str(told["text"]), str(told["instead_of"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
