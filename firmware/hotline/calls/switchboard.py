"""One task per ring. Opens the journal row, tells the story, writes its ending.

Knows which calls are alive.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator

from hotline.calls import flow
from hotline.calls.call import Call, Step
from hotline.calls.exchange import Exchange
from hotline.inbox.outcome import Outcome
from hotline.lines.port import Cause, Leg
from hotline.numbering import mask
from hotline.routing.campaigns import as_called, campaign_of

NOT_BEGUN = "The box made a mistake before it could answer."
log = logging.getLogger(__name__)


class Switchboard:
    """Where calls come in. Lives on the loop.

    listeners: told of every step of every call; attached by `box`. next_story: by line, told to its
    next caller instead of the usual one. trials: lines on which there are no callers, only people
    of the office who try the hotline: all happens to them, and none of it is counted or owed.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self.live: dict[int, Call] = {}
        self.listeners: list[Callable[[Call, Step], None]] = []
        self.next_story: dict[str, Callable[[Call], Awaitable[None]]] = {}
        self.trials: frozenset[str] = frozenset()

    def talks_with(self, number: str) -> bool:
        """Is a caller of this number with the box now?"""
        return any(call.caller.number == number for call in self.live.values())

    def ring(self, leg: Leg) -> None:
        """A call comes in: its row stands and its story begins at once.

        One that cannot even begin, by our fault, is missed, and busy: networks divert those. So is
        our own call that comes back to us: whoever is rung by it is not reached, and nobody calls.
        """
        asked_for = leg.line in self.next_story
        if not asked_for and self._exchange.board.comes_back(leg.caller.number):
            leg.hang_up(Cause.BUSY)
            return
        try:
            self._begin(leg)
        except Exception:  # the seam of a call
            log.exception("a call on %s could not begin", leg.line)
            leg.hang_up(Cause.BUSY)

    def _begin(self, leg: Leg) -> None:
        x = self._exchange
        now = x.clock.now()
        call_id = x.journal.begin(leg.line, leg.caller, now)
        with contextlib.ExitStack() as if_it_fails:
            if_it_fails.callback(self._missed, call_id)
            office = x.office()
            campaign = campaign_of(office, leg.line, now) if x.clock.trusted() else None
            call = Call(call_id, leg, x, as_called(office, campaign), now, self._tell)
            call.campaign = campaign
            if leg.line in self.trials:
                call.ending.test = True
                x.journal.is_test(call_id)
            call.step("ringing_in", f"A call from {mask(leg.caller.number)} on {leg.line}.")
            if campaign is not None:
                called = campaign.name or campaign.id
                call.step("campaign", f"The caller reaches «{called}».", campaign=campaign.id)
            self.live[call_id] = call
            self._tasks[call_id] = asyncio.create_task(self._take(call), name=f"call {call_id}")
            if_it_fails.pop_all()

    def _missed(self, call_id: int) -> None:
        """Nothing of the call was begun but its row."""
        journal, now = self._exchange.journal, self._exchange.clock.now()
        journal.step(call_id, now, "fault", NOT_BEGUN)
        journal.end(call_id, now, Outcome.MISSED, words=NOT_BEGUN)

    async def close(self) -> None:
        """End every call; each writes its ending."""
        for task in tuple(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._exchange.board.close()

    async def _take(self, call: Call) -> None:
        """The whole task of a call. A story that breaks off by our fault is rescued, once."""
        try:
            with _seam(call):
                await self.next_story.pop(call.leg.line, flow.tell)(call)
                return
            with _seam(call):
                await flow.rescue(call)
        finally:
            with _seam(call):
                call.close()
            self.live.pop(call.id, None)
            self._tasks.pop(call.id, None)

    def _tell(self, call: Call, step: Step) -> None:
        """Of their own, so that no fault of a listener is a fault of the call."""
        log.info("call %d: %s", call.id, step.words)
        for listener in self.listeners:
            asyncio.get_running_loop().call_soon(listener, call, step)


@contextlib.contextmanager
def _seam(call: Call) -> Iterator[None]:
    """One call's fault must reach neither the rest of this call nor another one."""
    try:
        yield
    except Exception:
        log.exception("call %d failed", call.id)
