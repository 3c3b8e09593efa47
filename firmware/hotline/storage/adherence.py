"""How the plan and the calls went: rings and talks of the journal, and who was away when."""

from __future__ import annotations

from datetime import datetime

from hotline.inbox.outcome import Outcome
from hotline.routing.adherence import Rang, Record, Rings, Spell, Talks, records
from hotline.routing.office import Office
from hotline.routing.presence import Why
from hotline.storage.calls import LEG_COST
from hotline.storage.database import instant, instant_or_none, text_of
from hotline.storage.sqlite import Database

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


def rings(database: Database, begin: datetime, end: datetime) -> list[Rings]:
    """Every telephone of the staff that was rung for a caller, in calls that began in the span."""
    rows = database.execute(  # added up there: a busy month has ten thousands of them
        "select json_extract(steps.facts, '$.person'), steps.what,"  # noqa: S608
        " json_extract(steps.facts, '$.cause'), group_concat(steps.at) from calls"
        " join steps on steps.call_id = calls.id"
        " where calls.started_at >= ? and calls.started_at < ? and not calls.outgoing"
        f" and steps.what in ({_STEPS}) group by 1, 2, 3",  # calls have a person, too
        (text_of(begin), text_of(end)),
    )
    return [
        Rings(
            str(person),
            _RANG.get(what) or _CAUSES.get(cause, Rang.MISSED),
            tuple(map(instant, at.split(","))),
        )
        for person, what, cause, at in rows
        if person
    ]


def talks(database: Database, begin: datetime, end: datetime) -> list[Talks]:
    """Every call of the span that was spoken with one of the staff; both ways.

    Of somebody who was connected twice for a call, as a voicemail answered first, the last time was
    the talk.
    """
    rows = database.execute(
        "select person, outgoing, count(*), sum(("
        " select json_extract(facts, '$.seconds') from steps"
        " where call_id = calls.id and what = ? and json_extract(facts, '$.person') = calls.person"
        " order by seq desc limit 1))"
        " from calls indexed by calls_by_start"  # not all that was ever spoken, in its order
        " where started_at >= ? and started_at < ? and outcome = ? and person != ''"
        " group by person, outgoing",
        (LEG_COST, text_of(begin), text_of(end), Outcome.SPOKEN.value),
    )
    return [
        Talks(person, count, float(seconds or 0), bool(outgoing))
        for person, outgoing, count, seconds in rows
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
