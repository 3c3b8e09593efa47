"""How the plan and the calls went: rings and talks of the journal, and who was away when."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from hotline.inbox.outcome import Outcome
from hotline.routing.adherence import Rang, Record, Ring, Spell, Talk, records
from hotline.routing.office import Office
from hotline.routing.presence import Why
from hotline.storage.calls import LEG_COST
from hotline.storage.database import instant, instant_or_none, text_of

_RANG = {
    "joined": Rang.TAKEN,
    "no_press": Rang.MISSED,
    "declined": Rang.DECLINED,
    "not_dialled": Rang.UNREACHABLE,
}
# Of the step `not_reached`; records of an older version say no cause.
_CAUSES = {
    "busy": Rang.BUSY,
    "rejected": Rang.DECLINED,
    "unreachable": Rang.UNREACHABLE,
    "no such number": Rang.UNREACHABLE,
    "failed": Rang.UNREACHABLE,
    "the line did not carry the call": Rang.UNREACHABLE,
}
_STEPS = ", ".join(f"'{what}'" for what in (*_RANG, "not_reached"))


def report(
    database: Database, office: Office, begin: datetime, end: datetime
) -> tuple[Record, ...]:
    """Everybody of the office, as far as the records tell."""
    span = (begin, end)
    return records(
        office,
        begin,
        end,
        rings(database, *span),
        talks(database, *span),
        spells(database, *span),
    )


def rings(database: Database, begin: datetime, end: datetime) -> list[Ring]:
    """Every telephone of the staff that was rung for a caller, in calls that began in the span."""
    rows = database.execute(
        "select json_extract(steps.facts, '$.person'), steps.at, steps.what,"  # noqa: S608
        " json_extract(steps.facts, '$.cause') from calls"
        " join steps on steps.call_id = calls.id"
        " where calls.started_at >= ? and calls.started_at < ? and not calls.outgoing"
        f" and steps.what in ({_STEPS}) order by steps.at",
        (text_of(begin), text_of(end)),
    )
    return [
        Ring(str(person), instant(at), _RANG.get(what) or _CAUSES.get(cause, Rang.MISSED))
        for person, at, what, cause in rows
        if person
    ]


def talks(database: Database, begin: datetime, end: datetime) -> list[Talk]:
    """Every call of the span that was spoken with one of the staff; both ways.

    Of somebody who was connected twice for a call, as a voicemail answered first, the last time was
    the talk.
    """
    rows = database.execute(  # with max(), SQLite takes the other columns from the same row
        "select calls.person, calls.started_at, calls.outgoing,"
        " json_extract(steps.facts, '$.seconds'), max(steps.seq)"
        " from calls indexed by calls_by_start"  # not all that was ever spoken, in its order
        " left join steps on steps.call_id = calls.id and steps.what = ?"
        " and json_extract(steps.facts, '$.person') = calls.person"
        " where calls.started_at >= ? and calls.started_at < ? and calls.outcome = ?"
        " and calls.person != '' group by calls.id order by calls.id",
        (LEG_COST, text_of(begin), text_of(end), Outcome.SPOKEN.value),
    )
    return [
        Talk(person, instant(at), float(seconds or 0), bool(outgoing))
        for person, at, outgoing, seconds, _ in rows
    ]


def spells(database: Database, begin: datetime, end: datetime) -> list[Spell]:
    """Who was away in the span, the first first."""
    rows = database.query(
        "select * from away_spells where since < ? and coalesce(ended, until) > ? order by since",
        (text_of(end), text_of(begin)),
    )
    return [
        Spell(
            row["person"],
            Why(row["why"]),
            instant(row["since"]),
            instant(row["until"]),
            instant_or_none(row["ended"]),
        )
        for row in rows
    ]
