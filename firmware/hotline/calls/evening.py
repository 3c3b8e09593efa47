"""The evening letter and text: who still waits for a call when the office's day is over."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hotline.calls.exchange import Exchange
from hotline.errors import HotlineError
from hotline.inbox.waiting import Waiting
from hotline.notify.outbox import Outbox
from hotline.notify.words import Words, about_waiting, text_about_waiting
from hotline.routing.evening import evening_of
from hotline.routing.office import Office
from hotline.routing.shifts import day_span
from hotline.storage.evenings import Compose, Evenings
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
        began = day_span(office, day)[0]
        compose = self._composer(office, now)
        letters = await asyncio.wrap_future(self.evenings.tell(day, began, now, compose))
        self.told = day
        self.outbox.take(letters)

    def _composer(self, office: Office, now: datetime) -> Compose:
        """Runs in another thread, perhaps twice: all it needs is at hand, and the ids are fixed."""
        notices = self.exchange.notices
        about = notices.about(office, now)
        to = [(uuid.uuid4().hex, way, who) for way, who in notices.evening_recipients(office)]
        names = {person.id: person.name for person in office.people}

        def compose(waiting: Sequence[Waiting], missed: int) -> list[Letter]:
            if not waiting and not missed:
                return []
            letter = about_waiting(waiting, names, about)
            text = Words(text_about_waiting(waiting, names, about), "")
            words = {"sms": text}
            return [_letter(one, words.get(one[1], letter), now) for one in to]

        return compose


def _letter(to: tuple[str, str, str], words: Words, now: datetime) -> Letter:
    letter_id, way, who = to
    return Letter(letter_id, now, way, who, words.subject, words.body, now)
