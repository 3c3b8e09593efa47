"""What the exchange of each line was learned to send when the caller has gone."""

from __future__ import annotations

import json
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer


@dataclass(frozen=True)
class LearnedTone:
    """See HangUpTone of media/engine.py."""

    line: str
    at: datetime
    hertz: tuple[int, ...]
    on: float
    off: float


class LearnedTones:
    """The tone of each line, in memory and on its way to the disk. Lives on the loop."""

    def __init__(self, writer: Writer, known: dict[str, LearnedTone]) -> None:
        """known: what the function `known` read at the start."""
        self._writer, self._known = writer, known

    def of(self, line: str) -> LearnedTone | None:
        """The line's tone."""
        return self._known.get(line)

    def keep(self, tone: LearnedTone) -> Future[None]:
        """Replace the line's tone; done when it is on the disk."""
        self._known[tone.line] = tone
        return self._writer.submit(lambda database: _store(database, tone))

    def forget(self, line: str) -> Future[None]:
        """The line has none any more; done when that is on the disk."""
        self._known.pop(line, None)
        return self._writer.submit(lambda database: _drop(database, line))


def known(database: Database) -> dict[str, LearnedTone]:
    """The tone of every line, by its name."""
    return {row["line"]: _tone(row) for row in database.query("select * from learned_tones")}


def _tone(row: dict[str, Any]) -> LearnedTone:
    hertz = tuple(json.loads(row["hertz"]))
    return LearnedTone(row["line"], instant(row["at"]), hertz, row["on"], row["off"])


def _store(database: Database, tone: LearnedTone) -> None:
    database.execute(
        "insert or replace into learned_tones values (?, ?, ?, ?, ?)",
        (tone.line, text_of(tone.at), json.dumps(tone.hertz), tone.on, tone.off),
    )


def _drop(database: Database, line: str) -> None:
    database.execute("delete from learned_tones where line = ?", (line,))
