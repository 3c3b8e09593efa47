"""Watches the plan: whoever is responsible hears the day before that nobody would answer."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from hotline.calls.exchange import Exchange
from hotline.errors import HotlineError
from hotline.notify.planwords import about_holes
from hotline.routing.coverage import holes_to_tell
from hotline.storage.toldholes import ToldHoles

log = logging.getLogger(__name__)

LOOK_S = 300.0


@dataclass
class PlanWatch:
    """One letter for all holes that are new, and a text to the supervisor."""

    exchange: Exchange
    told: ToldHoles

    async def keep(self) -> None:
        """For ever; a disk that refuses is asked again."""
        while True:
            try:
                await self.look()
            except HotlineError as trouble:
                log.warning("the warning of holes in the plan: %s", trouble)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Is there a hole nobody was told of? A clock that is not trusted tells nothing."""
        office, clock = self.exchange.office(), self.exchange.clock
        now = clock.now()
        found = holes_to_tell(office, now) if clock.trusted() else []
        if not found:
            return
        ends = [hole.span[1] for hole in found]
        new = await asyncio.wrap_future(self.told.new(ends, now))
        notices, news = self.exchange.notices, [hole for hole in found if hole.span[1] in new]
        if news:
            words = about_holes(news, notices.about(office, now))
            notices.tell(office, words, supervisor=True)
