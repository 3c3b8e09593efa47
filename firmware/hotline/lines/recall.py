"""A caller held by hook-flash while somebody is dialled over the same analogue line.

An exchange says nothing but by its tones, and nothing at all when somebody picks up. So the box
listens: for the dial tone that follows the flash, for a voice or the end of the ringing tone, for
the busy tone. A second flash gives the caller back; to hang up leaves the two to each other.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from hotline.at import voice
from hotline.at.chat import Answer
from hotline.at.commands import Command
from hotline.errors import LineDown
from hotline.lines.officeleg import CallSound, OfficeLeg
from hotline.lines.port import Caller, Cause
from hotline.lines.turns import Turns
from hotline.lines.voiceport import VoicePort
from hotline.said import say

LOOK_S = 0.02
SETTLING_S = 0.4
DIAL_TONE_S = 1.0  # of tone without a pause; a recall tone may begin with short bursts
NO_DIAL_TONE_S = 4.0
PICKED_UP_S = 5.5  # without a tone: longer than any pause of a ringing tone
BACK_S = 0.6  # without a tone: longer than a pause in a busy tone
LOST_S = 4.0  # by then it would be known for a busy tone
GIVE_BACK_TRIES = 2
NOBODY_S = 60.0
RELEASED_S = 10.0

NOT_HANDED = say("The caller could not be handed on.")


class AsideOfficeLeg(OfficeLeg):
    """`AsideLeg` over the office's line."""

    recall: Recall

    def __init__(self, line: str, caller: Caller, sound: CallSound) -> None:
        super().__init__(line, caller, sound)
        self.taken = asyncio.get_running_loop().create_future()
        self.let_go = asyncio.Event()

    def hang_up(self, cause: Cause = Cause.OURS) -> None:
        """See Leg."""
        super().hang_up(cause)
        self.let_go.set()

    async def join(self) -> bool:
        """See AsideLeg. The box hangs up: it has no part in their talk."""
        await self.recall.join()
        return False

    async def parted(self) -> None:
        """See AsideLeg."""
        await self.recall.over.wait()


