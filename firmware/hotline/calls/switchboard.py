"""One task per ring. Opens the journal row, tells the story, knows which calls are alive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from hotline.calls import flow
from hotline.calls.call import Call, Step
from hotline.calls.exchange import Exchange
from hotline.lines.port import Leg
from hotline.numbering import mask

log = logging.getLogger(__name__)


class Switchboard:
    """Where calls come in. Lives on the loop.

    listeners: told of every step of every call; attached by `box`.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self.live: dict[int, Call] = {}
        self.listeners: list[Callable[[Call, Step], None]] = []

    def ring(self, leg: Leg) -> None:
        """A call comes in: its row stands and its story begins at once."""
        x = self._exchange
        now = x.clock.now()
        call_id = x.journal.begin(leg.line, leg.caller, now)
        call = Call(call_id, leg, x, x.office(), now, self._tell)
        self.live[call_id] = call
        call.step("ringing_in", f"A call from {mask(leg.caller.number)} on {leg.line}.")
        self._tasks[call_id] = asyncio.create_task(self._take(call), name=f"call {call_id}")

    async def close(self) -> None:
        """End every call; each writes its ending."""
        for task in tuple(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._exchange.board.settle()

    async def _take(self, call: Call) -> None:
        try:
            await flow.tell(call)
        except Exception:  # the seam of a call: one call's fault must not reach another's
            log.exception("call %d failed", call.id)
        finally:
            self.live.pop(call.id, None)
            self._tasks.pop(call.id, None)

    def _tell(self, call: Call, step: Step) -> None:
        log.info("call %d: %s", call.id, step.words)
        for listener in self.listeners:
            listener(call, step)
