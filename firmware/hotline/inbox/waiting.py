"""Who is still owed a call: everybody missed, and everybody who asked to be called back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Tried(StrEnum):
    """What came of calling somebody back."""

    SPOKEN = "spoken"
    NO_ANSWER = "no answer"
    BUSY = "busy"
    MACHINE = "a machine answered"
    UNREACHABLE = "not reachable"
    FAILED = "the call could not be made"
    LEFT = "left waiting"  # they answered, and whoever called them hung up while they were on hold


@dataclass(frozen=True)
class Attempt:
    """Somebody of the office tried to call back. person: an id, or who said so on the page.

    upto: the newest call there was then; the attempt counts for what was owed up to it.
    """

    at: datetime
    person: str
    outcome: Tried
    upto: int


@dataclass(frozen=True)
class Owner:
    """Who wants to call back. person: an id. at: None if not known. upto: as of an attempt."""

    person: str
    at: datetime | None
    upto: int


@dataclass(frozen=True)
class Owed:
    """One reason to call: a missed call, or with a case number the wish to be called back.

    assigned: id of the person to whom the case was given.
    """

    call_id: int
    at: datetime
    number: str | None
    name: str
    topic: str
    line: str
    language: str
    case_number: int | None = None
    assigned: str = ""


@dataclass(frozen=True)
class Waiting:
    """One caller who is owed a call, however often they called; who withholds the number, one call.

    owed: the oldest first, never empty. owner: id of who wants to call back, or was given the wish
    to be called; "" for nobody. turn: the box calls them by itself, 1 for whom it calls next; None
    where only people do.
    """

    caller_number: str | None
    caller_name: str
    owed: tuple[Owed, ...]
    owner: str = ""
    owned_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    turn: int | None = None

    @property
    def call_id(self) -> int:
        """The newest call: what this entry is named by."""
        return self.owed[-1].call_id

    @property
    def since(self) -> datetime:
        """When the first of the calls came: the order in which people wait."""
        return self.owed[0].at

    @property
    def last(self) -> datetime:
        """When the newest call came."""
        return self.owed[-1].at

    @property
    def topic(self) -> str:
        """What the caller last said it is about, an id or ""."""
        return next((one.topic for one in reversed(self.owed) if one.topic), "")

    @property
    def case_number(self) -> int | None:
        """The newest wish to be called back."""
        return next((one.case_number for one in reversed(self.owed) if one.case_number), None)


@dataclass(frozen=True)
class Callee:
    """Whom to call back, and about what: somebody who waits, or who left a case that is open.

    number: as the network sent it, untrusted. call_id: of what they are owed, None for a case that
    stands for no call. came: when they called last. line: over which they did, "" if unknown.
    """

    number: str
    name: str
    call_id: int | None
    came: datetime
    topic: str
    line: str
    case_number: int | None


def caller_key(number: str | None, call_id: int) -> str:
    """Under what a caller's entry is kept. Who withholds the number cannot be known again."""
    return number or f"call {call_id}"


def grouped(
    owed: Iterable[Owed],
    owners: Mapping[str, Owner],
    attempts: Mapping[str, Iterable[Attempt]],
    turns: Mapping[int, int],
) -> list[Waiting]:
    """One entry for each caller, who waits longest first.

    turns: whose turn it is, by the number of the wish, of those the box calls by itself. owners,
    attempts: by `caller_key`. Those of an earlier time, after which the caller was reached
    and nothing was owed any more, do not count: all that is owed now came after them.
    """
    by_caller: dict[str, list[Owed]] = {}
    for one in sorted(owed, key=lambda one: one.call_id):
        by_caller.setdefault(caller_key(one.number, one.call_id), []).append(one)
    entries = [
        _entry(reasons, owners.get(caller), attempts.get(caller, ()), turns)
        for caller, reasons in by_caller.items()
    ]
    return sorted(entries, key=lambda entry: entry.owed[0].call_id)


def _entry(
    owed: list[Owed],
    owner: Owner | None,
    attempts: Iterable[Attempt],
    turns: Mapping[int, int],
) -> Waiting:
    first = owed[0].call_id
    if owner is not None and owner.upto < first:
        owner = None
    assigned = next((one.assigned for one in reversed(owed) if one.assigned), "")
    if assigned and (owner is None or owner.person != assigned):
        owner = Owner(assigned, None, first)
    return Waiting(
        caller_number=owed[-1].number,
        caller_name=next((one.name for one in reversed(owed) if one.name), ""),
        owed=tuple(owed),
        owner=owner.person if owner else "",
        owned_at=owner.at if owner else None,
        attempts=tuple(one for one in attempts if one.upto >= first),
        turn=next((turns[w] for one in owed if (w := one.case_number or 0) in turns), None),
    )
