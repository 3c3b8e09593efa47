"""Letters on the disk: what is to be told to people outside the box, until it was delivered."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hotline.said import NOTHING, Part, Said, parts_of, together
from hotline.storage.database import instant, instant_or_none, text_of
from hotline.storage.sqlite import Database

TEST = "test-"


class LetterState(StrEnum):
    """WAITING until the far side took it; FAILED after a month of trying, or for a text when the
    network gave up; DELIVERED, for a text, when it is on the telephone."""

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Letter:
    """One message by one way to one recipient. id: unique for ever, the same in every attempt.

    way: "email", "sms", "apprise". recipient: address, number or target of that way.
    attachment: name of a recording. last_error: why the last attempt failed, in plain words.
    One whose id begins with TEST was asked for to see whether it arrives.
    """

    id: str
    created: datetime
    way: str
    recipient: str
    subject: str
    body: str
    next_try_at: datetime
    case_number: int | None = None
    attachment: str | None = None
    state: LetterState = LetterState.WAITING
    attempts: int = 0
    last_error: Said = NOTHING
    sent_at: datetime | None = None


def store(database: Database, letter: Letter) -> None:
    """Write the letter as it is now, new or not."""
    row = _row(letter)
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    database.execute(
        f"insert or replace into outbox ({names}) values ({marks})",  # noqa: S608
        list(row.values()),
    )


def waiting(database: Database) -> list[Letter]:
    """Not delivered yet, the oldest first."""
    return _letters(database, "state = 'waiting' order by created, id", ())


def of_case(database: Database, number: int) -> list[Letter]:
    """Every letter about that case, the oldest first: who was told, and whether it arrived."""
    return _letters(database, "case_number = ? order by created, id", (number,))


def recent(database: Database, limit: int = 100) -> list[Letter]:
    """The newest letters first, whatever became of them."""
    return _letters(database, "true order by created desc, id limit ?", (limit,))


def one(database: Database, letter_id: str) -> Letter | None:
    """Whatever became of it; None where there is none."""
    return next(iter(_letters(database, "id = ?", (letter_id,))), None)


def tests(database: Database, limit: int) -> list[Letter]:
    """Those that were asked for to see whether they arrive, the newest first."""
    chosen = "id like ? order by created desc, id limit ?"
    return _letters(database, chosen, (f"{TEST}%", limit))


def given_up(database: Database, since: datetime, limit: int) -> list[Letter]:
    """Made after `since`, and not sent any more; the newest first. Tests are left out."""
    chosen = "state = 'failed' and created > ? and id not like ? order by created desc, id limit ?"
    return _letters(database, chosen, (text_of(since), f"{TEST}%", limit))


def recipients_since(database: Database, way: str, since: datetime) -> dict[str, datetime]:
    """To whom a letter was put in for that way after `since`, and when the last one was."""
    rows = database.query(
        "select recipient, max(created) as last from outbox where way = ? and created > ?"
        " group by recipient",
        (way, text_of(since)),
    )
    return {row["recipient"]: instant(row["last"]) for row in rows}


def purge(database: Database, before: datetime) -> int:
    """Delete letters made before that instant which wait no more; returns how many."""
    cursor = database.execute(
        "delete from outbox where state != 'waiting' and created < ?", (text_of(before),)
    )
    return cursor.rowcount


def erase(database: Database, number: str, cases: Iterable[int]) -> None:
    """Delete letters about these cases, and every other that names the caller's number."""
    for case in cases:
        database.execute("delete from outbox where case_number = ?", (case,))
    database.execute(
        "delete from outbox where instr(subject || body || recipient, ?) > 0", (number,)
    )


def _letters(database: Database, where: str, values: tuple[Any, ...]) -> list[Letter]:
    arrived = "(select state from texts where letter = outbox.id order by texts.id desc limit 1)"
    rows = database.query(
        f"select *, {arrived} as arrived from outbox where {where}",  # noqa: S608
        values,
    )
    return [_letter(row) for row in rows]


def _row(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "created": text_of(letter.created),
        "case_number": letter.case_number,
        "way": letter.way,
        "recipient": letter.recipient,
        "subject": letter.subject,
        "body": letter.body,
        "attachment": letter.attachment,
        "state": letter.state.value,
        "attempts": letter.attempts,
        "next_try_at": text_of(letter.next_try_at),
        "last_error": _kept(letter.last_error),
        "sent_at": letter.sent_at and text_of(letter.sent_at),
    }


def _letter(row: dict[str, Any]) -> Letter:
    return Letter(
        id=row["id"],
        created=instant(row["created"]),
        way=row["way"],
        recipient=row["recipient"],
        subject=row["subject"],
        body=row["body"],
        next_try_at=instant(row["next_try_at"]),
        case_number=row["case_number"],
        attachment=row["attachment"],
        state=_state(row["state"], row["arrived"]),
        attempts=row["attempts"],
        last_error=_told(row["last_error"]),
        sent_at=instant_or_none(row["sent_at"]),
    )


def _state(state: str, arrived: str | None) -> LetterState:
    """What the network reported of a text is known only after it was sent."""
    return LetterState(arrived if state == LetterState.SENT and arrived else state)


def _kept(told: str) -> str:
    """As JSON, so that the page can say it in other languages after a restart, too."""
    parts = [(part.text, dict(part.values)) for part in parts_of(told)]
    return json.dumps(parts, ensure_ascii=False) if parts else ""


def _told(kept: str) -> Said:
    """Rows of older versions hold the text alone."""
    try:
        return Said(*(Part(text, values) for text, values in json.loads(kept)))
    except (ValueError, TypeError):
        return together(kept)
