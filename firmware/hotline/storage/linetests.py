"""The last self-test of each line: what its hardware and its network can really do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from hotline.storage.database import instant, text_of
from hotline.storage.writer import Writer


class Outcome(StrEnum):
    """What came of one check. UNKNOWN: it could not be seen, for a reason said in its words."""

    WORKS = "works"
    FAILS = "fails"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Check:
    """One thing that was tried. what: a stable word for programs. words: one plain sentence."""

    what: str
    outcome: Outcome
    words: str


@dataclass(frozen=True)
class LineTest:
    """A self-test. number: that was called, hidden but for its ends."""

    line: str
    at: datetime
    number: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Did nothing fail?"""
        return all(check.outcome is not Outcome.FAILS for check in self.checks)


class LineTests:
    """The newest test of each line, in memory and on its way to the disk. Lives on the loop."""

    def __init__(
        self, writer: Writer, known: dict[str, LineTest], handing: Iterable[str] = ()
    ) -> None:
        """known, handing: what the functions of these names read at the start."""
        self._writer, self._known, self._handing = writer, known, set(handing)

    def of(self, line: str) -> LineTest | None:
        """The line's newest test."""
        return self._known.get(line)

    def keep(self, test: LineTest) -> Future[None]:
        """Replace the line's test; done when it is on the disk."""
        self._known[test.line] = test
        return self._writer.submit(lambda database: _store(database, test))

    def hands_on(self, card: str) -> bool:
        """Was this modem with this SIM card last seen to hold and join two calls?"""
        return card in self._handing

    def keep_handing(self, card: str, at: datetime, *, works: bool) -> Future[None]:
        """What came of trying it; done when it is on the disk."""
        (self._handing.add if works else self._handing.discard)(card)
        return self._writer.submit(lambda database: _store_handing(database, card, at, works))


def known(database: Database) -> dict[str, LineTest]:
    """The newest test of every line, by its name."""
    return {row["line"]: _test(row) for row in database.query("select * from line_tests")}


def handing(database: Database) -> set[str]:
    """The modems, each with its SIM card, that hold and join calls."""
    return {row["card"] for row in database.query("select card from handing_tests where works")}


def _test(row: dict[str, Any]) -> LineTest:
    checks = tuple(
        Check(one["what"], Outcome(one["outcome"]), one["words"])
        for one in json.loads(row["checks"])
    )
    return LineTest(row["line"], instant(row["at"]), row["number"], checks)


def _store_handing(database: Database, card: str, at: datetime, works: bool) -> None:
    database.execute(
        "insert or replace into handing_tests (card, at, works) values (?, ?, ?)",
        (card, text_of(at), works),
    )


def _store(database: Database, test: LineTest) -> None:
    checks = [{"what": c.what, "outcome": c.outcome, "words": c.words} for c in test.checks]
    database.execute(
        "insert or replace into line_tests (line, at, number, checks) values (?, ?, ?, ?)",
        (test.line, text_of(test.at), test.number, json.dumps(checks, ensure_ascii=False)),
    )
