"""The evening letter and text: who still waits for a call when the office's day is over."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hotline.calls.exchange import Exchange
from hotline.errors import HotlineError
from hotline.inbox.waiting import Waiting
from hotline.notify.outbox import Outbox
from hotline.notify.words import about_waiting, text_about_waiting
from hotline.routing.evening import evening_of
from hotline.routing.shifts import day_span
from hotline.storage.evenings import Evenings
from hotline.storage.outbox import Letter

log = logging.getLogger(__name__)

LOOK_S = 30.0


@dataclass
class EveningLetters:
    """Written once a day. told: the last day that needs no look any more."""

    exchange: Exchange
    evenings: Evenings
    outbox: Outbox
    told: date | None = None

    async def keep(self) -> None:
        """For ever; a disk that refuses is asked again."""
        while True:
            try:
                await self.look()
            except HotlineError as trouble:
                log.warning("the evening letter: %s", trouble)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Is it evening, and was it not told yet? A clock that is not trusted tells nothing."""
        office, now = self.exchange.office(), self.exchange.clock.now()
        day = evening_of(office, now) if self.exchange.clock.trusted() else None
        if day is None or day == self.told:
            return
        to = self.exchange.notices.evening_recipients(office)
        about = self.exchange.notices.about(office, now)
        names = {person.id: person.name for person in office.people}
        ids = {one: uuid.uuid4().hex for one in to}

        def compose(waiting: Sequence[Waiting], missed: int) -> list[Letter]:
            if not waiting and not missed:
                return []
            letter = about_waiting(waiting, names, about)
            text = text_about_waiting(waiting, names, about)
            return [
                Letter(ids[way, who], now, way, who, text, "", now)
                if way == "sms"
                else Letter(ids[way, who], now, way, who, letter.subject, letter.body, now)
                for way, who in to
            ]

        began = day_span(office, day)[0]
        letters = await asyncio.wrap_future(self.evenings.tell(day, began, now, compose))
        self.told = day
        self.outbox.take(letters)
