"""What the page and the commands do about who is owed a call."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from hotline.calls.exchange import Exchange
from hotline.calls.returning import Returning
from hotline.control.messages import CallBack, CallClaim, CallTried, Done, Started
from hotline.errors import HotlineError
from hotline.said import say
from hotline.storage.waiting import WaitingList

log = logging.getLogger(__name__)

DISK_PATIENCE_S = 4.0


@dataclass(frozen=True)
class WaitingDesk:
    """exchange: for the clock and the people of the office."""

    exchange: Exchange
    waiting: WaitingList
    returning: Returning

    async def claim(self, ask: CallClaim) -> Done:
        """A person of the office will call back; or nobody in particular."""
        log.info("%s gives call %d to %s", ask.by, ask.call_id, ask.person or "nobody")
        if ask.person is None:
            return await _done(self.waiting.release(ask.call_id))
        if self.exchange.office().person(ask.person) is None:
            raise HotlineError(
                say("Nobody of the office is called %(person)s.", person=ask.person),
                say("Choose one of the list."),
            )
        now = self.exchange.clock.now()
        return await _done(self.waiting.claim(ask.call_id, ask.person, now))

    async def tried(self, ask: CallTried) -> Done:
        """Somebody called from another telephone and did not reach the caller."""
        now = self.exchange.clock.now()
        return await _done(self.waiting.tried(ask.call_id, ask.by, ask.outcome, now))

    async def back(self, ask: CallBack) -> Started:
        """Call back through the box, or send the number by text."""
        log.info("%s asks that %s calls back", ask.by, ask.person)
        which = {"call_id": ask.call_id, "case": ask.case}
        if ask.text:
            return Started(words=await self.returning.text(ask.person, **which))
        return Started(words=await self.returning.start(ask.person, **which, by=ask.by))


async def _done(change: Future[Any]) -> Done:
    """Once it is stored: the page may wait for the disk."""
    try:
        async with asyncio.timeout(DISK_PATIENCE_S):
            await asyncio.shield(asyncio.wrap_future(change))
    except TimeoutError:
        raise HotlineError(
            "The disk does not take this change now; it will be stored as soon as it can.",
            "See the trouble on the first page.",
        ) from None
    return Done()
