"""Which message is answered by what: every desk names its own rows, the server joins them once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

from hotline.control.messages.wire import Message

Ask = TypeVar("Ask", bound=Message)
Answer = TypeVar("Answer", bound=Message)
Handler = Callable[[Any], Awaitable[Message]]
Row = tuple[type[Message], Handler]


def row(kind: type[Ask], answered: Callable[[Ask], Awaitable[Answer]]) -> Row:
    """`kind` is answered by `answered`, which refuses with a HotlineError."""
    return kind, answered


def row_at_once(kind: type[Ask], answered: Callable[[Ask], Message]) -> Row:
    """The same for who never waits."""

    async def at_once(ask: Ask) -> Message:
        return answered(ask)

    return kind, at_once


def telling(
    tell: Callable[[Ask, Answer], None], answered: Callable[[Ask], Awaitable[Answer]]
) -> Callable[[Ask], Awaitable[Answer]]:
    """Answer, then tell of it; nothing is told of what was refused."""

    async def and_told(ask: Ask) -> Answer:
        answer = await answered(ask)
        tell(ask, answer)
        return answer

    return and_told


def joined(rows: Iterable[Row], kinds: Iterable[type[Message]]) -> Mapping[type[Message], Handler]:
    """The whole table: each of `kinds` has exactly one row. Raises TypeError, a mistake of ours."""
    table: dict[type[Message], Handler] = {}
    for kind, answered in rows:
        if kind in table:
            raise TypeError(f"{kind.__name__} is answered by two desks")
        table[kind] = answered
    if odd := table.keys() ^ set(kinds):
        names = ", ".join(sorted(kind.__name__ for kind in odd))
        raise TypeError(f"not a message of the socket, or answered by no desk: {names}")
    return table
