"""The whole box as one sealed file: office, lines with passwords, records, sentences, accounts.

Inside the seal (storage/sealed.py) is a POSIX tar: first `backup.json`, which says what made it and
when, then the files of storage/belongings.py under their names in the data folder. Sessions are
left out: who was logged in then is not logged in by a restore.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from hotline import __version__
from hotline.errors import HotlineError
from hotline.said import say
from hotline.storage.accountschema import accounts_file
from hotline.storage.belongings import ACCOUNTS, RECORDS, Contents, contents, files
from hotline.storage.database import DatabaseFile, disk_trouble, text_of
from hotline.storage.durable import put_in_place
from hotline.storage.files import keep_reserve
from hotline.storage.places import Places
from hotline.storage.schema import records_file
from hotline.storage.sealed import Sealing

FORMAT = 1  # of what is inside the seal
ABOUT = "backup.json"
LEFT_OUT = ("sessions", "half_logins", "devices", "tries", "claim")  # tables of the accounts
PRIVATE = 0o600

Told = Callable[[int, int], None]  # bytes that are done, of how many


@dataclass(frozen=True)
class About:
    """What a backup says of itself. made_at: as it is stored. version: of the box that made it."""

    format: int
    version: str
    made_at: str
    recordings: bool
    contents: Contents


def write_backup(
    places: Places,
    target: Path,
    passphrase: str,
    now: datetime,
    *,
    recordings: bool,
    told: Told = lambda done, of: None,
) -> About:
    """Everything, at `target`: whole or not at all. Takes seconds to minutes; beside a running box.

    Raises HotlineError when the disk is full or a database damaged.
    """
    unfinished = target.with_name(f".{target.name}.new")
    try:
        with _copies(places, target.parent) as databases:
            held = _held(places, databases)
            about = About(FORMAT, __version__, text_of(now), recordings, held)
            found = [*databases, *files(places, recordings=recordings)]
            size = sum(path.lstat().st_size for _, path in found if path.exists())
            keep_reserve(target.parent, size)
            unfinished.unlink(missing_ok=True)
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
            with os.fdopen(handle, "wb") as file:
                _write(Sealing(file, passphrase), about, found, lambda done: told(done, size))
            put_in_place(unfinished, target)
    except OSError as error:
        raise HotlineError(
            say("The backup was not made."),
            disk_trouble(error) or say("Choose another place for the file."),
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return about


@contextmanager
def _copies(places: Places, folder: Path) -> Iterator[list[tuple[str, Path]]]:
    """The databases as they are at one instant each, beside the file that is being made."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as within:
        found = []
        for name, file in ((RECORDS, records_file(places.data)), (ACCOUNTS, _accounts(places))):
            copy = Path(within) / name
            if file.path.exists():
                keep_reserve(folder, file.path.stat().st_size)
                file.copy_to(copy)
                found.append((name, copy))
        _forget_visitors(Path(within))
        yield found


def _held(places: Places, databases: list[tuple[str, Path]]) -> Contents:
    """Of the databases as they were copied: calls go on meanwhile."""
    here = contents(places)
    copied = contents(Places(databases[0][1].parent)) if databases else here
    return replace(copied, lines=here.lines, recordings=here.recordings, sentences=here.sentences)


def _accounts(places: Places) -> DatabaseFile:
    return accounts_file(places.data)


def _forget_visitors(folder: Path) -> None:
    file = accounts_file(folder)
    if file.path.exists():
        with file.writing() as database:
            for table in LEFT_OUT:
                if database[table].exists():
                    database.execute(f"delete from {table}")  # noqa: S608 - our own names


def _write(
    sealing: Sealing, about: About, found: list[tuple[str, Path]], told: Callable[[int], None]
) -> None:
    done = 0
    with tarfile.open(fileobj=cast(BinaryIO, sealing), mode="w|", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, _entry(ABOUT), json.dumps(asdict(about), ensure_ascii=False).encode())
        for name, path in found:
            if path.is_symlink():
                link = _entry(name)
                link.type, link.linkname = tarfile.SYMTYPE, path.readlink().as_posix()
                tar.addfile(link)
                continue
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue  # its time was over since the list was made
            with file:
                entry = _entry(name)
                entry.size = os.fstat(file.fileno()).st_size  # a recording may still be growing
                tar.addfile(entry, file)
            done += entry.size
            told(done)
    sealing.close()


def _entry(name: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.mode = PRIVATE
    return entry


def _add(tar: tarfile.TarFile, entry: tarfile.TarInfo, data: bytes) -> None:
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))
