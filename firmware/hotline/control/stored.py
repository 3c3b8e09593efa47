"""Waiting for the disk, which the page and the commands may do, and a call may not."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import TypeVar

from hotline.errors import HotlineError

PATIENCE_S = 4.0
T = TypeVar("T")


async def stored(change: Future[T]) -> T:
    """Wait until a change is stored. Raises HotlineError where that takes too long; it is stored
    all the same, as soon as the disk takes it.
    """
    work = asyncio.wrap_future(change)
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.shield(work)
    except TimeoutError:
        raise HotlineError(
            "The disk does not take this change now; it will be stored as soon as it can.",
            "See the trouble on the first page.",
        ) from None
