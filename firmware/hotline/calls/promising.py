"""Calling back by itself whoever gave up waiting: each when it is their turn.

Who presses 9 hangs up and keeps the place in the queue. When a colleague is free for whom nobody
waits who came before, the box rings the colleague, who hears whom it is about, and after key 1 the
caller: by the door of returning.py and with its gates. A place holds over night and over a restart;
while nobody could be joined with the caller it holds up nobody else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from hotline.calls.call import Call
from hotline.calls.exchange import Exchange
from hotline.calls.leg import settled
from hotline.calls.returncall import ReturnCall
from hotline.calls.returning import Returning
from hotline.calls.watching import PlaceKeeper
from hotline.errors import HotlineError, NumberRefused
from hotline.inbox.waiting import Callee, Tried
from hotline.lines.port import Leg
from hotline.routing.campaigns import as_called, campaign_of
from hotline.routing.office import Office, Person
from hotline.routing.plan import Plan, plan_for
from hotline.routing.queue import Ticket, ticket_for
from hotline.routing.rules import Opening, opening_at
from hotline.storage.promises import Promise, Promises
from hotline.storage.waiting import WaitingList

log = logging.getLogger(__name__)

HOLDS = timedelta(days=4)  # over a long weekend; whoever waited longer is a person's to call
MOST = 50  # callers who keep a place at once; the others are called by hand
ONCE_IN_S = 3600.0  # a number is promised one call: anybody can call under any number
LOOK_S = 8.0
LOOK_SOON_S = 1.0  # while the caller is with the box
LOOK_AT_WISH_S = 60.0
DISK_PATIENCE_S = 1.0
PAUSE_S = 300.0  # between two tries, and before who did not take it is asked again


class Promising(PlaceKeeper):
    """Everybody who keeps a place. Lives on the loop."""

    def __init__(
        self, exchange: Exchange, waiting: WaitingList, returning: Returning, promises: Promises
    ) -> None:
        self._x, self._waiting, self._returning = exchange, waiting, returning
        self._promises = promises
        self._turns: dict[str, _Turn] = {}  # by number
        self._tasks: set[asyncio.Task[None]] = set()
        self._promised_at: dict[str, float] = {}
        exchange.board.places = self

    def resume(self, kept: Iterable[Promise]) -> None:
        """What the last run promised."""
        for promise in kept:
            self._begin(promise)

    def keep_place(self, call: Call, topic: str | None, case: int) -> bool:
        """The caller wants to be called back: does the box do it by itself?

        Who keeps a place already keeps that one, for what they want now.
        """
        number = call.caller.number or ""
        if not call.office.callback_by_itself:
            return False
        if number in self._turns:
            self._turns[number].moves(call, topic, case)
            return True
        if not self._may_promise(number):
            return False
        promise = Promise(
            arrival=call.id,
            rank=call.ticket.rank,
            case=case,
            number=number,
            topic=topic or "",
            language=call.language,
            line=call.leg.line,
            came=call.started_at,
        )
        self._promises.make(promise)
        self._promised_at[number] = self._x.clock.monotonic()
        self._begin(promise).asks(call)
        return True

    def arrival(self, number: str | None, call_id: int) -> int:
        """The place a caller kept is theirs when they call again; else the call has its own."""
        turn = self._turns.get(number or "")
        return call_id if turn is None else turn.goes_to(call_id)

    async def close(self) -> None:
        """End it; the places are kept on the disk."""
        await settled(tuple(self._tasks))

    def _may_promise(self, number: str) -> bool:
        clock, board = self._x.clock, self._x.board
        now = clock.monotonic()
        for old in [n for n, at in self._promised_at.items() if now - at >= ONCE_IN_S]:
            del self._promised_at[old]
        if number in self._promised_at or len(self._turns) >= MOST:
            return False
        try:
            board.caps.allowed(number, confirmed=False)
        except NumberRefused:
            return False
        return clock.trusted() and board.joins_two()

    def _begin(self, promise: Promise) -> _Turn:
        turn = _Turn(promise, self._x, self._waiting, self._returning, self._promises)
        self._turns[promise.number] = turn
        task = asyncio.create_task(self._keep(turn), name=f"promise {promise.case}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return turn

    async def _keep(self, turn: _Turn) -> None:
        """The seam of a promise: its fault reaches nothing else, and a person calls then."""
        try:
            await turn.keep()
        except Exception:
            log.exception("the call back of case %d failed", turn.promise.case)
            turn.gives_up()
        finally:
            turn.leave()
            self._turns.pop(turn.promise.number, None)


class _Turn:
    """One caller who keeps a place."""

    def __init__(
        self,
        promise: Promise,
        exchange: Exchange,
        waiting: WaitingList,
        returning: Returning,
        promises: Promises,
    ) -> None:
        self.promise = promise
        self._x, self._waiting, self._returning = exchange, waiting, returning
        self._promises = promises
        self._asked: dict[str, float] = {}  # who did not take it, and when
        self._looked = float("-inf")
        self._asking: Leg | None = None
        # After a restart it is not known when the last try was.
        self._tried = exchange.clock.monotonic() if promise.tries else float("-inf")
        self._over = self._here = False
        self._line = 0  # the call in which the caller has come back, while it lasts
        self._waits: Ticket | None = None

    def goes_to(self, call_id: int) -> int:
        """The caller waits on the line again: in this place, if no other call has it."""
        self.leave()
        self._here, self._line = True, self._line or call_id
        return self.promise.arrival if self._line == call_id else call_id

    def moves(self, call: Call, topic: str | None, case: int) -> None:
        """The caller called again and asked again."""
        self.promise = replace(
            self.promise, case=case, topic=topic or "", language=call.language, line=call.leg.line
        )
        self._promises.make(self.promise)
        self.asks(call)

    def asks(self, call: Call) -> None:
        """The caller asks just now, and will hang up: in the queue from here on."""
        self._asking, self._line = call.leg, 0

    def leave(self) -> None:
        """Hold up nobody; harmless when repeated."""
        if self._waits is not None:
            self._x.board.queue.leave(self._waits)
            self._waits = None
            self._x.board.tell_changed()

    # -- the way of it -------------------------------------------------------------------------

    async def keep(self) -> None:
        """Until they were spoken with, or it is left to a person to call them."""
        while await self._still_ours():
            chosen = self._whose_turn()
            if chosen is None or not await self._rings(chosen):
                await self._x.board.wait_for_change(LOOK_SOON_S if self._here else LOOK_S)

    async def _still_ours(self) -> bool:
        """Is the call owed, and by the box? Looks at the wish now and then, and before it rings."""
        if self._x.clock.monotonic() - self._looked >= LOOK_AT_WISH_S:
            await self._look()
        office = self._x.office()
        waited = self._x.clock.now() - self.promise.came
        tries_left = self.promise.tries < office.callback_tries
        if not (self._over or (office.callback_by_itself and tries_left and waited < HOLDS)):
            self.gives_up()
        return not self._over

    def gives_up(self) -> None:
        """A person has to call them, who hears of it; not whoever said that they would."""
        self._ends("left to a person")
        if not self.promise.assigned:
            one, now = self.promise, self._x.clock.now()
            self._x.notices.given_up(self._office(), one.number, one.came, one.case, now)

    def _ends(self, why: str) -> None:
        log.info("case %d is not called back by the box any more: %s", self.promise.case, why)
        self._over = True
        self._promises.over(self.promise)

    async def _look(self) -> None:
        """What became of the wish? A disk that does not answer in time changes nothing."""
        self._looked = self._x.clock.monotonic()
        try:
            async with asyncio.timeout(DISK_PATIENCE_S):
                look = asyncio.wrap_future(self._promises.look(self.promise))
                found = await asyncio.shield(look)
        except TimeoutError:
            return
        if found is None:
            self._ends("nothing is owed")
        else:
            self.promise = replace(self.promise, assigned=found.assigned)

    def _whose_turn(self) -> Person | None:
        """Whom to ring now; None where the caller has to wait, in the queue if that helps."""
        office, here = self._office(), self._is_here()
        if self._held_up(office) or (here and not self._hangs_up()):
            self.leave()
            return None
        plan, board = self._plan(office), self._x.board
        ticket = ticket_for(office, self.promise.number, self._topic, self.promise.arrival)
        free = [one.person for tier in plan.tiers for one in tier.candidates]
        free = [person for person in free if self._may_ask(person)]
        self._wait(ticket, frozenset(p.id for p in (*free, *filter(self._may_ask, plan.busy))))
        if here or not board.caps.may_forward():
            return None
        return next((p for p in free if board.queue.may_ring(ticket, p.id)), None)

    def _is_here(self) -> bool:
        """Is the caller on the line? What came of that call is looked at when it is over."""
        before, self._here = self._here, self._returning.is_here(self.promise.number)
        if before and not self._here:
            self._looked, self._line = float("-inf"), 0
        return self._here

    def _hangs_up(self) -> bool:
        """Is it still the call in which they asked?"""
        return not self._line and self._asking is not None and not self._asking.gone.done()

    def _held_up(self, office: Office) -> bool:
        """Can nothing come of it now, whoever were free?"""
        clock, board, promise = self._x.clock, self._x.board, self.promise
        return (
            bool(promise.assigned)
            or clock.monotonic() - self._tried < PAUSE_S
            or not clock.trusted()
            or opening_at(office, clock.now())[0] is not Opening.OPEN
            or not board.caps.minutes_left(clock.steady())
            or not board.can_join_two()
        )

    def _wait(self, ticket: Ticket, wanted: frozenset[str]) -> None:
        if self._waits != ticket or not wanted:
            self.leave()
        if wanted:
            self._x.board.queue.wait(ticket, wanted, on_line=False)
            self._waits = ticket

    async def _rings(self, person: Person) -> bool:
        """Ring the person, and then the caller. False: wait before the next look."""
        self._looked = float("-inf")
        if not await self._still_ours() or self._whose_turn() != person:
            return True  # the disk took a moment, and somebody was faster
        callee, again = self._callee(), partial(self._waiting.callee, case=self.promise.case)
        back = ReturnCall(self._x, self._waiting, callee, again, in_turn=True)
        try:
            call = self._returning.begin(person, callee, back)
        except HotlineError as refused:
            log.info("case %d is not called back yet: %s", self.promise.case, refused)
            self.leave()
            return False
        self.leave()
        await asyncio.wait({call})
        self._came_of(back.tried, person)
        return True

    def _came_of(self, tried: Tried | None, person: Person) -> None:
        now, promise = self._x.clock.monotonic(), self.promise
        if tried is None:
            self._asked[person.id] = now
        elif tried is Tried.SPOKEN:
            self._ends("spoken with")
        elif not self._returning.is_here(promise.number):
            self._tried = now
            self.promise = replace(promise, tries=promise.tries + 1)
            self._promises.tried(promise, self.promise.tries)

    # -- at hand -------------------------------------------------------------------------------

    def _may_ask(self, person: Person) -> bool:
        if person.number is None:
            return False  # at a computer alone: nobody is called back from there
        asked = self._asked.get(person.id, float("-inf"))
        return self._x.clock.monotonic() - asked >= PAUSE_S

    @property
    def _topic(self) -> str | None:
        return self.promise.topic or None

    def _callee(self) -> Callee:
        one = self.promise
        return Callee(one.number, "", one.arrival, one.came, one.topic, one.line, one.case)

    def _office(self) -> Office:
        """The office as it was called: of a campaign, while that is on."""
        office, now = self._x.office(), self._x.clock.now()
        return as_called(office, campaign_of(office, self.promise.line, now))

    def _plan(self, office: Office) -> Plan:
        return plan_for(
            self.promise.number,
            office,
            self._x.clock.now(),
            topic=self._topic,
            language=self.promise.language,
            load=self._x.board.load(self.promise.number, office.zone),
        )
