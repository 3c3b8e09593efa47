"""What was done with the box and its page, when, by whom: written once, never changed.

The daemon writes its lines among the records, the page its own beside the accounts, in the same
transaction as what they tell of; both are tables of one form (`auditchain.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hotline.storage import auditchain
from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer


class Act(StrEnum):
    """What happened."""

    ASKED = "asked"  # the owner of a number is asked for the code
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not confirmed"
    FORGOTTEN = "forgotten"  # by command
    LEFT = "left"  # the number was in no office for too long
    REFUSED = "refused"  # a number was to be dialled that may not be
    BREACH = "breach"  # the minutes of the day are used up
    RESUMED = "resumed"  # and more were given, once
    PIN_MADE = "PIN made"
    PIN_FORGOTTEN = "PIN forgotten"  # by command, or the person left the office
    STAFF_SHUT = "staff menu shut"  # too many wrong PINs
    STAFF_OPENED = "staff menu opened"
    LINE_ADDED = "line added"
    LINE_CHANGED = "line changed"
    LINE_REMOVED = "line removed"
    MAILBOX_SET = "mailbox set"
    MAILBOX_REMOVED = "mailbox removed"
    MESSENGER_ADDED = "messenger added"
    MESSENGER_REMOVED = "messenger removed"
    LETTER_GIVEN_UP = "letter given up"
    BACKED_UP = "backed up"
    RESTORED = "restored"
    SETTINGS_CHANGED = "settings changed"  # those of the box itself
    BOX_ANEW = "box begun anew"  # by command
    NETWORK_TRIED = "network tried"
    NETWORK_CHANGED = "network changed"
    LINE_RESTARTED = "line restarted"  # its modem, by hand
    CLOSED_EARLY = "closed early"  # the line, against its hours
    OPENED_AGAIN = "opened again"
    # And of the page:
    CLAIMED = "claimed"  # the box has its first owner
    LOGGED_IN = "logged in"
    LOGIN_FAILED = "log-in failed"
    LOGGED_OUT = "logged out"
    LOGGED_OUT_EVERYWHERE = "logged out everywhere"
    CONFIRM_FAILED = "password not confirmed"
    INVITED = "invited"
    INVITATION_TAKEN_BACK = "invitation taken back"
    JOINED = "joined"  # somebody who was invited chose a password
    ROLE_CHANGED = "role changed"
    ACCOUNT_REMOVED = "account removed"
    PASSWORD_CHANGED = "password changed"  # noqa: S105 - a word of the audit
    PASSWORD_RESET = "password reset"  # noqa: S105 - on the box itself
    CODE_ON = "code switched on"
    CODE_OFF = "code switched off"
    CODES_MADE = "recovery codes made"
    CODE_SPENT = "recovery code used"
    CHANGED = "changed"
    LISTENED = "listened"
    EXPORTED = "exported"


@dataclass(frozen=True)
class Entry:
    """One line. number: E.164, or as it was written. person: a name, or that of a telephone line.
    by: who did it. thing: what it was done with, such as "case 102". address: from where.
    """

    at: datetime
    what: Act
    number: str = ""
    person: str = ""
    by: str = ""
    thing: str = ""
    address: str = ""


@dataclass(frozen=True)
class Wanted:
    """Which lines are asked for. by: one name, "" for everybody. what: none for everything.

    since, until: the edges of the time, the later one excluded.
    """

    by: str = ""
    what: frozenset[Act] = frozenset()
    since: datetime | None = None
    until: datetime | None = None


class Audit:
    """Writes the lines. Lives on the loop."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def note(self, entry: Entry) -> Future[None]:
        """Done when it is on the disk."""
        return self._writer.submit(lambda database: append(database, entry))


def append(database: Database, entry: Entry) -> None:
    """Write a line within the caller's transaction."""
    values = {
        "at": text_of(entry.at),
        "what": entry.what.value,
        "number": entry.number,
        "person": entry.person,
        "by": entry.by,
        "thing": entry.thing,
        "address": entry.address,
    }
    auditchain.append(database, values)


def newest(database: Database, limit: int = 100, wanted: Wanted = Wanted()) -> list[Entry]:
    """The last lines, the newest first; none in records of an older version."""
    if not database["audit"].exists():
        return []
    where, values = ["1"], []
    for words, value in (
        ('"by" = ?', wanted.by),
        ("at >= ?", wanted.since and text_of(wanted.since)),
        ("at < ?", wanted.until and text_of(wanted.until)),
    ):
        if value:
            where.append(words)
            values.append(value)
    if wanted.what:
        where.append(f"what in ({', '.join('?' * len(wanted.what))})")
        values.extend(sorted(wanted.what))
    rows = database.query(
        f"select * from audit where {' and '.join(where)} order by id desc limit ?",  # noqa: S608
        (*values, limit),
    )
    return [_entry(row) for row in rows]


def everybody(database: Database) -> list[str]:
    """Who did anything, by name."""
    if not database["audit"].exists():
        return []
    rows = database.execute('select distinct "by" from audit where "by" != \'\' order by "by"')
    return [str(row[0]) for row in rows.fetchall()]


def _entry(row: Mapping[str, Any]) -> Entry:
    at, what = instant(row["at"]), Act(row["what"])
    later = str(row.get("thing", "")), str(row.get("address", ""))
    return Entry(at, what, row["number"], row["person"], row["by"], *later)
