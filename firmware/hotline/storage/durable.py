"""Files that are still there after a power cut: synced, renamed into place, directory synced."""

from __future__ import annotations

import os
from pathlib import Path


def sync_directory(directory: Path) -> None:
    """Make names created, renamed or removed in `directory` survive a power cut."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make the bytes of `path` survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_in_place(finished: Path, path: Path) -> None:
    """Let the completely written file `finished` become `path`: the old one or the new one."""
    sync_file(finished)
    finished.replace(path)
    sync_directory(path.parent)


def write_whole(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Write `path` so that a reader, also after a power cut, sees all of `data` or the old file.

    mode: who may read it from its first byte on, as for open(2); 0o600 for what is secret.
    """
    unfinished = path.with_name(f".{path.name}.new")
    try:
        unfinished.unlink(missing_ok=True)  # of a run that was cut off, with whatever mode
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as new:
            new.write(data)
        put_in_place(unfinished, path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
