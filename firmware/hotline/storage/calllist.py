"""The journal as somebody looks through it: what kind of calls, of which day, of whom.

Each question goes along one index, so that it is answered at once among a million calls, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hotline.inbox.hindrance import WRONG
from hotline.inbox.outcome import Outcome
from hotline.storage.calls import NEWER_THAN_ALL, Call, call_of_row
from hotline.storage.database import text_of
from hotline.storage.sqlite import Database

TAIL = 4  # digits of a number by which it is found; the index holds as many


class Only(StrEnum):
    """Which calls are wanted."""

    ALL = ""
    CAME = "in"  # of callers: neither made by the box nor a try
    MISSED = "missed"
    ANSWERED = "answered"  # by a person or by the menu
    MESSAGES = "messages"
    FORWARDED = "forwarded"  # a person spoke with the caller
    WRONG = "wrong"  # something kept people apart that the office can mend


OUTCOMES: dict[Only, tuple[Outcome, ...]] = {
    Only.MISSED: (Outcome.MISSED,),
    Only.ANSWERED: (Outcome.SPOKEN, Outcome.SELF_SERVICE),
    Only.MESSAGES: (Outcome.MESSAGE, Outcome.COMPLAINT, Outcome.CALLBACK),
    Only.FORWARDED: (Outcome.SPOKEN,),
}
_IS_WRONG = f"hindrance in ({', '.join(repr(one.value) for one in WRONG)})"
_IN = "not outgoing and outcome is not 'test'"


@dataclass(frozen=True)
class Look:
    """What somebody looks for; what is not named does not matter.

    span: the call began within it. digits: its number ends on them. number: it is this one.
    people: ids; one of them spoke with the caller.
    """

    only: Only = Only.ALL
    span: tuple[datetime, datetime] | None = None
    digits: str = ""
    number: str = ""
    people: Sequence[str] = ()


def listed(database: Database, look: Look, limit: int, before: int | None = None) -> list[Call]:
    """The newest calls first; before: only those with a smaller id, for the next page."""
    upto = NEWER_THAN_ALL if before is None else before
    wanted = [("id < ?", [upto]), *_wanted(look)]
    found: dict[int, Call] = {}
    for index, *way in _ways(look):
        terms = [*way, *wanted]
        rows = database.query(
            f"select * from calls {index} where {' and '.join(term for term, _ in terms)}"  # noqa: S608
            " order by id desc limit ?",
            [*(value for _, values in terms for value in values), limit],
        )
        found |= {row["id"]: call_of_row(row) for row in rows}
    return sorted(found.values(), key=lambda call: call.id, reverse=True)[:limit]


Term = tuple[str, list[Any]]


def _ways(look: Look) -> Iterator[tuple[Any, ...]]:
    """Along which index to go, and by what; where they are several, the calls of all of them."""
    if look.number:
        yield "indexed by calls_by_number", ("caller_number = ?", [look.number])
    elif look.digits:
        term = "substr(caller_number, -4) = ?"
        yield "indexed by calls_by_tail", (term, [look.digits[-TAIL:]])
    elif look.span:
        yield "indexed by calls_by_start", *_span(look)
    elif look.people:
        for person in look.people:
            yield "indexed by calls_by_person", ("person = ? and person != ''", [person])
    elif look.only is Only.WRONG:
        yield "indexed by calls_wrong", (_IS_WRONG, [])
    elif look.only in OUTCOMES:
        for outcome in OUTCOMES[look.only]:
            yield "indexed by calls_by_outcome", ("outcome = ?", [outcome.value])
    else:
        yield ("",)


def _wanted(look: Look) -> Iterator[Term]:
    """What each call has to fulfil, whichever way it was found."""
    if look.digits:
        yield "caller_number like ?", [f"%{look.digits}"]
    yield from _span(look)
    if look.people:
        yield f"person in ({', '.join('?' * len(look.people))})", list(look.people)
    if look.only is not Only.ALL:
        yield _IN, []
    if look.only in OUTCOMES:
        values = [outcome.value for outcome in OUTCOMES[look.only]]
        yield f"outcome in ({', '.join('?' * len(values))})", values
    if look.only is Only.FORWARDED:
        yield "person != ''", []
    if look.only is Only.WRONG:
        yield _IS_WRONG, []


def _span(look: Look) -> Iterator[Term]:
    if look.span:
        begin, end = look.span
        yield "started_at >= ? and started_at < ?", [text_of(begin), text_of(end)]
