"""Two calls over one modem: one waits on hold while another is dialled, and both may be joined.

All by the network (+CHLD, 3GPP 22.030 §6.5.5 and 27.007 §7.13), whose OK may come too early, or for
nothing: what is true is what the modem lists. Never AT+CHUP while somebody is held: Quectel's ends
all calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from hotline.at import commands
from hotline.at.answers import CallRow, CallState
from hotline.errors import CallerGone, LineDown
from hotline.lines.gsmleg import Carrier, GsmLeg, TalkSound
from hotline.lines.ladder import Hung
from hotline.lines.openmodem import OpenModem
from hotline.lines.port import Caller, Cause
from hotline.said import say

LOOK_S = 0.2
ARRANGED_S = 4.0  # from the network's OK until the modem lists the calls as they are
GIVE_BACK_TRIES = 3
END_S = 5.0  # until another way is tried to end one of the calls

NOT_JOINED = say("The mobile network does not join the two calls.")


class SecondLeg(GsmLeg):
    """`AsideLeg` over a modem."""

    two: TwoCalls

    def __init__(self, line: Carrier, caller: Caller, sound: TalkSound | None) -> None:
        super().__init__(line, caller, sound, incoming=False)

    async def join(self) -> bool:
        """See AsideLeg."""
        await self.two.join()
        return True

    async def parted(self) -> None:
        """See AsideLeg."""
        await self.two.parted()


class TwoCalls:
    """From holding `first` until it is back, or one of the two is all that is left.

    joined: did the network join them? over: nothing is left to be done about it. look: has the
    modem say which calls there are.
    """

    def __init__(
        self,
        modem: OpenModem,
        look: Callable[[], Awaitable[None]],
        first: GsmLeg,
        second: SecondLeg,
    ) -> None:
        self.first, self.second = first, second
        self.joined = False
        self.over = asyncio.Event()
        self._modem, self._look = modem, look
        self._index: int | None = None
        self._second_index: int | None = None

    async def carry(self, dial: Callable[[], Awaitable[None]]) -> None:
        """All of it."""
        second = self.second
        try:
            if not second.ended_by_us and not await self._hold():
                second.ended(Cause.LINE_FAILED)
                raise CallerGone
            await dial()
            await _first_of(second.active.wait(), second.gone)
            if not second.gone.done():
                second.is_through()
        except CallerGone:
            pass  # it was over before it began
        await _first_of(second.gone, self.first.gone)
        if not self.first.gone.done():
            await self._give_back()

    def sort(self, rows: list[CallRow]) -> Iterator[tuple[GsmLeg, CallRow | None]]:
        """Which of the listed calls is whose; None: it is listed no more."""
        if self._index is None:
            self._index = next((row.index for row in rows), None)
        others = [row for row in rows if row.index != self._index and not row.incoming]
        for row in others:
            self._second_index = row.index
        yield self.first, next((row for row in rows if row.index == self._index), None)
        yield self.second, next(iter(others), None)

    async def join(self) -> None:
        """See AsideLeg."""
        answer = await self._modem.ask(commands.JOIN)
        if not answer.ok or not await self._becomes(CallState.ACTIVE):
            raise LineDown(NOT_JOINED, say("Ask its operator for conference calls."))
        self.joined = True

    async def release(self) -> None:
        """End the second call alone."""
        second = self.second
        while self._second_index is None and not (second.gone.done() or self.first.gone.done()):
            await asyncio.sleep(LOOK_S)  # it waits to be dialled, or is not listed yet
            await self._look()
        ways = [] if self._second_index is None else [commands.end_call(self._second_index)]
        if self.first.state is CallState.HELD:
            ways.append(commands.END_TALKING)
        for command in ways:
            if second.gone.done():
                return
            await self._modem.ask(command)
            self._modem.look.set()
            await _first_of(second.gone, within=END_S)

    async def parted(self) -> None:
        """Wait until it is over, for as long as that may take."""
        await _first_of(self.over.wait(), within=2 * END_S)

    # -- inside --------------------------------------------------------------------------------

    async def _hold(self) -> bool:
        await self._look()
        if self.first.state is not CallState.ACTIVE:
            return False
        answer = await self._modem.ask(commands.SWAP)
        held = await self._becomes(CallState.HELD, at_once=not answer.ok)
        if held:
            self.first.away(True)
        return held

    async def _give_back(self) -> None:
        """The caller was promised that he is not lost: a modem that keeps him is of no use."""
        first = self.first
        await self._look()
        for _ in range(GIVE_BACK_TRIES):
            if first.state is CallState.ACTIVE or first.gone.done() or first.ended_by_us:
                break
            await self._modem.ask(commands.SWAP)
            if await self._becomes(CallState.ACTIVE):
                break
        else:
            self._modem.fail(Hung(say("The mobile network does not give back a caller on hold.")))
        if not first.gone.done():
            first.away(False)

    async def _becomes(self, state: CallState, *, at_once: bool = False) -> bool:
        """Look until the first call is in this state, or it took too long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + (0 if at_once else ARRANGED_S)
        while True:
            await self._look()
            if self.first.state is state or self.first.gone.done():
                return not self.first.gone.done()
            if loop.time() >= until:
                return False
            await asyncio.sleep(LOOK_S)


async def _first_of(*ends: Awaitable[Any], within: float | None = None) -> None:
    """Until the first of them is done; futures are left alone."""
    waits = [asyncio.ensure_future(end) for end in ends]
    try:
        await asyncio.wait(waits, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait, end in zip(waits, ends, strict=True):
            if wait is not end:
                wait.cancel()
