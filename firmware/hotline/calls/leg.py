"""One person on the telephone: a leg with its sound. Every wait here ends in CallerGone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from hotline.errors import CallerGone
from hotline.lines.port import Cause, Leg
from hotline.media.engine import MediaEngine, Recording, Sound

log = logging.getLogger(__name__)
T = TypeVar("T")


class Party:
    """An answered leg on the bridge."""

    def __init__(self, leg: Leg, engine: MediaEngine) -> None:
        self.leg = leg
        self.sound: Sound = engine.attach(leg.audio, leg.keys, in_band=not leg.reports_keys)

    @property
    def gone(self) -> asyncio.Future[Cause]:
        """Done when this person is no longer there."""
        return self.leg.gone

    async def while_here(self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work`; raises CallerGone, with `work` cancelled, when the person hangs up first."""
        task = asyncio.ensure_future(work)
        try:
            ends: set[asyncio.Future[Any]] = {task, self.leg.gone}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise CallerGone
            return task.result()
        finally:
            await settled([task])

    async def play(self, files: Sequence[Path], *, loop: bool = False) -> None:
        """Play to the end."""
        await self.while_here(self.sound.play(files, loop=loop))

    @contextlib.asynccontextmanager
    async def hearing(self, music: Path) -> AsyncIterator[None]:
        """Music over and over, while the block lasts."""
        playing = asyncio.ensure_future(self.sound.play([music], loop=True))
        try:
            yield
        finally:
            await settled([playing])

    async def ask(self, files: Sequence[Path], seconds: float) -> str | None:
        """Play and listen for one key. A key during the prompt ends it and counts at once.

        None when no key came within `seconds` after the prompt. Some telephones and gateways
        promise to report keys and only sound them: whoever seems to press none is listened to.
        """
        key = await self.while_here(self._ask(files, seconds))
        if key is None and seconds > 0:
            self.sound.hear_keys()
        return key

    async def linger(self, music: Path, seconds: float) -> str | None:
        """Play music over and over and listen for one key; None after `seconds`."""
        return await self.while_here(self._linger(music, seconds))

    async def key(self) -> str:
        """The next key, however long it takes."""
        return await self.while_here(self.leg.keys.get())

    def record(self, path: Path) -> Recording:
        """Record what this person says."""
        return self.sound.record(path)

    def hang_up(self) -> None:
        """Take the person off the bridge and end the leg; harmless when repeated."""
        try:
            self.sound.close()
        finally:
            self.leg.hang_up()

    async def _ask(self, files: Sequence[Path], seconds: float) -> str | None:
        key = asyncio.ensure_future(self.leg.keys.get())
        prompt = asyncio.ensure_future(self.sound.play(files))
        try:
            await asyncio.wait({key, prompt}, return_when=asyncio.FIRST_COMPLETED)
            self._complain(prompt)
            await asyncio.wait({key}, timeout=seconds)
            return key.result() if key.done() else None
        finally:
            await settled([key, prompt])

    def _complain(self, prompt: asyncio.Task[None]) -> None:
        """What could not be played was silence to the far end, whose keys count all the same."""
        if prompt.done() and not prompt.cancelled() and (fault := prompt.exception()):
            log.error("a sentence could not be played on %s", self.leg.line, exc_info=fault)

    async def _linger(self, music: Path, seconds: float) -> str | None:
        key = asyncio.ensure_future(self.leg.keys.get())
        playing = asyncio.ensure_future(self.sound.play([music], loop=True))
        try:
            await asyncio.wait({key}, timeout=seconds)
            return key.result() if key.done() else None
        finally:
            await settled([key, playing])


def cause_of(leg: Leg) -> Cause | None:
    """Why the leg ended; None while it lasts."""
    return leg.gone.result() if leg.gone.done() and not leg.gone.cancelled() else None


async def either(*ends: asyncio.Future[Any], within: float | None = None) -> None:
    """Wait until one of these is done, so many seconds at most."""
    await asyncio.wait(ends, timeout=within, return_when=asyncio.FIRST_COMPLETED)


async def settled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel what still runs and wait until it has cleaned up."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
