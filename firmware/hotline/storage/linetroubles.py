"""When a telephone line was lost, what the box did about it, and whether that helped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hotline.said import NOTHING, Part, Said, parts_of
from hotline.storage.database import instant, instant_or_none, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

KEPT = timedelta(days=90)


class Kind(StrEnum):
    """What was seen first."""

    GONE = "gone"  # nothing is plugged in
    HUNG = "hung"  # it is there and does not do as it is told
    REFUSED = "refused"  # it says what is missing
    ASKED = "asked"  # somebody wanted it restarted
    AWAY = "away"  # the network or the provider is not there


@dataclass(frozen=True)
class Mended:
    """One thing the box did. seen: why. did: in words, "" where it only looked again."""

    at: datetime
    seen: Said
    did: Said
    helped: bool = False


@dataclass(frozen=True)
class LineTrouble:
    """A line was lost. number: of its own. seconds: for which no caller could reach it.

    ended: None while it goes on, or where the box was stopped before; then `stopped`.
    """

    number: int
    line: str
    began: datetime
    kind: Kind
    why: Said
    seconds: float = 0.0
    ended: datetime | None = None
    stopped: bool = False
    steps: tuple[Mended, ...] = ()


class LineTroubles:
    """Writes them. Lives on the loop. following: the first number that is free."""

    def __init__(self, writer: Writer, following: int = 1) -> None:
        self._writer, self._following = writer, following

    def number(self) -> int:
        """For a new one."""
        self._following += 1
        return self._following - 1

    def keep(self, troubles: Iterable[LineTrouble]) -> Future[None]:
        """Done when they are on the disk, each in place of what was written of it before."""
        rows = [_row(one) for one in troubles]
        return self._writer.submit(lambda database: _store(database, rows))


def next_number(database: Database) -> int:
    """The first that is free."""
    (row,) = database.query("select coalesce(max(number), 0) + 1 as next from line_troubles")
    return int(row["next"])


def close_open(database: Database) -> None:
    """The box starts: what went on when it stopped is over, nobody knows when."""
    database.execute("update line_troubles set stopped = 1 where ended is null")


def of_line(database: Database, line: str, since: datetime) -> list[LineTrouble]:
    """A line's troubles since then, the newest first."""
    rows = database.query(
        "select * from line_troubles where line = ? and began >= ?"
        " order by began desc, number desc",
        (line, text_of(since)),
    )
    return [_trouble(row) for row in rows]


def purge(database: Database, now: datetime) -> None:
    """Delete what is too long ago."""
    database.execute("delete from line_troubles where began < ?", (text_of(now - KEPT),))


def open_now(trouble: LineTrouble, now: datetime) -> LineTrouble:
    """One that goes on, with the seconds until now."""
    if trouble.ended or trouble.stopped:
        return trouble
    return replace(trouble, seconds=max(0.0, (now - trouble.began).total_seconds()))


def _store(database: Database, rows: list[tuple[object, ...]]) -> None:
    for row in rows:
        database.execute(
            "insert or replace into line_troubles"
            " (number, line, began, kind, why, seconds, ended, stopped, steps)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )


def _row(one: LineTrouble) -> tuple[object, ...]:
    steps = [[text_of(s.at), _parts(s.seen), _parts(s.did), s.helped] for s in one.steps]
    ended = text_of(one.ended) if one.ended else None
    why, told = _written(_parts(one.why)), _written(steps)
    began, seconds = text_of(one.began), round(one.seconds, 1)
    return one.number, one.line, began, one.kind, why, seconds, ended, one.stopped, told


def _trouble(row: Mapping[str, Any]) -> LineTrouble:
    steps = tuple(
        Mended(instant(at), _said(seen), _said(did), bool(helped))
        for at, seen, did, helped in json.loads(row["steps"])
    )
    return LineTrouble(
        row["number"],
        row["line"],
        instant(row["began"]),
        Kind(row["kind"]),
        _said(json.loads(row["why"])),
        row["seconds"],
        instant_or_none(row["ended"]),
        bool(row["stopped"]),
        steps,
    )


def _parts(told: Said) -> list[tuple[str, dict[str, str]]]:
    return [(part.text, dict(part.values)) for part in parts_of(told)]


def _said(parts: list[tuple[str, dict[str, str]]]) -> Said:
    return Said(*(Part(text, values) for text, values in parts)) if parts else NOTHING


def _written(whole: object) -> str:
    return json.dumps(whole, ensure_ascii=False)
