"""Calls that are taken at a computer: a page that is open is rung, and its sound is the telephone.

Over the socket of browser.py. From the box: `O` when it will ring here, `R` with who calls and
about what as JSON, `A` when the sound begins, `S`, `E` when the ringing or the call is over, `P`
now and then; last of all `B` when no more computers are taken, `W` when the person takes calls in
another window now. To the box: `T` take, `N` not now, `H` hang up, `P` in answer to each `P`,
`S` and `K` in a call.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from hotline.errors import CallerGone, LineDown
from hotline.inbox.label import label
from hotline.lines.browser import MOST_COMPUTERS, Place, TalkSound, Wire
from hotline.lines.port import Caller, Cause
from hotline.said import say

LINE = "computer"
PING_S = 4.0  # a page answers it also where the browser lets its clocks stand still
MOST_LETTERS = 60  # of what is told of a caller; every packet is short


class ComputerLeg:
    """`Leg` to somebody at a computer: rung as soon as it is made."""

    reports_keys = True

    def __init__(self, wire: Wire, borrow: Callable[[], Place]) -> None:
        loop = asyncio.get_running_loop()
        self.line, self.caller = LINE, Caller()
        self._wire, self._borrow = wire, borrow
        self._sound: TalkSound | None = None
        self.place: Place | None = None
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.taken: asyncio.Future[None] = loop.create_future()
        self.answered: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[Cause] = loop.create_future()
        self.taken.set_result(None)

    @property
    def audio(self) -> object:
        """What the engine attaches."""
        return self._sound

    async def answer(self) -> None:
        """See Leg: nobody calls from there."""
        raise CallerGone

    def hang_up(self, cause: Cause = Cause.OURS) -> None:
        """See Leg."""
        self.over(cause)

    def take(self) -> None:
        """The button was pressed."""
        if self.gone.done() or self.answered.done():
            return
        self.place = self._borrow()
        self._sound = self.place.talk()
        self._wire.carry(self.place)
        self.answered.set_result(None)

    def on_key(self, digit: str) -> None:
        """A key on the screen."""
        if self._sound is not None and not self.gone.done() and self._sound.tells(digit):
            self.keys.put_nowait(digit)

    def ended(self, cause: Cause) -> None:
        """The page is gone: nobody hung up."""
        self.over(Cause.NO_SOUND if cause is Cause.NO_SOUND else Cause.LINE_FAILED)

    def over(self, cause: Cause) -> None:
        """The ringing or the call is over; the page stays. Harmless when repeated."""
        if self.gone.done():
            return
        self._wire.pause(b"E")
        self.answered.cancel()
        self.gone.set_result(cause)


class Computers:
    """Who takes calls at which page; everybody at one, the newest. Lives on the loop.

    place: makes a place on the bridge. changed: told when somebody came or went.
    """

    def __init__(self, place: Callable[[], Place], changed: Callable[[], None]) -> None:
        self._make, self._changed = place, changed
        self._free: list[Place] = []
        self._at: dict[str, Wire] = {}

    def there(self) -> frozenset[str]:
        """Their ids."""
        return frozenset(self._at)

    def ring(self, person: str, caller: str, about: str) -> ComputerLeg:
        """Ring there. Raises LineDown where nobody is, or is in a call."""
        wire = self._at.get(person)
        if wire is None or (wire.leg is not None and not wire.leg.gone.done()):
            raise LineDown(say("Nobody is at a computer."))
        leg = wire.leg = ComputerLeg(wire, self._borrow)
        leg.gone.add_done_callback(lambda _gone: self._give_back(leg))
        told = {"caller": label(caller)[:MOST_LETTERS], "about": label(about)[:MOST_LETTERS]}
        wire.say(b"R" + json.dumps(told, ensure_ascii=False).encode())
        return leg

    def came(self, wire: Wire, person: str) -> None:
        """This page takes the calls of the person from now on; one before it no more."""
        before = self._at.pop(person, None)
        if before is not None:
            before.end(b"W")
        elif len(self._at) >= MOST_COMPUTERS:
            wire.end(b"B")
            return
        self._at[person] = wire
        wire.on_end = lambda: self._left(wire, person)
        wire.on_word = lambda word: self._said(wire, word)
        wire.say(b"O")
        self._ping(wire, person)
        self._changed()

    def _left(self, wire: Wire, person: str) -> None:
        if self._at.get(person) is wire:
            del self._at[person]
            self._changed()

    def _ping(self, wire: Wire, person: str) -> None:
        if self._at.get(person) is wire:
            wire.say(b"P")
            asyncio.get_running_loop().call_later(PING_S, self._ping, wire, person)

    def _said(self, wire: Wire, word: bytes) -> None:
        leg = wire.leg
        if not isinstance(leg, ComputerLeg):
            return  # nobody was rung here so far
        if word == b"T":
            leg.take()
        elif word == b"N" and not leg.answered.done():
            leg.over(Cause.REJECTED)
        elif word == b"H":
            leg.over(Cause.HUNG_UP if leg.answered.done() else Cause.REJECTED)

    def _borrow(self) -> Place:
        return self._free.pop() if self._free else self._make()

    def _give_back(self, leg: ComputerLeg) -> None:
        if leg.place is not None:
            self._free.append(leg.place)
