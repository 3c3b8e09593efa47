"""The recordings as files: names, room on the disk, what is purged."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from hotline.errors import HotlineError
from hotline.inbox.case import Case, CaseKind
from hotline.inbox.retention import first_to_go
from hotline.said import say
from hotline.storage.durable import sync_directory

# Kept free by the purge and refused to exports, uploads and backups, so that at least half an
# hour of recordings still fits when everything else has filled the disk.
RESERVE = 64 * 1024 * 1024
# Kept free even of recordings, so that the rows about them can be written.
FLOOR = 8 * 1024 * 1024
BYTES_PER_SECOND = 16_000  # 8 kHz, mono, 16 bit

_CASE_FILE = re.compile(rf"(\d{{6,18}})-({'|'.join(CaseKind)})\.wav")
_WHY_FILE = re.compile(r"(\d{6,18})-why\.wav")


def recording_name(number: int, kind: CaseKind) -> str:
    """The file of a case. It says enough to make the row again when only the file is left."""
    return f"{number:06d}-{kind.value}.wav"


def case_of_name(name: str) -> tuple[int, CaseKind] | None:
    """Number and kind that `recording_name` put into a name; None for any other file."""
    match = _CASE_FILE.fullmatch(name)
    return (int(match[1]), CaseKind(match[2])) if match else None


def why_name(call_id: int) -> str:
    """The file in which the caller of this call said why they call."""
    return f"{call_id:06d}-why.wav"


def call_of_why(name: str) -> int | None:
    """Whose caller spoke, as `why_name` put it into a name; None for any other file."""
    match = _WHY_FILE.fullmatch(name)
    return int(match[1]) if match else None


def keep_reserve(directory: Path, size: int) -> None:
    """Raises HotlineError where `size` bytes more would leave too little for recordings."""
    if shutil.disk_usage(directory).free < RESERVE + size:
        raise HotlineError(
            say("The disk is full, and what is free is kept for callers' messages."),
            say("Delete old recordings, then try again."),
        )


class Recordings:
    """The directory of the recordings."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Where the recording of that name lies. Raises HotlineError for a name not ours."""
        if case_of_name(name) is None and call_of_why(name) is None:
            raise HotlineError(f"{name!r} is not the name of a recording.", "Choose one listed.")
        return self.directory / name

    def names(self) -> list[str]:
        """Names of all recordings on the disk, the oldest case first."""
        found = [entry.name for entry in self.directory.iterdir() if case_of_name(entry.name)]
        return sorted(found, key=lambda name: case_of_name(name) or ())

    def whys(self) -> list[int]:
        """The calls of which it is kept why the callers called, the oldest first."""
        found = (call_of_why(entry.name) for entry in self.directory.iterdir())
        return sorted(call_id for call_id in found if call_id is not None)

    def why(self, call_id: int) -> Path | None:
        """What the caller of this call said it is about; None where nothing is kept."""
        path = self.directory / why_name(call_id)
        return path if path.is_file() and not path.is_symlink() else None

    def newest_why(self, call_ids: Iterable[int]) -> Path | None:
        """The same of the newest of these calls of which it is kept."""
        paths = (self.why(call_id) for call_id in sorted(call_ids, reverse=True))
        return next((path for path in paths if path), None)

    def sync(self) -> None:
        """Make a name just created or removed survive a power cut."""
        sync_directory(self.directory)

    def remove(self, name: str) -> None:
        """Delete a recording; harmless when it has gone already."""
        self.path(name).unlink(missing_ok=True)
        self.sync()

    def free_bytes(self) -> int:
        """Bytes that may still be written to this disk."""
        return shutil.disk_usage(self.directory).free

    def room_for_recording(self, seconds: float = 180.0) -> bool:
        """A recording of that length fits; it may use the reserve."""
        return self.free_bytes() - FLOOR >= seconds * BYTES_PER_SECOND and self._names_left()

    def to_give_up(self, cases: Sequence[Case]) -> list[Case]:
        """Whose sound has to go now so that the reserve is free again; [] while it is.

        Never an unheard, open or kept one: when those fill the disk, the list is too short and
        the owner has to act.
        """
        missing = RESERVE - self.free_bytes()
        chosen: list[Case] = []
        for case in first_to_go(cases):
            if missing <= 0:
                break
            chosen.append(case)
            missing -= self._size(case.recording or "")
        return chosen

    def _size(self, name: str) -> int:
        path = self.path(name)
        return path.stat().st_size if path.exists() else 0

    def _names_left(self) -> bool:
        room = os.statvfs(self.directory)
        return room.f_files == 0 or room.f_favail > 0  # some file systems do not count names
