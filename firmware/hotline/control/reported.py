"""What `hotline staff report` says of each person: what was counted, and no verdict."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hotline.routing.adherence import EDGE, Rang, Record
from hotline.routing.presence import Why

_QUARTER = EDGE // timedelta(minutes=1)
WHAT_IS_KNOWN = (
    "Nobody clocks in: when somebody came, or came back, shows only where a call rang them. A break"
    " ends by itself at its time, and the box rings again. The plan is the one in force now."
)
_AWAY = {Why.BREAK: "breaks asked for", Why.OFF: "times off", Why.PAUSED: "pauses by the box"}


def record_words(record: Record) -> Iterator[str]:
    """One person, in some lines."""
    rings = record.rings
    if record.duty:
        yield f"planned: {_hours(record.duty)}"
    yield (
        f"rung: {sum(rings.values())}, taken {rings[Rang.TAKEN]}, missed {rings[Rang.MISSED]},"
        f" declined {rings[Rang.DECLINED]}, on the telephone {rings[Rang.BUSY]},"
        f" not reachable {rings[Rang.UNREACHABLE]}"
    )
    if record.at_start:
        yield f"missed in the first {_QUARTER} minutes of a duty: {record.at_start}"
    if record.after_break:
        yield f"missed in the first {_QUARTER} minutes after a break: {record.after_break}"
    yield f"talks: {record.talks}, of them calls back {record.backs}; {_hours(record.talked)}"
    for why, (count, length) in record.away.items():
        if count:
            yield f"{_AWAY[why]}: {count}, {_hours(length)}"


def plain_record(record: Record) -> dict[str, Any]:
    """The same for programs: lengths in seconds."""
    return {
        "person": record.person,
        "name": record.name,
        "planned": record.duty.total_seconds(),
        "rings": {what.value: count for what, count in record.rings.items()},
        "missed_at_start": record.at_start,
        "missed_after_break": record.after_break,
        "talks": record.talks,
        "calls_back": record.backs,
        "talked": record.talked.total_seconds(),
        "away": {
            why.value: {"times": count, "seconds": length.total_seconds()}
            for why, (count, length) in record.away.items()
        },
    }


def _hours(length: timedelta) -> str:
    minutes = round(length / timedelta(minutes=1))
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
