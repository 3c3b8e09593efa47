"""What the page and the commands do about who is owed a call."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from hotline.calls.exchange import Exchange
from hotline.calls.returning import Returning
from hotline.control.messages.calls import CallBack, CallClaim, CallTried
from hotline.control.messages.wire import Done, Started
from hotline.control.stored import stored
from hotline.errors import HotlineError
from hotline.said import say
from hotline.storage.waiting import WaitingList

log = logging.getLogger(__name__)


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
            await stored(self.waiting.release(ask.call_id))
            return Done()
        if self.exchange.office().person(ask.person) is None:
            raise HotlineError(
                say("Nobody of the office is called %(person)s.", person=ask.person),
                say("Choose one of the list."),
            )
        now = self.exchange.clock.now()
        await stored(self.waiting.claim(ask.call_id, ask.person, now))
        return Done()

    async def tried(self, ask: CallTried) -> Done:
        """Somebody called from another telephone and did not reach the caller."""
        now = self.exchange.clock.now()
        await stored(self.waiting.tried(ask.call_id, ask.by, ask.outcome, now))
        return Done()

    async def back(self, ask: CallBack) -> Started:
        """Call back through the box, or send the number by text."""
        log.info("%s asks that %s calls back", ask.by, ask.person)
        which = {"call_id": ask.call_id, "case": ask.case}
        if ask.text:
            return Started(words=await self.returning.text(ask.person, **which))
        return Started(words=await self.returning.start(ask.person, **which, by=ask.by))
