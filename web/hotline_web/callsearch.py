"""What somebody looks for in the list of calls: read from the address of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from hotline.storage.calllist import Look, Only

FEWEST_DIGITS = 3
LONGEST = 80
OLDEST, NEWEST = date(2000, 1, 1), date(9000, 1, 1)


class Known(Protocol):
    """Somebody of the office."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Search:
    """only: a kind of calls. day: as browsers send it, "" for any. words: a number or a name."""

    only: Only
    day: str
    words: str

    @property
    def narrow(self) -> bool:
        """Is more looked for than a kind of calls?"""
        return bool(self.day or self.words)

    @property
    def too_short(self) -> bool:
        """Too few digits to find a number by."""
        return (
            bool(self.words) and not _name(self.words) and len(_digits(self.words)) < FEWEST_DIGITS
        )

    def address(self, **changed: object) -> dict[str, object]:
        """What the address of the list says of it."""
        told = {"only": self.only.value, "day": self.day, "q": self.words} | changed
        return {name: value for name, value in told.items() if value}


def search_of(only: str, day: str, words: str) -> Search:
    """What is not understood is not looked for."""
    kind = Only(only) if only in set(Only) else Only.ALL
    try:
        known = OLDEST <= date.fromisoformat(day) <= NEWEST
    except ValueError:
        known = False
    return Search(kind, day if known else "", words.strip()[:LONGEST])


def look_of(search: Search, zone: ZoneInfo, people: Iterable[Known]) -> Look:
    """As the records are asked. A name of nobody here is taken for the id of one who left."""
    name = _name(search.words)
    found = tuple(dict.fromkeys(p.id for p in people if name and name in p.name.casefold()))
    return Look(
        search.only,
        span=_span(date.fromisoformat(search.day), zone) if search.day else None,
        digits="" if name else _digits(search.words),
        people=found or ((name,) if name else ()),
    )


def _name(words: str) -> str:
    """What is looked for as a name; "" for a number."""
    return words.casefold() if re.search(r"[^\W\d_]", words) else ""


def _digits(words: str) -> str:
    """The end of a number, however it was typed: without what is dialled before it at home."""
    digits = re.sub(r"[^0-9]", "", words)
    return digits.lstrip("0") or digits


def _span(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    begin, end = (
        datetime.combine(one, time(), zone).astimezone(UTC)
        for one in (day, day + timedelta(days=1))
    )
    return begin, end
