"""The office as it is stored: canonical YAML, every saving kept. Reading it costs no disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from hotline.inbox.label import label
from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer


@dataclass(frozen=True)
class OfficeVersion:
    """One saving of the office."""

    id: int
    at: datetime
    author: str
    yaml: str


class OfficeStore:
    """The office in the daemon: the newest version in memory, the same on its way to the disk.

    Whoever parses the YAML may keep the result for as long as `version` stays the same.
    """

    def __init__(self, writer: Writer, newest: OfficeVersion | None) -> None:
        """newest: what the function `newest` read at the start."""
        self._writer = writer
        self._newest = newest

    @property
    def version(self) -> int:
        """Number of the version in force; 0 while none was ever saved."""
        return self._newest.id if self._newest else 0

    def current(self) -> str | None:
        """The YAML in force; None while none was ever saved."""
        return self._newest.yaml if self._newest else None

    def save(
        self,
        yaml: str,
        author: str,
        at: datetime,
        along: Callable[[Database], None] = lambda _: None,
    ) -> Future[int]:
        """Put a validated office in force for the next call, and store it.

        along: writes what is true only together with it. The future gives its number when it is on
        the disk.
        """
        version = OfficeVersion(self.version + 1, at, label(author), yaml)
        self._newest = version

        def write(database: Database) -> int:
            along(database)
            return _insert(database, version)

        return self._writer.submit(write)


def newest(database: Database) -> OfficeVersion | None:
    """The version in force, None while none was ever saved."""
    return next(iter(history(database, limit=1)), None)


def current(database: Database) -> str | None:
    """The YAML in force, for readers outside the daemon."""
    found = newest(database)
    return found.yaml if found else None


def history(database: Database, limit: int = 50) -> list[OfficeVersion]:
    """The last versions, the newest first."""
    rows = database.query("select * from office_versions order by id desc limit ?", (limit,))
    return [
        OfficeVersion(row["id"], instant(row["at"]), row["author"], row["yaml"]) for row in rows
    ]


def version(database: Database, number: int) -> OfficeVersion | None:
    """One version of the history, to look at or to take back."""
    rows = list(database.query("select * from office_versions where id = ?", (number,)))
    return (
        OfficeVersion(number, instant(rows[0]["at"]), rows[0]["author"], rows[0]["yaml"])
        if rows
        else None
    )


def _insert(database: Database, saved: OfficeVersion) -> int:
    database.execute(
        "insert into office_versions (id, at, author, yaml) values (?, ?, ?, ?)"
        " on conflict do nothing",
        (saved.id, text_of(saved.at), saved.author, saved.yaml),
    )
    return saved.id
