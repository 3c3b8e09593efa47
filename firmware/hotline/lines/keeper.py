"""Keeps a modem's line up: serves it until it is lost, closes it, serves it again. For ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from hotline.errors import LineDown

log = logging.getLogger(__name__)

FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 30.0


class Keeper:
    """One line's keeper.

    serve: opens the modem and serves it for as long as it works; raises LineDown when it does not.
    close: lets everything of it go, whatever was open; given one sentence that says why.
    """

    def __init__(
        self,
        name: str,
        serve: Callable[[], Coroutine[Any, Any, None]],
        close: Callable[[str], None],
    ) -> None:
        self._name, self._serve, self._close = name, serve, close
        self._task: asyncio.Task[None] | None = None
        self._lost: asyncio.Future[str] | None = None
        self._worked = False

    def start(self) -> None:
        """Begin, on the running loop."""
        self._task = asyncio.create_task(self._keep(), name=f"keeper of {self._name}")

    async def stop(self) -> None:
        """Let the line go for good."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._close("The line was closed.")

    def works(self) -> None:
        """The modem was opened and does what it should: later troubles are new ones."""
        self._worked = True

    def fail(self, words: str) -> None:
        """This modem, as it is now, is of no use any more: it is opened anew."""
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(words)

    async def _keep(self) -> None:
        delay = FIRST_RETRY_S
        while True:
            self._worked = False
            words = await self._served()
            delay = FIRST_RETRY_S if self._worked else min(delay * 2, LONGEST_RETRY_S)
            self._close(words)
            await asyncio.sleep(delay)

    async def _served(self) -> str:
        """From opening the ports to losing them; why they were lost."""
        lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._lost = lost
        work = asyncio.ensure_future(self._serve())
        try:
            ends: set[asyncio.Future[Any]] = {work, lost}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if lost.done():
                return lost.result()
            await work
            return "The line was closed."
        except LineDown as down:
            return str(down)
        except Exception:  # the seam of a line: it is opened anew, the others go on
            log.exception("line %s: a fault of the box", self._name)
            return "The box made a mistake with this modem and opens it anew."
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
