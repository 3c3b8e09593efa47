"""One call over a modem with one SIM."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from hotline.at.answers import CallState
from hotline.errors import CallerGone
from hotline.lines.port import Caller, Cause


class TalkSound(Protocol):
    """The sound of one call."""

    def tells(self, digit: str) -> bool: ...
    def away(self, away: bool) -> None: ...


class Carrier(Protocol):
    """The line that carries the call."""

    name: str

    def pick_up(self, leg: GsmLeg) -> None:
        """Answer its call."""

    def put_down(self, leg: GsmLeg) -> None:
        """End or refuse its call."""


class GsmLeg:
    """`Leg` over a modem."""

    # Keys are listened for in the sound, too: not every network and firmware reports all.
    reports_keys = False

    def __init__(
        self, line: Carrier, caller: Caller, sound: TalkSound | None, *, incoming: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        self.line, self.caller, self.incoming = line.name, caller, incoming
        self._line, self._sound = line, sound
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.taken: asyncio.Future[None] = loop.create_future()
        self.answered: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[Cause] = loop.create_future()
        self.active = asyncio.Event()
        self.state: CallState | None = None
        self.work: asyncio.Task[None] | None = None
        self.ended_by_us = False
        self.answered_at: float | None = None
        self.end_words = ""
        self.end_cause: int | None = None
        self.rang = incoming
        self.listed = False
        self.missing = 0
        self._our_cause = Cause.OURS

    @property
    def audio(self) -> object:
        """What the engine attaches."""
        return self._sound

    async def answer(self) -> None:
        """See Leg."""
        if self.ended_by_us or self.gone.done():
            raise CallerGone
        self._line.pick_up(self)
        ends: set[asyncio.Future[Any]] = {self.answered, self.gone}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if self.gone.done():
            raise CallerGone

    def hang_up(self, cause: Cause = Cause.OURS) -> None:
        """See Leg. A modem cannot choose what the caller is told: it is busy, or it was hung up."""
        if not self.ended_by_us and not self.gone.done():
            self.ended_by_us = True
            self._line.put_down(self)

    # -- what the line tells -------------------------------------------------------------------

    def is_in(self, state: CallState) -> None:
        """The modem lists the call in this state."""
        self.listed, self.missing, self.state = True, 0, state
        self.rang |= state is not CallState.DIALING
        if not self.taken.done():
            self.taken.set_result(None)
        if state is CallState.ACTIVE:
            self.active.set()

    def is_through(self) -> None:
        """Both ends talk, and hear each other."""
        if not self.answered.done():
            self.answered.set_result(None)
            self.answered_at = asyncio.get_running_loop().time()

    def is_mute(self) -> None:
        """Both ends talk, and nobody hears anything: as a SIP line does."""
        if not self.ended_by_us:
            self._our_cause = Cause.NO_SOUND
            self.hang_up()

    def away(self, away: bool) -> None:
        """Another call has the modem's sound now, or no more."""
        if self._sound is not None:
            self._sound.away(away)

    def on_key(self, digit: str) -> None:
        """The modem told a key; before both ends talk it is one of the call before, told late."""
        if self.answered.done() and self._sound is not None and self._sound.tells(digit):
            self.keys.put_nowait(digit)

    def ended(self, cause: Cause) -> None:
        """The call is over."""
        if self.gone.done():
            return
        self.answered.cancel()
        self.gone.set_result(self._our_cause if self.ended_by_us else cause)
