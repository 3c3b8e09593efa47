"""Whoever keeps an answer right is told a week before its last day, and when that is past: once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from hotline.calls.exchange import Exchange
from hotline.calls.notices import about_office
from hotline.notify.answerwords import Answered, about_answers
from hotline.routing.answers import over, over_soon
from hotline.routing.menuwalk import spoken
from hotline.routing.office import Answer, Office
from hotline.routing.shifts import day_of
from hotline.storage.answerstold import AnswersTold

log = logging.getLogger(__name__)

LOOK_S = 600.0
SPOKEN_FROM = 8  # o'clock: nobody is texted at night that a price list ends


@dataclass(frozen=True)
class AnswerWatch:
    """Looks for answers whose day comes."""

    exchange: Exchange
    told: AnswersTold

    async def keep(self) -> None:
        """For ever; a disk that refuses is asked again."""
        while True:
            try:
                await self.look()
            except OSError as trouble:
                log.warning("what was told of answers: %s", trouble)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Is there one of which nobody was told? A clock that is not trusted ends none."""
        clock, office = self.exchange.clock, self.exchange.office()
        now = clock.now()
        if not clock.trusted() or now.astimezone(office.zone).hour < SPOKEN_FROM:
            return
        known = await asyncio.to_thread(self.told.known)
        found = dict(self._due(office))
        if not (new := [one for mark, one in found.items() if mark not in known]):
            return
        # Remembered first: a letter twice a day for ever is worse than one that is lost.
        await asyncio.to_thread(self.told.remember, found)
        self._tell(office, new)

    def _due(self, office: Office) -> Iterator[tuple[str, Answer]]:
        """Those that are over, or soon; by what is remembered of each."""
        today = day_of(office, self.exchange.clock.now())
        for one in office.answers:
            if over(one, today) or over_soon(one, today):
                when = "over" if over(one, today) else "soon"
                yield f"{one.id} {one.valid_until} {when}", one

    def _tell(self, office: Office, answers: list[Answer]) -> None:
        today = day_of(office, self.exchange.clock.now())
        about, notices = about_office(office), self.exchange.notices
        told = {one.id: _answered(office, one, over(one, today)) for one in answers}
        notices.tell(office, about_answers(list(told.values()), about))
        for owner in dict.fromkeys(one.owner for one in answers):
            if person := office.person(owner):
                theirs = [told[one.id] for one in answers if one.owner == owner]
                notices.text_person(person, about_answers(theirs, about).subject)


def _answered(office: Office, answer: Answer, is_over: bool) -> Answered:
    question = spoken(answer.question, office.language, office) or answer.id
    owner = office.person(answer.owner)
    until = answer.valid_until
    if until is None:
        raise ValueError("an answer without a last day is never over")
    return Answered(question, until, owner.name if owner else "", is_over)
