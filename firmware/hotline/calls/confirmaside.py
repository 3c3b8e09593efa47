"""Asking the owner of a number over a line that can call nobody by itself.

Somebody of the office calls the line and presses 1; while they are held, the owner is rung beside
them. Whoever else calls meanwhile is served as ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from hotline.calls import flow
from hotline.calls.call import Call
from hotline.calls.switchboard import Switchboard
from hotline.errors import CallerGone
from hotline.lines.port import AsideLeg, HandingLine
from hotline.media.catalogue import Prompt

log = logging.getLogger(__name__)
CALL_S = 180.0
KEY_S = 10.0
YES = "1"
T = TypeVar("T")
Ask = Callable[[AsideLeg], Awaitable[T]]


class NextCall(Generic[T]):
    """The next call of a line, lent for ringing `number`; ask: what is done with who is rung."""

    def __init__(self, line: HandingLine, number: str, ask: Ask[T]) -> None:
        loop = asyncio.get_running_loop()
        self._line, self._number, self._ask = line, number, ask
        self._begun: asyncio.Future[None] = loop.create_future()
        self._result: asyncio.Future[T | None] = loop.create_future()

    async def result(self, switchboard: Switchboard) -> T | None:
        """What came of it; None if nobody called within three minutes and pressed 1."""
        stories, name = switchboard.next_story, self._line.name
        stories[name] = self._tell
        log.info("line %s: over its next call a number may be confirmed", name)
        try:
            await asyncio.wait({self._begun}, timeout=CALL_S)
            return await self._result if self._begun.done() else None
        finally:
            if stories.get(name) == self._tell:
                del stories[name]

    async def _tell(self, call: Call) -> None:
        """The story of that call."""
        self._begun.set_result(None)
        try:
            if await _key(call) != YES:
                self._ends(None)
                await flow.tell(call)
                return
            call.ending.informed = True
            call.step("information", "A number is being confirmed over this call.")
            with contextlib.suppress(CallerGone):
                await call.say(Prompt.PLEASE_HOLD)
                await self._beside(call)
                await call.say(Prompt.GOODBYE)
        finally:
            self._ends(None)

    async def _beside(self, call: Call) -> None:
        leg = self._line.dial_aside(call.leg, self._number)
        try:
            self._ends(await self._ask(leg))
        finally:
            leg.hang_up()
        await call.party.while_here(leg.parted())

    def _ends(self, result: T | None) -> None:
        if not self._result.done():
            self._result.set_result(result)


async def _key(call: Call) -> str | None:
    with contextlib.suppress(CallerGone):
        await call.pick_up()
        return await call.party.ask(await call.words(Prompt.CONFIRM_CALL), KEY_S)
    return None
