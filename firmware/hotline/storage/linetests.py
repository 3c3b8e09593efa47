"""The last self-test of each line, and the last call of the box to itself over it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database
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


@dataclass(frozen=True)
class SelfCall:
    """The box called its own line at `at`, over another one.

    words: one sentence. seconds: for which it was connected, and is paid. worked: did callers get
    through when that could be seen last? None: it never could.
    """

    line: str
    at: datetime
    over: str
    outcome: Outcome
    words: str
    seconds: float = 0.0
    worked: bool | None = None


class LineTests:
    """The newest of each line, in memory and on their way to the disk. Lives on the loop."""

    def __init__(
        self,
        writer: Writer,
        known: dict[str, LineTest],
        handing: Iterable[str] = (),
        self_calls: Iterable[SelfCall] = (),
    ) -> None:
        """known, handing, self_calls: what the functions of these names read at the start."""
        self._writer, self._known, self._handing = writer, known, set(handing)
        self._self_calls = {one.line: one for one in self_calls}

    def of(self, line: str) -> LineTest | None:
        """The line's newest test."""
        return self._known.get(line)

    def keep(self, test: LineTest) -> Future[None]:
        """Replace the line's test; done when it is on the disk."""
        self._known[test.line] = test
        return self._writer.submit(lambda database: _store(database, test))

    def self_call(self, line: str) -> SelfCall | None:
        """The newest call of the box to this line."""
        return self._self_calls.get(line)

    def keep_self_call(self, call: SelfCall) -> Future[None]:
        """Replace the line's; done when it is on the disk."""
        self._self_calls[call.line] = call
        return self._writer.submit(lambda database: _store_self_call(database, call))

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


def self_calls(database: Database) -> list[SelfCall]:
    """The newest call of the box to each line."""
    return [
        SelfCall(
            row["line"],
            instant(row["at"]),
            row["over"],
            Outcome(row["outcome"]),
            row["words"],
            row["seconds"],
            None if row["worked"] is None else bool(row["worked"]),
        )
        for row in database.query("select * from self_calls order by line")
    ]


def _store_self_call(database: Database, call: SelfCall) -> None:
    database.execute(
        "insert or replace into self_calls (line, at, over, outcome, words, seconds, worked)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            call.line,
            text_of(call.at),
            call.over,
            call.outcome.value,
            call.words,
            call.seconds,
            call.worked,
        ),
    )


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
