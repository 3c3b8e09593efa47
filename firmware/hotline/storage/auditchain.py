"""Each line of the audit vouches for the one before: what is changed or taken out is noticed.

A line's `chain` is the SHA-256 of its own words and of the chain before it. The file itself refuses
to change a line or to lose a young one; the chain tells when somebody did so around it. Lines cut
off at the end leave no gap: whoever wrote down the last fingerprint sees it by that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hotline.storage.sqlite import Database

KEPT = 10_000  # lines; not a time, which a wrong clock would pass at once
WORDS = ("id", "at", "what", "number", "person", "by", "thing", "address")


@dataclass(frozen=True)
class Checked:
    """What the chain says. broken: the first line that is not as it was written, or is missing.

    last: number and chain of the newest line, as "12:ab34..."; "" where there is none.
    """

    lines: int
    broken: int | None = None
    last: str = ""


def link(before: str, row: Mapping[str, Any]) -> str:
    """The chain of a line, given that of the line before it."""
    words = json.dumps([before, *(row[word] for word in WORDS)], separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


def append(database: Database, values: Mapping[str, str]) -> None:
    """One more line, within the caller's transaction; the oldest go when there are too many."""
    last = database.execute("select id, chain from audit order by id desc limit 1").fetchone()
    number = last[0] + 1 if last else 1
    row = {**values, "id": number}
    database.execute(
        'insert into audit (id, at, what, number, person, "by", thing, address, chain)'
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*(row[word] for word in WORDS), link(last[1] if last else "", row)),
    )
    database.execute("delete from audit where id <= ?", (number - KEPT,))


def checked(database: Database, known: str = "") -> Checked:
    """Read every line again. known: a `last` of earlier, which has to stand there still.

    Of lines that went because there were too many, the oldest kept one is believed.
    """
    before, after, lines, broken = "", 0, 0, None
    if "chain" not in database["audit"].columns_dict:
        return Checked(0)  # of an older version, whose daemon has not been started anew yet
    noted, _, fingerprint = known.partition(":")
    seen = not known
    newest = database.execute("select max(id) from audit").fetchone()[0] or 0
    for row in database.query("select * from audit order by id"):
        oldest = lines == 0 and newest > KEPT and row["id"] == newest - KEPT + 1
        if broken is None and not oldest:
            if row["id"] != after + 1:
                broken = after + 1
            elif row["chain"] != link(before, row):
                broken = row["id"]
        if str(row["id"]) == noted:
            seen = row["chain"] == fingerprint
        before, after, lines = row["chain"], row["id"], lines + 1
    if broken is None and not seen:
        # What was written down is older than all that is kept, or it was cut off or rewritten.
        broken = int(noted) if noted.isdigit() and int(noted) > newest - KEPT else None
    return Checked(lines, broken, f"{after}:{before}" if lines else "")


def begin(database: Database) -> None:
    """Make the table where there is none; give the lines of an older version their chain."""
    database.execute(
        """create table if not exists audit (
            id integer primary key,
            at text not null,
            what text not null,
            number text not null default '',
            person text not null default '',
            "by" text not null default ''
        )"""
    )
    for column in ("thing", "address", "chain"):
        database.execute(f"alter table audit add column {column} text not null default ''")
    before = ""
    for row in list(database.query("select * from audit order by id")):
        before = link(before, row)
        database.execute("update audit set chain = ? where id = ?", (before, row["id"]))
    database.execute('create index audit_by on audit ("by", id)')
    database.execute(
        """create trigger audit_is_written_once before update on audit
        begin select raise(abort, 'a line of the audit is never changed'); end"""
    )
    database.execute(
        f"""create trigger audit_keeps_its_lines before delete on audit
        when old.id > (select max(id) from audit) - {KEPT}
        begin select raise(abort, 'a line of the audit is never taken out'); end"""  # noqa: S608 - our own number
    )
