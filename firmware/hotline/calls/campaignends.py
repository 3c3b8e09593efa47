"""What came of a campaign is told when it is over: once, by letter and text."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from hotline.calls.exchange import Exchange
from hotline.calls.notices import about_office
from hotline.errors import HotlineError
from hotline.inbox.retention import Retention
from hotline.notify.campaignwords import about_campaign_end
from hotline.routing.campaigns import Over, just_over
from hotline.storage.campaignends import CampaignEnds

log = logging.getLogger(__name__)

LOOK_S = 60.0


@dataclass(frozen=True)
class CampaignReports:
    """Looks for campaigns that are over."""

    exchange: Exchange
    ends: CampaignEnds

    async def keep(self) -> None:
        """For ever; a disk that refuses is asked again."""
        while True:
            try:
                await self.look()
            except HotlineError as trouble:
                log.warning("the report of a campaign: %s", trouble)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Is one over of which nobody was told? A clock that is not trusted ends none.

        It waits while one of its callers is on the line.
        """
        clock = self.exchange.clock
        now = clock.now()
        if not clock.trusted():
            return
        for over in just_over(self.exchange.office(), now):
            await self._tell(over, now)

    async def _tell(self, over: Over, now: datetime) -> None:
        campaign, known_since = over.campaign, now - Retention().calls
        began = max(over.began or known_since, known_since)
        name = campaign.name or campaign.id
        count = self.ends.count(campaign.id, name, began, over.ended, now)
        end = await asyncio.wrap_future(count)
        if end is not None:
            office = self.exchange.office()
            words = about_campaign_end(end, about_office(office))
            self.exchange.notices.tell(office, words, supervisor=True)
