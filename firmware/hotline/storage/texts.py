"""Texts (SMS) on the disk: what came, whole, each once; what was sent, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hotline.at import pdu
from hotline.at.pdu import Part, Received, Report, Unreadable
from hotline.numbering import normalise
from hotline.storage.database import instant, instant_or_none, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

WAITS_FOR_ITS_REST = timedelta(days=1)
EARLY_REPORT_KEPT = timedelta(hours=1)
GAP = "[…]"
WHOLE = Part(0, 1, 1)


class Direction(StrEnum):
    """IN came to the box, OUT was sent by it."""

    IN = "in"
    OUT = "out"


class TextState(StrEnum):
    """What became of a text. INCOMPLETE: parts never came. DELIVERED: on the telephone."""

    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    UNREADABLE = "unreadable"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Text:
    """One text. number: the other side's, E.164 where it is one, else as sent: untrusted, as text.

    text: as written, also with control characters. at: when the box filed it. sent_at: when the
    network says that it took it. letter: the outbox's, "" for none.
    """

    id: int
    direction: Direction
    line: str
    number: str
    text: str
    at: datetime
    sent_at: datetime | None
    state: TextState
    letter: str
    parts: int


class Texts:
    """Writes texts. Nothing here waits; each future is done when it is on the disk."""

    def __init__(self, writer: Writer, country: str) -> None:
        """country: whose national numbers are meant."""
        self._writer, self._country = writer, country

    def came(self, line: str, written: str, at: datetime) -> Future[list[Text]]:
        """File a PDU that came over a line: the texts that are whole, or given up, with it.

        The same one again is filed once.
        """
        return self._writer.submit(lambda db: _file(db, _Came(line, written, at, self._country)))

    def sent(
        self, line: str, number: str, text: str, parts: Sequence[int], at: datetime, letter: str
    ) -> Future[None]:
        """The network took a text. parts: what reports of its parts will call them."""
        row = _row(Direction.OUT, line, number, text, at, TextState.SENT) | {
            "letter": letter,
            "parts": len(parts),
        }
        return self._writer.submit(lambda db: _sent(db, row, parts, at))

    def file_overdue(self, at: datetime) -> Future[list[Text]]:
        """Long texts whose rest has not come for a day are filed as they are: these."""
        return self._writer.submit(lambda db: _file_overdue(db, at))


# -- reading ---------------------------------------------------------------------------------------


def recent(database: Database, limit: int = 100) -> list[Text]:
    """The newest texts first."""
    rows = database.query("select * from texts order by id desc limit ?", (limit,))
    return [_text(row) for row in rows]


def state_of(database: Database, letter: str) -> TextState | None:
    """What became of the text of a letter; None while it is not written down."""
    row = database.execute("select state from texts where letter = ?", (letter,)).fetchone()
    return None if row is None else TextState(row[0])


def parts_sent_since(database: Database, since: datetime) -> list[datetime]:
    """When each part was sent that the operator counts, the oldest first."""
    rows = database.query(
        "select at, parts from texts where direction = 'out' and at > ? order by at",
        (text_of(since),),
    )
    return [instant(row["at"]) for row in rows for _ in range(row["parts"])]


def purge(database: Database, before: datetime) -> int:
    """Delete texts filed before that instant; returns how many."""
    for table in ("text_parts", "text_reports"):
        database.execute(
            f"delete from {table} where text_id is null and at < ?",  # noqa: S608
            (text_of(before),),
        )
    return database.execute("delete from texts where at < ?", (text_of(before),)).rowcount


def erase(database: Database, number: str) -> None:
    """Delete texts from and to a number, and those that name it."""
    database.execute("delete from text_parts where sender = ?", (number,))
    database.execute("delete from text_reports where number = ?", (number,))
    database.execute(
        "delete from texts where number = :number or instr(text, :number) > 0", {"number": number}
    )


# -- what came -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Came:
    """A PDU and how it came."""

    line: str
    written: str
    at: datetime
    country: str

    @property
    def digest(self) -> str:
        """The same for the same PDU on the same line, and not readable."""
        return hashlib.sha256(f"{self.line} {self.written.upper()}".encode()).hexdigest()

    def number(self, sender: str) -> str:
        return normalise(sender, self.country) or sender


def _file(database: Database, came: _Came) -> list[Text]:
    seen = database.execute("select 1 from text_parts where digest = ?", (came.digest,)).fetchone()
    if seen:
        return []
    match pdu.decode(came.written):
        case Report() as report:
            _report(database, came, report)
            return []
        case Unreadable(why, sender):
            row = _row(
                Direction.IN, came.line, came.number(sender), why, came.at, TextState.UNREADABLE
            )
            text = _insert(database, "texts", row)
            _keep_part(database, came, came.number(sender), WHOLE, text, came.written)
            return [_get(database, text)]
        case Received() as received:
            return [_get(database, text) for text in _received(database, came, received)]


def _received(database: Database, came: _Came, received: Received) -> list[int]:
    """The ids of the texts that were joined with this part."""
    joined: list[int] = []
    sender, part = came.number(received.sender), received.part or WHOLE
    group = (came.line, sender, part.reference, part.total)
    if any(row["number"] == part.number for row in _waiting(database, group)):
        joined.append(_join(database, group, came.at))  # the reference is used anew
    _keep_part(database, came, sender, part, None, came.written)
    if len(_waiting(database, group)) == part.total:
        joined.append(_join(database, group, came.at))
    return joined


def _keep_part(
    database: Database, came: _Came, sender: str, part: Part, text: int | None, written: str
) -> None:
    _insert(
        database,
        "text_parts",
        {
            "digest": came.digest,
            "text_id": text,
            "at": text_of(came.at),
            "line": came.line,
            "sender": sender,
            "reference": part.reference,
            "total": part.total,
            "number": part.number,
            "pdu": written,
        },
    )


_Group = tuple[str, str, int, int]


def _waiting(database: Database, group: _Group) -> list[dict[str, Any]]:
    rows = database.query(
        "select * from text_parts where text_id is null"
        " and line = ? and sender = ? and reference = ? and total = ? order by number",
        group,
    )
    return list(rows)


def _join(database: Database, group: _Group, at: datetime) -> int:
    """File a text from the parts that are there; its id."""
    rows = _waiting(database, group)
    line, sender, _, total = group
    state = TextState.RECEIVED if len(rows) == total else TextState.INCOMPLETE
    received = [(row["number"], pdu.decode(row["pdu"])) for row in rows]
    parts = {number: one for number, one in received if isinstance(one, Received)}
    row = _row(Direction.IN, line, sender, _whole(parts, total), at, state)
    sent_at = min((one.sent_at for one in parts.values() if one.sent_at), default=None)
    row |= {"sent_at": sent_at and text_of(sent_at), "parts": len(rows)}
    text = _insert(database, "texts", row)
    for one in rows:
        database.execute(
            "update text_parts set text_id = ?, pdu = '' where digest = ?", (text, one["digest"])
        )
    return text


def _whole(parts: dict[int, Received], total: int) -> str:
    """The text, with GAP for each run of parts that are not there."""
    said = ""
    run: list[Received] = []
    for number in range(1, total + 2):
        if number in parts:
            run.append(parts[number])
            continue
        said += pdu.joined(run)
        run = []
        if number <= total and not said.endswith(GAP):
            said += GAP
    return said


def _file_overdue(database: Database, at: datetime) -> list[Text]:
    rows = database.query(
        "select distinct line, sender, reference, total from text_parts"
        " where text_id is null and at < ?",
        (text_of(at - WAITS_FOR_ITS_REST),),
    )
    groups = [(row["line"], row["sender"], row["reference"], row["total"]) for row in rows]
    return [_get(database, _join(database, group, at)) for group in groups]


# -- what was sent ---------------------------------------------------------------------------------


def _sent(database: Database, row: dict[str, Any], parts: Sequence[int], at: datetime) -> None:
    text = _insert(database, "texts", row)
    early = text_of(at - EARLY_REPORT_KEPT)
    for reference in parts:
        known = database.execute(
            "update text_reports set text_id = ? where text_id is null"
            " and line = ? and number = ? and reference = ? and at > ?",
            (text, row["line"], row["number"], reference, early),
        ).rowcount
        if not known:
            _insert_report(database, text, row["line"], row["number"], reference, "waiting", at)
    _judge(database, text)


def _report(database: Database, came: _Came, report: Report) -> None:
    """A report belongs to the newest text that waits for one of that name, or comes before it."""
    if report.arrived is None:
        return
    state = TextState.DELIVERED if report.arrived else TextState.FAILED
    number = came.number(report.recipient)
    found = database.execute(
        "select rowid, text_id from text_reports where state = 'waiting'"
        " and line = ? and number = ? and reference = ? order by rowid desc limit 1",
        (came.line, number, report.reference),
    ).fetchone()
    if found is None:
        _insert_report(database, None, came.line, number, report.reference, state, came.at)
        return
    database.execute("update text_reports set state = ? where rowid = ?", (state, found[0]))
    _judge(database, found[1])


def _insert_report(
    database: Database,
    text: int | None,
    line: str,
    number: str,
    reference: int,
    state: str,
    at: datetime,
) -> None:
    values = (text, line, number, reference, state, text_of(at))
    database.execute("insert into text_reports values (?, ?, ?, ?, ?, ?)", values)


def _judge(database: Database, text: int) -> None:
    """A text is as well as the worst of its parts."""
    rows = database.execute("select state from text_reports where text_id = ?", (text,))
    states = {row[0] for row in rows}
    if TextState.FAILED in states:
        state = TextState.FAILED
    elif states == {TextState.DELIVERED}:
        state = TextState.DELIVERED
    else:
        return
    database.execute("update texts set state = ? where id = ?", (state, text))


# -- rows ------------------------------------------------------------------------------------------


def _row(
    direction: Direction, line: str, number: str, text: str, at: datetime, state: TextState
) -> dict[str, Any]:
    return {
        "direction": direction.value,
        "line": line,
        "number": number,
        "text": text,
        "at": text_of(at),
        "state": state.value,
    }


def _insert(database: Database, table: str, row: dict[str, Any]) -> int:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    cursor = database.execute(
        f"insert into {table} ({names}) values ({marks})",  # noqa: S608
        list(row.values()),
    )
    return int(cursor.lastrowid or 0)


def _get(database: Database, text: int) -> Text:
    (row,) = database.query("select * from texts where id = ?", (text,))
    return _text(row)


def _text(row: dict[str, Any]) -> Text:
    return Text(
        id=row["id"],
        direction=Direction(row["direction"]),
        line=row["line"],
        number=row["number"],
        text=row["text"],
        at=instant(row["at"]),
        sent_at=instant_or_none(row["sent_at"]),
        state=TextState(row["state"]),
        letter=row["letter"],
        parts=row["parts"],
    )
