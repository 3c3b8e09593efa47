"""A backup is unpacked beside everything, looked at, and waits there for a yes.

Not a byte of the running box is touched here. What does not belong into a backup, was altered, is
of a newer box or does not fit on the disk is refused in plain words, and nothing of it stays.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, BinaryIO, cast

from hotline.errors import HotlineError
from hotline.said import say
from hotline.storage.accountschema import accounts_file
from hotline.storage.belongings import (
    ACCOUNTS,
    RECORDINGS,
    RECORDS,
    SETTINGS,
    Contents,
    allowed,
    allowed_link,
    contents,
)
from hotline.storage.database import DatabaseFile, disk_trouble
from hotline.storage.durable import sync_directory, write_whole
from hotline.storage.files import keep_reserve
from hotline.storage.looked import LOOKED, Looked, drop, mark_absent, waiting_place
from hotline.storage.places import Places
from hotline.storage.schema import records_file
from hotline.storage.sealed import Opened, newer
from hotline.storage.wholebackup import ABOUT, FORMAT, About

MOST_FILES = 1_000_000
MOST_ABOUT = 64 * 1024
FOLDER, OPEN, PRIVATE = 0o750, 0o640, 0o600  # the page reads records, and no passwords of lines
_PIECE = 1 << 20


def look(
    source: Path,
    passphrase: str,
    places: Places,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Looked:
    """Unpack and check the backup `source`; it waits then. Another one that waited is dropped.

    told: bytes that are done, of how many. Raises HotlineError for a backup that is refused.
    """
    drop(places)
    folder = places.restore / "unpacking"
    try:
        folder.mkdir(mode=0o700, parents=True)
        size = source.stat().st_size
        with source.open("rb") as file:
            about = _unpack(file, passphrase, folder, lambda: told(file.tell(), size))
        staged = Places(folder)
        _check(staged)
        if not about.recordings:
            _keep_recordings(places, staged)
        looked = _looked(about, staged, places)
        _finish(folder, looked)
        folder.replace(waiting_place(places))
        sync_directory(places.restore)
    except OSError as error:
        raise HotlineError(
            say("The backup cannot be unpacked."),
            disk_trouble(error) or say("Choose another file."),
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return looked


def prove(
    source: Path,
    passphrase: str,
    folder: Path,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> None:
    """Rehearse a restore in `folder`: the backup opens, is sound, and holds what it says it holds.

    Nothing of it stays. Raises HotlineError for one from which no box could be made.
    """
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700)
        size = source.stat().st_size
        with source.open("rb") as file:
            about = _unpack(file, passphrase, folder, lambda: told(file.tell(), size))
        _check(Places(folder))
        if _counted(contents(Places(folder))) != _counted(about.contents):
            raise HotlineError(
                say("This backup holds something else than it says."), say("Make another one.")
            )
    except OSError as error:
        raise HotlineError(
            say("The backup cannot be unpacked."),
            disk_trouble(error) or say("Make another one."),
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _counted(held: Contents) -> Contents:
    """What stands in the databases; of files, one may have come while the others were written."""
    return replace(held, lines=0, recordings=0, sentences=0)


def _unpack(file: BinaryIO, passphrase: str, folder: Path, told: Callable[[], None]) -> About:
    opened = Opened(file, passphrase)
    seen: set[str] = set()
    about: About | None = None
    try:
        with tarfile.open(fileobj=cast(BinaryIO, opened), mode="r|", errorlevel=2) as tar:
            for entry in tar:
                if about is None:
                    about = _about(tar, entry)
                    continue
                _put(tar, entry, folder, seen)
                told()
    except (tarfile.TarError, EOFError, ValueError) as strange:
        raise _strange() from strange
    while opened.read():
        pass  # the seal is proved at its end
    if about is None or RECORDS not in seen:
        raise _strange()
    return about


def _about(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> About:
    if entry.name != ABOUT or not entry.isreg() or entry.size > MOST_ABOUT:
        raise _strange()
    try:
        told = json.loads(_content(tar, entry).read())
        if told["format"] > FORMAT:
            raise newer()
        return About(**(told | {"contents": Contents(**told["contents"])}))
    except (ValueError, TypeError, KeyError):
        raise _strange() from None


def _put(tar: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path, seen: set[str]) -> None:
    name = entry.name
    if name in seen or len(seen) >= MOST_FILES:
        raise _strange()
    seen.add(name)
    path = folder / name
    if entry.issym() and allowed_link(name, entry.linkname):
        _folders(path.parent, folder)
        path.symlink_to(entry.linkname)
        return
    if not entry.isreg() or entry.sparse is not None or not allowed(name):
        raise _strange()
    keep_reserve(folder, entry.size)
    _folders(path.parent, folder)
    mode = PRIVATE if name in (*SETTINGS, ACCOUNTS) else OPEN
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as out:
        shutil.copyfileobj(_content(tar, entry), out, _PIECE)
        out.flush()
        os.fsync(handle)
    if path.stat().st_size != entry.size:
        raise _strange()


def _folders(path: Path, within: Path) -> None:
    if path != within:
        _folders(path.parent, within)
        path.mkdir(mode=FOLDER, exist_ok=True)


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    found = tar.extractfile(entry)
    if found is None:
        raise _strange()
    return found


def _check(staged: Places) -> None:
    """The databases are sound, and ours; brought to the schema of this box."""
    for file in (records_file(staged.data), accounts_file(staged.data)):
        if file.path.exists():
            _check_one(file)


def _check_one(file: DatabaseFile) -> None:
    problem = file.bring_up_to_date()
    if problem == "newer":
        raise newer()
    if problem:
        raise _strange()


def _keep_recordings(places: Places, staged: Places) -> None:
    """A backup without recordings leaves those in force that belong to the cases it brings."""
    here, there = _recorded(places), _recorded(staged)
    staged.recordings.mkdir(mode=FOLDER, exist_ok=True)
    for name, case in there.items():
        source = places.recordings / name
        if here.get(name) == case and allowed(f"{RECORDINGS}/{name}") and source.is_file():
            (staged.recordings / name).hardlink_to(source)


def _recorded(places: Places) -> dict[str, tuple[int, str]]:
    """Recordings by name: of which case, and when that was opened."""
    try:
        with records_file(places.data).reading() as database:
            rows = list(
                database.query(
                    "select recording, number, created from cases where recording is not null"
                )
            )
    except HotlineError:
        return {}
    return {row["recording"]: (row["number"], row["created"]) for row in rows}


def _looked(about: About, staged: Places, places: Places) -> Looked:
    return Looked(
        mark=secrets.token_hex(8),
        made_at=about.made_at,
        version=about.version,
        recordings=about.recordings,
        inside=contents(staged),
        here=contents(places),
    )


def _finish(folder: Path, looked: Looked) -> None:
    mark_absent(folder)
    write_whole(folder / LOOKED, json.dumps(asdict(looked), ensure_ascii=False).encode())
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            sync_directory(path)


def _strange() -> HotlineError:
    return HotlineError(
        say("This backup holds what no box of this version writes."),
        say("Use another backup."),
    )
