"""A call over the office's own line, and its sound."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from hotline.at.voice import Encoding
from hotline.errors import CallerGone
from hotline.lines.port import Caller, Cause
from hotline.lines.turns import TalkSound

LAST_WORDS_S = 4.0


class CallSound(TalkSound, Protocol):
    """The sound of one call, and what it says of the caller."""

    @property
    def abandoned(self) -> bool: ...
    @property
    def quiet_seconds(self) -> float: ...
    @property
    def tone_seconds(self) -> float: ...
    @property
    def toneless_seconds(self) -> float: ...
    @property
    def voiced(self) -> bool: ...
    def away(self, away: bool) -> None: ...
    def stirred(self) -> None: ...


class Sound(Protocol):
    """The line's sound on the bridge."""

    def open(self) -> None: ...
    def talk(self, encoding: Encoding) -> CallSound: ...


class OfficeLeg:
    """`Leg` over the office's line."""

    reports_keys = False  # not every modem tells every key: they are listened for, too

    def __init__(self, line: str, caller: Caller, sound: CallSound) -> None:
        loop = asyncio.get_running_loop()
        self.line, self.caller, self.sound = line, caller, sound
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.taken: asyncio.Future[None] = loop.create_future()
        self.taken.set_result(None)
        self.answered: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[Cause] = loop.create_future()
        self.wanted: asyncio.Future[None] = loop.create_future()
        self.let_go_at: float | None = None

    @property
    def audio(self) -> object:
        """What the engine attaches."""
        return self.sound

    async def answer(self) -> None:
        """See Leg."""
        if self.let_go_at is not None or self.gone.done():
            raise CallerGone
        if not self.wanted.done():
            self.wanted.set_result(None)
        ends: set[asyncio.Future[Any]] = {self.answered, self.gone}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if self.gone.done():
            raise CallerGone

    def hang_up(self, cause: Cause = Cause.OURS) -> None:
        """See Leg. What was said to the caller is said to its end first.

        A ringing telephone cannot refuse: a call that was not answered rings on unheard.
        """
        if self.let_go_at is None and not self.gone.done():
            self.let_go_at = asyncio.get_running_loop().time()
            if not self.answered.done():
                self.ended(Cause.OURS)

    # -- what the line tells -------------------------------------------------------------------

    def over(self) -> bool:
        """Is there nobody to talk with any more, and nothing left to say?"""
        if self.gone.done() or self.let_go_at is None:
            return self.gone.done()
        late = asyncio.get_running_loop().time() - self.let_go_at > LAST_WORDS_S
        return late or not self.sound.spoken_to

    def is_taken(self) -> None:
        """The number was dialled, and the exchange has taken it."""
        if not self.taken.done():
            self.taken.set_result(None)

    def on_key(self, digit: str) -> None:
        self.sound.stirred()
        if self.sound.tells(digit):
            self.keys.put_nowait(digit)

    def ended(self, cause: Cause) -> None:
        """The call is over; harmless when repeated."""
        if not self.gone.done():
            self.answered.cancel()
            self.gone.set_result(cause if self.let_go_at is None else Cause.OURS)
