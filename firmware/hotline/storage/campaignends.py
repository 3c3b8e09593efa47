"""What came of campaigns that are over: counted from the journal once, and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.inbox.outcome import Outcome
from hotline.storage.calls import missed_open
from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer


@dataclass(frozen=True)
class CampaignEnd:
    """The callers of one campaign, from `began` to `ended`; before that the journal knows none.

    spoken: talked with a person. messages: left a message or complaint, or asked to be called back.
    informed: the menu gave the answer. owed: of those missed, who had not been called back by then.
    """

    campaign: str
    name: str
    began: datetime
    ended: datetime
    calls: int
    spoken: int
    messages: int
    informed: int
    missed: int
    owed: int


class CampaignEnds:
    """Writes them down. Nothing here waits for the disk."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def count(
        self, campaign: str, name: str, began: datetime, ended: datetime, at: datetime
    ) -> Future[CampaignEnd | None]:
        """Count what came of it, unless it was counted; None also while a caller is on the line."""
        span = began, ended

        def write(database: Database) -> CampaignEnd | None:
            return _count(database, campaign, name, span, at)

        return self._writer.submit(write)


def counted(database: Database) -> list[CampaignEnd]:
    """Every campaign that was counted, the newest first."""
    rows = database.query("select * from campaign_ends order by ended desc, campaign")
    return [_end(row) for row in rows]


_CALLS = """
    select id, outcome, ended_at from calls
    where not outgoing and started_at >= :began and started_at < :ended and exists (
        select 1 from steps where steps.call_id = calls.id and what = 'campaign'
        and json_extract(facts, '$.campaign') = :campaign
    )
"""
_MESSAGES = frozenset({Outcome.MESSAGE, Outcome.COMPLAINT, Outcome.CALLBACK})
_EVERYBODY = 1_000_000


def _count(
    database: Database, campaign: str, name: str, span: tuple[datetime, datetime], at: datetime
) -> CampaignEnd | None:
    """A second run after a doubtful commit finds its own row, by the instant `at`."""
    key = {"campaign": campaign, "ended": text_of(span[1])}
    known = _known(database, key)
    if known is None:
        asked = key | {"began": text_of(span[0])}
        calls = list(database.query(_CALLS, asked))
        if any(call["ended_at"] is None for call in calls):
            return None
        written = asked | {"at": text_of(at), "name": name} | _counts(database, calls)
        names, marks = ", ".join(written), ", ".join(f":{one}" for one in written)
        database.execute(f"insert into campaign_ends ({names}) values ({marks})", written)  # noqa: S608
        known = _known(database, key)
    return _end(known) if known and known["at"] == text_of(at) else None


def _counts(database: Database, calls: Iterable[dict[str, Any]]) -> dict[str, int]:
    outcomes = {call["id"]: Outcome(call["outcome"]) for call in calls}
    many = Counter(outcomes.values())
    owed = {call.id for call in missed_open(database, _EVERYBODY)}
    return {
        "calls": many.total() - many[Outcome.TEST],
        "spoken": many[Outcome.SPOKEN],
        "messages": sum(many[one] for one in _MESSAGES),
        "informed": many[Outcome.SELF_SERVICE],
        "missed": many[Outcome.MISSED],
        "owed": len(owed & outcomes.keys()),
    }


def _known(database: Database, key: dict[str, str]) -> dict[str, Any] | None:
    sql = "select * from campaign_ends where campaign = :campaign and ended = :ended"
    return next(iter(database.query(sql, key)), None)


def _end(row: dict[str, Any]) -> CampaignEnd:
    times = {"began": instant(row["began"]), "ended": instant(row["ended"])}
    return CampaignEnd(**{one: value for one, value in row.items() if one != "at"} | times)
