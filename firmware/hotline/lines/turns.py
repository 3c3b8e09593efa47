"""Talking over a modem that cannot hear while it speaks: by turns, and who has the turn.

The modem listens until there is something to say to the caller, and listens again as soon as that
is said. A key that the caller presses meanwhile drops what was still to be said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from hotline.at import voice
from hotline.errors import LineDown
from hotline.lines.voiceport import VoicePort
from hotline.said import say

BEAT_S = 0.02
MOST_BEHIND_S = 0.16
AHEAD_S = 0.15  # what the modem is given ahead at most: it has little room
LEAD_S = 0.1  # what is gathered before it begins: so late may the loop be, and nothing is torn
FIRST_LEAD_S = 0.035  # who was just answered waits; the first pause of the words makes up for it
BEHIND_S = LEAD_S - BEAT_S / 2
PAUSE_S = 0.1  # so long nothing to say, and the caller has the turn: the modem still speaks then
FIRST_WORDS_S = 0.3
DEAF_S = 1.0  # a modem that listens sends sound all the time
REFUSALS = 3
REFUSED_S = 0.2


class TalkSound(Protocol):
    """The sound of one call; see media/halfduplex.py."""

    @property
    def spoken_to(self) -> bool: ...
    @property
    def waiting(self) -> bool: ...
    def tells(self, digit: str) -> bool: ...
    def hear(self, sound: bytes, now: float) -> None: ...
    def beat(self, now: float) -> None: ...
    def turn(self) -> None: ...
    def words(self, *, behind: bool = False) -> bytes: ...
    def forget_words(self) -> None: ...


class Turns:
    """One call that was picked up. over: is the call over? watch: called with every beat."""

    def __init__(
        self,
        port: VoicePort,
        sound: TalkSound,
        over: Callable[[], bool],
        watch: Callable[[float], None],
    ) -> None:
        self._port, self._sound = port, sound
        self._over, self._watch = over, watch
        self._loop = asyncio.get_running_loop()
        self._beat = asyncio.Event()
        self._heard_at = 0.0
        self._until = 0.0  # when the modem will have said what it was given
        self._gathered_at = 0.0
        self._lead = FIRST_LEAD_S
        self._forget = False
        self._paused = False
        self._refusals = 0

    async def talk(self) -> None:
        """Take turns until the call is over or paused. Raises LineDown."""
        beats = asyncio.ensure_future(self._beats())
        try:
            await self._first_words()
            while not self._ends:
                await (self._speak() if self._sound.spoken_to else self._listen())
        finally:
            beats.cancel()
            await asyncio.gather(beats, return_exceptions=True)

    def pause(self) -> None:
        """Make `talk` return, for something else to be asked of the modem."""
        self._paused = True

    def hear(self, sound: bytes) -> None:
        """The modem heard this."""
        self._heard_at, self._refusals = self._loop.time(), 0
        self._sound.hear(sound, self._heard_at)

    def interrupt(self) -> None:
        """The caller pressed a key: nothing more of this sentence."""
        self._sound.forget_words()
        self._forget = True

    # -- inside --------------------------------------------------------------------------------

    @property
    def _ends(self) -> bool:
        return self._paused or self._over()

    async def _first_words(self) -> None:
        """The box speaks first: it would only have to turn round if it began to listen."""
        limit = self._loop.time() + FIRST_WORDS_S
        while self._loop.time() < limit and not self._ends and not self._sound.spoken_to:
            await self._beat.wait()

    async def _listen(self) -> None:
        self._sound.turn()
        if not await self._begins(sound=True):
            return
        self._heard_at = self._loop.time()
        while not self._ends and not self._sound.spoken_to and not self._deaf():
            await self._beat.wait()
        await self._port.end(sound=True)
        self._sound.turn()
        if self._deaf():
            await self._refused()

    async def _speak(self) -> None:
        self._gathered_at = 0.0
        self._gathered(self._loop.time())  # the time it takes to turn counts
        if not await self._begins(sound=False):
            return
        last = self._until = self._loop.time()
        self._forget = False
        while not self._ends:
            now = self._loop.time()
            if self._forget:
                self._port.forget()
                self._forget, self._until = False, now
            if self._say_ahead(now) or self._sound.spoken_to:
                last = now
            elif now - last >= PAUSE_S:
                break
            await self._beat.wait()
        if self._sound.spoken_to:  # to nobody any more
            self._port.forget()
        await self._port.end(sound=False)

    def _say_ahead(self, now: float) -> bool:
        """Give the modem what it has room for; was there anything?"""
        if self._until <= now and not self._gathered(now):
            return False
        said, self._gathered_at = False, 0.0
        while self._until < now + AHEAD_S:
            words = self._sound.words(behind=self._until < now + BEHIND_S)
            if not words:
                break
            self._port.say(words)
            self._until = max(self._until, now) + BEAT_S
            said, self._lead = True, LEAD_S
        return said

    def _gathered(self, now: float) -> bool:
        """Is there enough for a modem that has nothing left to say?"""
        if not self._sound.waiting:
            self._gathered_at = 0.0
            return False
        self._gathered_at = self._gathered_at or now + self._lead
        return now >= self._gathered_at

    def _deaf(self) -> bool:
        return self._loop.time() - self._heard_at > DEAF_S

    async def _begins(self, *, sound: bool) -> bool:
        begun = await self._port.begin(voice.LISTEN if sound else voice.SPEAK, sound=sound)
        if not begun:
            await self._refused()
        return begun

    async def _refused(self) -> None:
        """Some refuse while they are busy with themselves; one that always does is of no use."""
        self._refusals += 1
        if self._refusals > REFUSALS:
            raise LineDown(say("The modem carries no sound any more."))
        await asyncio.sleep(REFUSED_S)

    async def _beats(self) -> None:
        due = self._loop.time()
        while True:
            await asyncio.sleep(due - self._loop.time())
            now = self._loop.time()
            self._sound.beat(now)
            self._watch(now)
            self._beat.set()
            self._beat = asyncio.Event()
            due = max(due + BEAT_S, now - MOST_BEHIND_S)