class Recall:
    """From the flash that holds `first` until it is back, or the two were left to each other.

    over: nothing is left to be done about it. Asks the modem through what it is given.
    """

    def __init__(
        self,
        first: OfficeLeg,
        second: AsideOfficeLeg,
        digits: str,
        flash: Command,
        ear: Callable[[], CallSound],
    ) -> None:
        self.first, self.second = first, second
        self.over = asyncio.Event()
        self.turns: Turns | None = None
        self._digits, self._flash, self._new_ear = digits, flash, ear
        self._ear: CallSound | None = None
        self._flashed = False
        self._join: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()

    async def join(self) -> None:
        """Have `carry` hang up, and leave the two to each other. Raises LineDown."""
        if self._join is not None or self._ends():
            raise LineDown(NOT_HANDED)
        self._join = self._loop.create_future()
        if self.turns is not None:
            self.turns.pause()
        await asyncio.shield(self._join)

    async def carry(
        self,
        port: VoicePort,
        ask: Callable[[Command], Awaitable[Answer]],
        hang_up: Callable[[], Awaitable[None]],
    ) -> None:
        """All of it. Raises LineDown."""
        try:
            self.first.sound.away(True)
            if await self._held(port, ask) and await self._dialled(ask):
                await self._talk(port)
            if self._join is not None and not self._ends():
                await self._hand_on(hang_up)
            else:
                self.second.ended(Cause.LINE_FAILED)  # if nothing better is known
                await self._give_back(port, ask)
        finally:
            if self._join is not None and not self._join.done():
                self._join.set_exception(LineDown(NOT_HANDED))
                self._join.exception()  # whoever asked may have gone
            self.second.ended(Cause.LINE_FAILED)
            self.first.sound.away(False)
            self.over.set()

    def hear(self, sound: bytes) -> None:
        """The modem heard this."""
        if self.turns is not None:
            self.turns.hear(sound)
        elif self._ear is not None:
            self._ear.hear(sound, self._loop.time())

    # -- step by step --------------------------------------------------------------------------

    async def _held(self, port: VoicePort, ask: Callable[[Command], Awaitable[Answer]]) -> bool:
        """Flash, and wait for the dial tone."""
        if self._ends():
            return False
        self._flashed = await self._flashes(ask)
        if not self._flashed:
            return False
        ear = self._new_ear()
        return await self._listen(
            port, ear, lambda: ear.tone_seconds >= DIAL_TONE_S, within=NO_DIAL_TONE_S
        )

    async def _dialled(self, ask: Callable[[Command], Awaitable[Answer]]) -> bool:
        if not (await ask(voice.dial(self._digits))).ok:
            return False
        self.second.is_taken()
        return True

    async def _talk(self, port: VoicePort) -> None:
        """Until the second call is over, or they are to be joined."""
        second, sound = self.second, self.second.sound
        up = await self._listen(
            port, sound, lambda: sound.voiced or sound.toneless_seconds >= PICKED_UP_S
        )
        if not up or self._ends():
            return
        second.answered.set_result(None)
        self.turns = Turns(port, sound, self._ends, self._watch)
        try:
            await self.turns.talk()
        finally:
            self.turns = None

    async def _hand_on(self, hang_up: Callable[[], Awaitable[None]]) -> None:
        """On hook. Both legs last until whoever asked for it lets the second go."""
        await hang_up()
        if self._join is not None and not self._join.done():
            self._join.set_result(None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RELEASED_S):
                await self.second.let_go.wait()
        for leg in (self.second, self.first):
            leg.ended(Cause.HANDED_ON)

    async def _give_back(
        self, port: VoicePort, ask: Callable[[Command], Awaitable[Answer]]
    ) -> None:
        """A flash too many, or too few, and there is a tone in place of the caller."""
        if not self._flashed:
            return  # he was never away
        for _ in range(GIVE_BACK_TRIES):
            if self.first.gone.done():
                return
            await self._flashes(ask)
            if not await self._hears_nobody(port, self._new_ear()):
                return
        self.first.ended(Cause.HUNG_UP)

    async def _hears_nobody(self, port: VoicePort, ear: CallSound) -> bool:
        """Is there a dial tone, or a busy tone?"""

        def nobody() -> bool:
            return ear.abandoned or ear.tone_seconds >= DIAL_TONE_S

        def told() -> bool:
            return nobody() or ear.toneless_seconds >= BACK_S

        return await self._listen(port, ear, told, within=LOST_S, also_alone=True) and nobody()

    # -- small ---------------------------------------------------------------------------------

    async def _flashes(self, ask: Callable[[Command], Awaitable[Answer]]) -> bool:
        """What the modem tells of its own flash is over when this is."""
        answer = await ask(self._flash)
        await asyncio.sleep(SETTLING_S)
        return answer.ok or answer.late

    async def _listen(
        self,
        port: VoicePort,
        ear: CallSound,
        heard: Callable[[], bool],
        *,
        within: float | None = None,
        also_alone: bool = False,
    ) -> bool:
        """Listen until it was heard, the time is up, or it is over. Was it heard?"""
        until = None if within is None else self._loop.time() + within
        if not await port.begin(voice.LISTEN, sound=True):
            return False
        self._ear = ear
        try:
            while not heard():
                if until is not None and self._loop.time() >= until:
                    return False
                self._watch(self._loop.time())
                if self._ends() and not also_alone:
                    return False
                await asyncio.sleep(LOOK_S)
        finally:
            self._ear = None
            await port.end(sound=True)
        return True

    def _ends(self) -> bool:
        """Is the second call over, or nobody left for whom it is made?"""
        first = self.first
        return self.second.over() or first.gone.done() or first.let_go_at is not None

    def _watch(self, _now: float) -> None:
        second = self.second
        if not second.taken.done():
            return
        if second.sound.abandoned:
            second.ended(Cause.HUNG_UP if second.answered.done() else Cause.BUSY)
        elif second.answered.done() and second.sound.quiet_seconds > NOBODY_S:
            second.ended(Cause.NO_SOUND)
