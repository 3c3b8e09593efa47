"""A SQLite file: how it is opened, checked, repaired and copied. The only caller of sqlite3.

`journal_mode=DELETE` with `synchronous=EXTRA` loses no acknowledged row when the power is cut:
EXTRA syncs the directory after the journal's removal, which FULL leaves out.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from hotline.errors import HotlineError
from hotline.storage.durable import put_in_place, sync_directory
from hotline.storage.sqlite import Database as Database  # the page names what it is handed
from hotline.storage.sqlite import Migrations

BUSY_TIMEOUT_MS = 5000

PRAGMAS = (
    "PRAGMA journal_mode=DELETE",
    "PRAGMA synchronous=EXTRA",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA secure_delete=ON",
)

FULL = "The disk is full: calls go on, new records wait in memory. Delete old recordings."
READ_ONLY = "The disk can only be read: calls go on, new records wait in memory. Replace the card."
FAILING = "The disk reports errors: calls go on, new records wait in memory. Replace the card."
BUSY = "The records are in use by another program: new records wait in memory."
DAMAGED = "The file of the records is damaged: it is being replaced by the last good copy."

# https://www.sqlite.org/rescode.html, primary codes
_SQLITE_TROUBLE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: FAILING,
    sqlite3.SQLITE_IOERR: FAILING,
    sqlite3.SQLITE_PROTOCOL: BUSY,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_NOMEM: BUSY,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
_OS_TROUBLE = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EROFS: READ_ONLY,
    errno.EIO: FAILING,
    errno.EMFILE: BUSY,
    errno.ENFILE: BUSY,
    errno.ENOMEM: BUSY,
    errno.EAGAIN: BUSY,
    errno.EBUSY: BUSY,
}


def disk_trouble(error: Exception) -> str:
    """One sentence for the owner when the disk is to blame for `error`, "" when the program is."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return "" if code is None else _SQLITE_TROUBLE.get(code & 0xFF, "")
    if isinstance(error, OSError):
        return _OS_TROUBLE.get(error.errno or 0, "")
    return ""


