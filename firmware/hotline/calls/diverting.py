"""Callers whom the mobile network sends straight to a person, past the box: by order or by shift.

With one SIM card the box cannot hold a caller and call somebody. So the network does it, for as
long as one of the people chosen for it is on duty; such a call is in no journal. Callers get back
to the box at the end of the shift, at the end of the box, after any fault of ours, and at the next
start after a power cut, from what stands on the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hotline.calls.caps import Caps
from hotline.calls.exchange import Exchange
from hotline.errors import HotlineError, LineDown, NumberRefused
from hotline.lines.port import Diverted, MobileLine
from hotline.numbering import mask
from hotline.routing.rules import straight_to
from hotline.said import say
from hotline.storage.diverts import DivertOrders, Order

log = logging.getLogger(__name__)

LOOK_S = 5.0
AFTER_FAULT_S = 60.0
ORDER_S = 60.0
_LATER = say("Try again when nobody talks on it.")
Answer = TypeVar("Answer")


@dataclass
class Diverting:
    """lines: those with a SIM card. by_shift: ids of people, by line. own: the box's numbers."""

    exchange: Exchange
    lines: Sequence[MobileLine]
    by_shift: Mapping[str, Sequence[str]]
    orders: DivertOrders
    own: frozenset[str]
    _ordering: set[str] = field(default_factory=set)

    async def keep(self) -> None:
        """Tell the lines, now and whenever it changes. For ever; in the end every shift is over."""
        try:
            while True:
                seconds = self._look()
                await asyncio.sleep(seconds)
        finally:
            self._tell(self._ordered)

    async def order(self, name: str, number: str, *, named: bool = True) -> None:
        """Send every caller of a line to this number until `end`. On the disk when it returns.

        named: by a command at the box, so that it needs no confirmation by the number's owner.
        Raises HotlineError: a number that may not be dialled, a network that refuses.
        """
        with self._only_us(name) as line:
            allowed = self.exchange.board.permit(number, confirmed=not named)
            if allowed in self.own:
                raise NumberRefused(
                    say("This is a number of the box itself."), say("Give that of a person.")
                )
            await _in_time(line, lambda: line.order(allowed))
            await asyncio.wrap_future(self.orders.give(name, Order(allowed)))
        log.info("line %s: every caller is sent to %s, as ordered", name, mask(allowed))

    async def end(self, name: str) -> None:
        """The box answers every caller of a line; a shift under way changes nothing of that."""
        with self._only_us(name) as line:
            await _in_time(line, lambda: line.order(None))
            shift = self._of_shift(name)
            done = self.orders.give(name, Order("", shift)) if shift else self.orders.end(name)
            await asyncio.wrap_future(done)
        log.info("line %s: the box answers every caller, as ordered", name)

    async def ask(self, name: str) -> Diverted:
        """Where the network says that callers go. Raises LineDown."""
        with self._only_us(name) as line:
            return await _in_time(line, line.diverted)

    # -- inside --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _only_us(self, name: str) -> Iterator[MobileLine]:
        """The line of that name; meanwhile `keep` wishes nothing of it."""
        for line in self.lines:
            if line.name == name:
                break
        else:
            raise HotlineError(
                say("No line with a SIM card is called %(line)s.", line=name),
                say("See `hotline lines`."),
            )
        if name in self._ordering:
            raise LineDown(say("The line %(line)s is being asked already.", line=name), _LATER)
        self._ordering.add(name)
        try:
            yield line
        finally:
            self._ordering.discard(name)

    def _look(self) -> float:
        """Tell the lines what is wanted now; the seconds until the next look."""
        try:
            self._tell(self._wanted)
        except Exception:  # the seam of a line: callers get back to the box
            log.exception("a fault of the box with callers who are sent past it")
            self._tell(self._ordered)
            return AFTER_FAULT_S
        return LOOK_S

    def _tell(self, wanted: Callable[[str], str]) -> None:
        for line in self.lines:
            if line.name not in self._ordering:
                line.wish(wanted(line.name) or None)

    def _wanted(self, name: str) -> str:
        """Where callers of a line are to go now, "" for the box."""
        order, shift = self.orders.of(name), self._of_shift(name)
        if order is not None and (order.number or order.instead == shift):
            return order.number
        if order is not None:
            self.orders.end(name)  # the shift it was about is over
        return shift

    def _ordered(self, name: str) -> str:
        order = self.orders.of(name)
        return order.number if order else ""

    def _of_shift(self, name: str) -> str:
        """Nobody's while the clock is not to be believed."""
        chosen, clock = self.by_shift.get(name, ()), self.exchange.clock
        if not chosen or not clock.trusted():
            return ""
        away = self.exchange.board.staff.away()
        person = straight_to(self.exchange.office(), clock.now(), chosen, away)
        try:
            number = self._caps.allowed(person.number or "") if person else ""
        except NumberRefused:
            return ""
        return "" if number in self.own else number

    @property
    def _caps(self) -> Caps:
        return self.exchange.board.caps


async def _in_time(line: MobileLine, ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """What the network answers, which waits until nobody talks. Raises LineDown."""
    state = line.state()
    if not state.up:
        raise LineDown(say("The line %(line)s is down.", line=line.name), state.words)
    try:
        async with asyncio.timeout(ORDER_S):
            return await ask()
    except TimeoutError:
        raise LineDown(say("The line %(line)s is in use.", line=line.name), _LATER) from None
