"""What a colleague can order with the keys of their telephone while they talk: star and a digit.

The keys come by the way by which key 1 came: told by the line, or heard in the sound where the line
tells none. So nothing listens that did not listen before. A single key, and a star that nothing
follows, order nothing: speech may sound like a key, hardly like two in a row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

STAR = "*"
DIGIT_WITHIN_S = 3.0


class Order(StrEnum):
    """The digit after the star. HOLD: and back from wherever the colleague went without the caller.
    CONSULT: and then all three.
    """

    HELP = "0"
    HOLD = "1"
    TRANSFER = "2"
    CONSULT = "3"
    HARD = "4"


_DIGITS = frozenset(map(str, Order))


async def next_order(
    keys: asyncio.Queue[str], alone: Callable[[str], None] = lambda _key: None
) -> Order:
    """Wait for the next order, however long it takes. alone: told of keys without a star."""
    while True:
        key: str | None = await keys.get()
        if key is not None and key != STAR:
            alone(key)
        while key == STAR:
            key = await _within(keys, DIGIT_WITHIN_S)
            if key in _DIGITS:
                return Order(key)


async def _within(keys: asyncio.Queue[str], seconds: float) -> str | None:
    try:
        async with asyncio.timeout(seconds):
            return await keys.get()
    except TimeoutError:
        return None


def forget(keys: asyncio.Queue[str]) -> None:
    """What was pressed until now was for nobody."""
    while not keys.empty():
        keys.get_nowait()