def text_of(at: datetime) -> str:
    """How an instant is stored: ISO 8601 in UTC, of one length, so that text order is time order.

    Raises ValueError for a naive datetime.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def instant(text: str) -> datetime:
    """What `text_of` stored."""
    return datetime.fromisoformat(text)


def instant_or_none(text: str | None) -> datetime | None:
    """What `text_of` stored, None where nothing is."""
    return None if text is None else instant(text)


@dataclass(frozen=True)
class DatabaseFile:
    """One SQLite file with its schema and its last good copy.

    path: the file. migrations: its schema. backup: where `back_up` puts the copy.
    """

    path: Path
    migrations: Migrations
    backup: Path

    def prepare(self, now: datetime) -> str:
        """Check the file, repair it if need be, bring its schema up to date.

        A damaged file is moved aside as `<name>-corrupt-<utc>.sqlite` and the last good copy
        takes its place. Returns what was found in one sentence, or "". To be called while
        nobody writes. Raises HotlineError when the disk lets nothing be read or created.
        """
        try:
            return self.mend(now)
        except (sqlite3.Error, OSError) as error:
            if words := disk_trouble(error):
                raise HotlineError(f"{self.path.name} cannot be opened: {error}.", words) from error
            raise

    def mend(self, now: datetime) -> str:
        """`prepare` for a caller who tries again: raises sqlite3.Error and OSError as they are."""
        self.backup.parent.mkdir(parents=True, exist_ok=True)
        finding = self._repair(now)
        with closing(self.connect()) as database:
            self.migrations.apply(database)
        return finding

    def connect(self) -> Database:
        """A connection for writing, with exactly the pragmas above."""
        connection = sqlite3.connect(self.path)
        try:
            for pragma in PRAGMAS:
                connection.execute(pragma)
            return _wrapped(connection)
        except sqlite3.Error:
            connection.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A read-only connection; keep it short, a writer waits for it to end.

        Raises HotlineError when the disk is to blame, also while the block reads.
        """
        try:
            with closing(self._connect_for_reading()) as connection:
                yield _wrapped(connection)
        except sqlite3.Error as error:
            if words := disk_trouble(error):
                raise HotlineError("The records cannot be read now.", words) from error
            raise

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """One transaction on a connection of its own, for files without a Writer.

        Waits for other writers. Raises HotlineError when the disk is to blame; nothing is
        written then, nor when the block raises.
        """
        try:
            with closing(self.connect()) as database:
                database.execute("begin immediate")
                with database.atomic():
                    yield database
                database.commit()
        except sqlite3.Error as error:
            if words := disk_trouble(error):
                raise HotlineError("Nothing can be saved now.", words) from error
            raise

    def back_up(self) -> None:
        """Copy the file to `backup`, only if it is sound; the older copy stays until then.

        Safe beside a running writer, which waits meanwhile. Not for the call's loop: takes
        seconds. Raises HotlineError when the file is damaged or the copy cannot be written.
        """
        unfinished = self.backup.with_name(f".{self.backup.name}.new")
        try:
            self.copy_to(unfinished)
            put_in_place(unfinished, self.backup)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise HotlineError(f"No copy was made ({error}).", disk_trouble(error)) from error

    def copy_to(self, target: Path) -> None:
        """The file as it is at one instant, at `target`, only if it is sound; as `back_up`."""
        target.unlink(missing_ok=True)
        try:
            with closing(self._connect_for_reading()) as connection:
                if problem := _problem(connection, "integrity_check"):
                    raise HotlineError(f"{self.path.name} is damaged ({problem}).", DAMAGED)
                connection.execute("VACUUM INTO ?", (str(target),))
        except (sqlite3.Error, OSError) as error:
            target.unlink(missing_ok=True)
            raise HotlineError(f"No copy was made ({error}).", disk_trouble(error)) from error

    def take_over(self, source: Path) -> None:
        """Let everything in the file be as in `source`, in one transaction, beside other writers.

        Whoever has the file open sees the old or the new. Raises HotlineError when the file is
        damaged or the disk refuses.
        """
        try:
            with closing(sqlite3.connect(source)) as new, closing(self.connect()) as database:
                new.backup(database.conn)
        except sqlite3.Error as error:
            if words := disk_trouble(error):
                raise HotlineError(
                    f"{self.path.name} cannot be written ({error}).", words
                ) from error
            raise

    def settle(self) -> bool:
        """Undo what a killed writer has left half done; False for a damaged file."""
        try:
            with closing(self.connect()) as database:
                return not _problem(database.conn, "quick_check")
        except sqlite3.DatabaseError as error:
            if disk_trouble(error) == DAMAGED:
                return False
            raise

    def bring_up_to_date(self) -> str:
        """Give a foreign file our schema. Returns "", or what stands in the way: "damaged" for one
        that is no sound file of ours, "newer" for one of a later version.
        """
        if not self.settle():
            return "damaged"
        with closing(self.connect()) as database:
            known = {one.name for one in self.migrations.pending(Database(memory=True))}
            held = {one.name for one in self.migrations.applied(database)}
            if held - known:
                return "newer"
            if not held:
                return "damaged"
            self.migrations.apply(database)
        return ""

    def moved_aside(self) -> list[Path]:
        """Damaged files (and their journals) that were kept when a copy took their place."""
        return sorted(self.path.parent.glob(f"{self.path.stem}-corrupt-*.sqlite*"))

    def _connect_for_reading(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{quote(str(self.path))}?mode=ro", uri=True)
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        return connection

    def _repair(self, now: datetime) -> str:
        if not self.path.exists():
            return self._restore("The file of the records was gone.") if self._has_copy() else ""
        problem = self._check()
        if not problem:
            return ""
        aside = self._move_aside(now)
        cause = f"The file of the records was damaged ({problem}) and is kept as {aside}."
        return self._restore(cause)

    def _check(self) -> str:
        try:
            with closing(sqlite3.connect(self.path)) as connection:
                return _problem(connection, "quick_check")
        except sqlite3.DatabaseError as error:
            if disk_trouble(error) == DAMAGED:
                return str(error)
            raise

    def _move_aside(self, now: datetime) -> str:
        stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
        aside = self.path.with_name(f"{self.path.stem}-corrupt-{stamp}.sqlite")
        # A journal left beside the path would be played into the copy that takes its place.
        journal = Path(f"{self.path}-journal")
        if journal.exists():
            journal.replace(f"{aside}-journal")
        self.path.replace(aside)
        sync_directory(self.path.parent)
        return aside.name

    def _has_copy(self) -> bool:
        return self.backup.exists()

    def _restore(self, cause: str) -> str:
        if not self._has_copy():
            return f"{cause} There is no copy: the records begin anew."
        unfinished = self.path.with_name(f".{self.path.name}.new")
        shutil.copyfile(self.backup, unfinished)
        put_in_place(unfinished, self.path)
        made = datetime.fromtimestamp(self.backup.stat().st_mtime, UTC)
        return f"{cause} The copy of {made:%Y-%m-%d %H:%M} UTC took its place."


def _wrapped(connection: sqlite3.Connection) -> Database:
    return Database(connection, recursive_triggers=False, execute_plugins=False)


def _problem(connection: sqlite3.Connection, check: str) -> str:
    """What SQLite's own check finds first, "" when the file is sound."""
    (answer,) = connection.execute(f"PRAGMA {check}(1)").fetchone()
    return "" if answer == "ok" else str(answer)
