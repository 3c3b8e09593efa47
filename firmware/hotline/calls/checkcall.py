"""A call to one of the staff that no caller waits for: does this telephone reach somebody?"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from hotline.calls.board import Board, Engagement
from hotline.calls.exchange import Exchange
from hotline.calls.leg import Party
from hotline.calls.offer import KEY_PATIENCE_S
from hotline.calls.ringing import Ringing
from hotline.errors import HotlineError
from hotline.lines.port import Cause, Leg
from hotline.media.catalogue import Prompt
from hotline.routing.office import Person
from hotline.said import say

ANSWER_S = 8.0  # for the key, the sentence over and over: what presses none by then is a voicemail


@contextlib.contextmanager
def engaged(
    board: Board, person: Person, cost: Callable[[float], None] = lambda _seconds: None
) -> Iterator[Engagement]:
    """Take their telephone for such a call. cost: told for how many seconds it was connected.

    Raises HotlineError where that cannot be now.
    """
    board.caps.need_room()
    engagement = board.engage(person, cost)
    if engagement is None:
        raise HotlineError(
            say("%(person)s is on the telephone.", person=person.name),
            say("Try again in a few minutes."),
        )
    try:
        with board.forwarding():
            yield engagement
    finally:
        engagement.release()


@dataclass
class CheckCall:
    """One call. leg: if it is dialled already. seconds: from dialling to the answer."""

    exchange: Exchange
    engagement: Engagement
    leg: Leg | None = None
    seconds: float = 0.0
    _party: Party | None = None
    _ringing: Ringing | None = None
    _began: float = 0.0

    @property
    def party(self) -> Party:
        """Who or what answered; only after `ring` has said so."""
        if self._party is None:
            raise RuntimeError("nobody answered yet")
        return self._party

    async def ring(self, seconds: float) -> Cause | None:
        """Ring so long; None where somebody or something answered, else why not.

        Raises LineDown, NumberRefused.
        """
        board = self.exchange.board
        leg = self._dialled(self.leg or board.dial(self.engagement))
        ringing = self._ringing = Ringing(leg, self._over_another_line)
        cause = await ringing.answered(seconds)
        self.seconds = board.clock.monotonic() - self._began
        if cause is None:
            self.engagement.answered()
            self._party = Party(ringing.leg, self.exchange.engine)
        return cause

    async def key(self, prompt: Prompt) -> str | None:
        """Ask whoever answered for a key; None if none came. Raises CallerGone."""
        words = await self.words(prompt)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                while not (key := await self.party.ask(words, KEY_PATIENCE_S)):
                    pass
                return key
        return None

    async def say(self, prompt: Prompt) -> None:
        """Say a last sentence to its end. Raises CallerGone."""
        await self.party.play(await self.words(prompt))

    async def words(self, prompt: Prompt) -> list[Path]:
        """In the person's own language."""
        office, person = self.exchange.office(), self.engagement.person
        language = next(iter(person.languages), office.language)
        return await self.exchange.prompts.files(language, prompt, office=office.name)

    def close(self) -> None:
        """Hang up; harmless when repeated."""
        over = self._party or (self._ringing.leg if self._ringing else self.leg)
        if over is not None:
            over.hang_up()

    # -- inside --------------------------------------------------------------------------------

    def _dialled(self, leg: Leg) -> Leg:
        self._began = self.exchange.board.clock.monotonic()
        return leg

    def _over_another_line(self, tried: Collection[str]) -> Leg:
        return self._dialled(self.exchange.board.dial_elsewhere(self.engagement, tried))
