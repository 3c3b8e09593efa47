"""Keeps a modem's line up: serves it until it is lost, mends it, serves it again. For ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Set
from dataclasses import dataclass
from typing import Any, Protocol

from hotline.errors import LineDown, Unplugged
from hotline.lines.ladder import Hung, Ladder, Rung, Step, Trouble, Wanted
from hotline.said import Said, say, together

log = logging.getLogger(__name__)

WANTED = say("Somebody had the box restart it.")


@dataclass(frozen=True)
class Mending:
    """A modem was lost: what was seen, what is done about it, in words "" where nothing special."""

    trouble: Trouble
    seen: Said
    rung: Rung
    did: Said


class Means(Protocol):
    """What can be done to the thing that carries the line."""

    def possible(self) -> Set[Rung]:
        """The rungs that this machine can take now."""

    async def take(self, rung: Rung) -> bool:
        """Do it; False where nothing came of it. Raises nothing."""


class NoMeans:
    """Nothing but opening it anew."""

    def possible(self) -> Set[Rung]:
        """See Means."""
        return frozenset()

    async def take(self, rung: Rung) -> bool:
        """See Means."""
        return False


class Keeper:
    """One line's keeper.

    serve: opens the modem and serves it for as long as it works; raises LineDown when it does not:
    Unplugged where there is none, Hung where nothing but the ladder helps.
    close: lets everything of it go, whatever was open; given what to tell the owner of why.
    means: how a modem that is hung is brought back. on_mending: told of each step, before it.
    """

    def __init__(
        self,
        name: str,
        serve: Callable[[], Coroutine[Any, Any, None]],
        close: Callable[[Said], None],
        means: Means | None = None,
    ) -> None:
        self._name, self._serve, self._close = name, serve, close
        self._means: Means = means or NoMeans()
        self._ladder = Ladder()
        self._task: asyncio.Task[None] | None = None
        self._lost: asyncio.Future[LineDown] | None = None
        self.on_mending: Callable[[Mending], None] = lambda _mending: None

    def start(self) -> None:
        """Begin, on the running loop."""
        self._task = asyncio.create_task(self._keep(), name=f"keeper of {self._name}")

    async def stop(self) -> None:
        """Let the line go for good."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._close(say("The line was closed."))

    def works(self) -> None:
        """The modem was opened and does what it should: later troubles are new ones."""
        if cured := self._ladder.worked(asyncio.get_running_loop().time()):
            log.info("line %s: %s", self._name, cured)

    def fail(self, why: Said | LineDown) -> None:
        """This modem, as it is now, is of no use any more: it is opened anew."""
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(LineDown(why) if isinstance(why, str) else why)

    def restart(self) -> None:
        """Start the modem anew, which is open and works."""
        self.fail(Wanted(WANTED))

    async def _keep(self) -> None:
        while True:
            down = await self._served()
            while not await self._mended(down):
                down = Hung(down.cause, down.action)

    async def _mended(self, down: LineDown) -> bool:
        """Take the next rung. False if nothing came of it, and the one above is due at once."""
        now = asyncio.get_running_loop().time()
        step = self._ladder.failed(_trouble(down), now, self._means.possible())
        seen = together(down.cause, down.action)
        self.on_mending(Mending(_trouble(down), seen, step.rung, step.words))
        self._close(_told(down, step))
        await asyncio.sleep(step.pause)
        if step.rung is Rung.REOPEN or await self._taken(step):
            return True
        self._ladder.did_nothing()
        return False

    async def _taken(self, step: Step) -> bool:
        log.warning("line %s: %s", self._name, step.words)
        try:
            return await self._means.take(step.rung)
        except Exception:  # the seam of a line, as below
            log.exception("line %s: a fault of the box in %s", self._name, step.rung.value)
            return False

    async def _served(self) -> LineDown:
        """From opening the ports to losing them; why they were lost."""
        lost: asyncio.Future[LineDown] = asyncio.get_running_loop().create_future()
        self._lost = lost
        work = asyncio.ensure_future(self._serve())
        try:
            ends: set[asyncio.Future[Any]] = {work, lost}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if lost.done():
                return lost.result()
            await work
            return LineDown(say("The line was closed."))
        except LineDown as down:
            return down
        except Exception:  # the seam of a line: it is opened anew, the others go on
            log.exception("line %s: a fault of the box", self._name)
            return LineDown(say("The box made a mistake with this modem and opens it anew."))
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


def _trouble(down: LineDown) -> Trouble:
    if isinstance(down, Unplugged):
        return Trouble.GONE
    if isinstance(down, Wanted):
        return Trouble.ASKED
    return Trouble.HUNG if isinstance(down, Hung) else Trouble.REFUSED


def _told(down: LineDown, step: Step) -> Said:
    return together(down.cause, down.action, step.words)
