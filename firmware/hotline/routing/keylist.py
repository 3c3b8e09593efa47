"""A list that is read out and chosen from by a key: so many at a time as there are digits. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

LIST_KEYS = "123456789"
MORE_KEY = "0"  # goes on in a longer list
T = TypeVar("T")


def page_of(things: Sequence[T], page: int) -> dict[str, T]:
    """So many as there are keys to choose with, by key; beyond the last page the first again."""
    pages = max(1, -(-len(things) // len(LIST_KEYS)))
    first = page % pages * len(LIST_KEYS)
    return dict(zip(LIST_KEYS, things[first : first + len(LIST_KEYS)], strict=False))
