"""Does the network hold who talks over a line, give them back, and join them with somebody else?

Tried with two telephones. What is not taken or not answered by people proves nothing, and where
the network leaves the two alone, the box hears nothing of it: see calls/transfertest.py.
"""

from __future__ import annotations

import asyncio
from typing import Any

from hotline.calls.board import Engagement
from hotline.calls.exchange import Exchange
from hotline.calls.leg import Party
from hotline.calls.testcall import KEY_S, key_pressed, sentence
from hotline.errors import CallerGone, LineDown
from hotline.lines.port import AsideLeg, HandingLine, Leg
from hotline.media.catalogue import Prompt
from hotline.storage.linetests import Outcome

RING_S = 45.0
RINGS_S = 15.0  # until the network rings the second telephone
RINGS_FOR_S = 3.0
JOINED_KEYS_S = 25.0
BOTH_KEYS = frozenset("12")
WORKS = "The network holds a caller, gives them back and joins them with somebody else."


class Unproved(Exception):  # noqa: N818 - it is a result
    """What came of it instead. fails: by the network's fault or the modem's, not by people's."""

    def __init__(self, words: str, *, fails: bool = True) -> None:
        super().__init__(words)
        self.words, self.fails = words, fails


class HandingTest:
    """One try. first: the telephone in the test call; second: the other one."""

    def __init__(
        self, exchange: Exchange, line: HandingLine, first: Party, second: Engagement
    ) -> None:
        self._x, self._line, self._first, self._second = exchange, line, first, second

    async def run(self) -> tuple[Outcome, str]:
        """What came of it, and one sentence."""
        try:
            await self._given_back_unanswered()
            await self._joined()
        except Unproved as why:
            return (Outcome.FAILS if why.fails else Outcome.UNKNOWN), why.words
        except LineDown as down:
            return Outcome.FAILS, f"The line could not be asked to: {down.cause}"
        except CallerGone:
            return Outcome.FAILS, "The call on hold was lost, or its telephone hung up."
        return Outcome.WORKS, WORKS

    async def _given_back_unanswered(self) -> None:
        """As when a person does not take it: who was held hears the box again, and is heard."""
        leg = self._line.dial_aside(self._first.leg, self._second.number)
        try:
            await self._either(leg.taken, leg, within=RINGS_S)
            if not leg.taken.done():
                raise Unproved("The network did not hold the call, or did not ring another one.")
            await self._either(leg.answered, leg, within=RINGS_FOR_S)
        finally:
            leg.hang_up()
        await self._back(leg)

    async def _joined(self) -> None:
        board = self._x.board
        number = board.permit(self._second.number, confirmed=False)  # it is another call
        leg = self._line.dial_aside(self._first.leg, number)
        try:
            await self._either(leg.answered, leg, within=RING_S)
            if leg.gone.done() or not leg.answered.done():
                raise Unproved("Nobody took the call at the second telephone.", fails=False)
            self._second.answered()
            stays = await self._with_both(Party(leg, self._x.engine), leg)
        finally:
            leg.hang_up()
        if stays:
            await self._back(leg)

    async def _with_both(self, second: Party, leg: AsideLeg) -> bool:
        """Is the box still with them?"""
        try:
            if await key_pressed(self._x, second) is None:
                raise Unproved("No key came from the second telephone.", fails=False)
            try:
                stays = await leg.join()
            except LineDown as refused:
                raise Unproved(refused.cause) from refused
            if stays:
                await self._both_press(second)
            return stays
        except CallerGone:
            raise Unproved("The second telephone hung up before the test was over.") from None
        finally:
            second.hang_up()

    async def _both_press(self, together: Party) -> None:
        """Whose key it is the box cannot tell; that each hears the other, only they can."""
        pressed = set[str]()
        asked = await sentence(self._x, Prompt.SELF_TEST_JOINED)
        try:
            async with asyncio.timeout(JOINED_KEYS_S):
                while not pressed >= BOTH_KEYS:
                    pressed.add(await together.ask(asked, KEY_S) or "")
        except TimeoutError:
            words = "Both telephones were joined, and did not both say that they hear each other."
            raise Unproved(words) from None

    async def _back(self, leg: AsideLeg) -> None:
        await self._first.while_here(leg.parted())
        while not self._first.leg.keys.empty():
            self._first.leg.keys.get_nowait()  # pressed twice before
        if await key_pressed(self._x, self._first) is None:
            raise Unproved("Who was on hold did not hear the box again, or was not heard.")

    async def _either(self, end: asyncio.Future[None], leg: Leg, *, within: float) -> None:
        waits: set[asyncio.Future[Any]] = {end, leg.gone}

        async def one_of_them() -> None:
            await asyncio.wait(waits, timeout=within, return_when=asyncio.FIRST_COMPLETED)

        await self._first.while_here(one_of_them())
