"""The daily call of the box to itself: do callers still get through on each of its lines?

One line calls the number of another; whoever answers there is the box. Both ends prove by digits
that it is this very call, then each listens for the other's tone. A caller who rings meanwhile is
served as ever, and the call to ourselves is given up.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from hotline.calls import flow
from hotline.calls.board import Engagement
from hotline.calls.call import Call
from hotline.calls.checkcall import engaged
from hotline.calls.exchange import Exchange
from hotline.calls.leg import Party, cause_of, either, settled
from hotline.calls.notices import about_office
from hotline.calls.selftest import HEARD, Meter
from hotline.calls.switchboard import Switchboard
from hotline.errors import CallerGone, HotlineError, LineDown, NumberRefused
from hotline.lines.port import Leg, Line
from hotline.notify.checkwords import about_self_call
from hotline.routing.office import Person
from hotline.routing.selfcalls import self_calls_due
from hotline.storage.linetests import LineTests, Outcome, SelfCall

log = logging.getLogger(__name__)

LOOK_S = 60.0
RING_S = 40.0  # networks need some seconds to find one of our own lines
PROOF_S = 8.0  # from the answer on; who else it may be hears it ringing on meanwhile
RINGS_S, KEY_S = 1.0, 2.0
ANSWERED_S = 3.0  # our other end knows by then that we picked up, or it is not ours
DIGITS, ASKED_EVERY_S = 4, 2.0
BEEPS = 3
LATE_S = 5.0  # a call we have given up may still come in
LISTEN_S = 4.0
SETTLES, SETTLE_S = 10, 0.2
CALLER_FIRST = "A caller came first."
TRIES = 3  # in a day, where callers came first; a failure is believed when it is seen twice


@dataclass
class SelfCalls:
    """Calls one line after the other. Lives on the loop. numbers: the own ones, by line."""

    exchange: Exchange
    switchboard: Switchboard
    results: LineTests
    numbers: Mapping[str, str]
    _again: dict[str, int] = field(default_factory=dict)
    _due: date | None = None

    async def keep(self) -> None:
        """For ever."""
        await self.exchange.board.until_up(LOOK_S)
        while True:
            try:
                await self.look()
            except HotlineError as trouble:
                log.info("calling our own lines: %s", trouble)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Is it time, and is there a line that was not called today and is idle?"""
        office, now = self.exchange.office(), self.exchange.clock.now()
        due = self_calls_due(office, now) if self.exchange.clock.trusted() else None
        if due is None:
            return
        if due != self._due:
            self._due, self._again = due, {}
        for line in self.exchange.board.lines:
            if self._was_called(line.name, due):
                continue
            over = self._over(line)
            if over is not None and self._idle(line):
                await self.call(line, over)
                await self._settles()

    def _was_called(self, name: str, due: date) -> bool:
        last, office = self.results.self_call(name), self.exchange.office()
        then = self_calls_due(office, last.at) if last else None
        return then == due and not 0 < self._again.get(name, 0) < TRIES

    def _over(self, line: Line) -> Line | None:
        """The line to call this one over; another one, if there is one."""
        if line.name not in self.numbers or not line.state().up:
            return None
        lines = sorted(self.exchange.board.lines, key=lambda one: one is line)
        for other in lines:
            able = other.capabilities.can_dial and other.state().up
            if able and other.free_channels() > (other is line):
                return other
        return None

    def _idle(self, line: Line) -> bool:
        """Is no caller with the box, and nothing else awaited on this line?"""
        awaited = line.name in self.switchboard.next_story
        return line.free_channels() > 0 and not awaited and not self.switchboard.live

    async def _settles(self) -> None:
        """The end that was called is over a moment later: until then no line is idle."""
        for _ in range(SETTLES):
            if self.switchboard.live:
                await self.exchange.board.wait_for_change(SETTLE_S)

    # -- one call ------------------------------------------------------------------------------

    async def call(self, line: Line, over: Line) -> SelfCall:
        """Call `line` over `over`; what came of it is kept, and told if it is news.

        Raises HotlineError where the caps do not let it.
        """
        before, at = self.results.self_call(line.name), self.exchange.clock.now()
        worked = before.worked if before else None
        trying = SelfCall(line.name, at, over.name, Outcome.UNKNOWN, "It was cut off.", 0.0, worked)
        me = Person("self-call", "the self-call", self.numbers[line.name])
        costs: list[float] = []
        with engaged(self.exchange.board, me, costs.append) as engagement:
            # On the disk before it rings: a box that dies in it does not call itself again today.
            await asyncio.wrap_future(self.results.keep_self_call(trying))
            outcome, words = await self._called(line, over, engagement)
        outcome = self._believed(line.name, outcome)
        seen = {Outcome.WORKS: True, Outcome.FAILS: False}.get(outcome, worked)
        done = SelfCall(line.name, at, over.name, outcome, words, round(sum(costs), 1), seen)
        self.results.keep_self_call(done)
        log.info("line %s, called over %s: %s %s", line.name, over.name, outcome, words)
        self._tell(done, worked)
        return done

    def _believed(self, name: str, outcome: Outcome | None) -> Outcome:
        """Tried again soon where a caller came first, or it failed for the first time."""
        tries = self._again.get(name, 0) + 1
        if outcome is None or (outcome is Outcome.FAILS and tries == 1):
            self._again[name] = tries
            return Outcome.UNKNOWN
        self._again.pop(name, None)
        return outcome

    def _tell(self, done: SelfCall, worked: bool | None) -> None:
        """Only news: what worked and does not, and what does again."""
        if done.worked is None or worked is None or done.worked is worked:
            return
        office = self.exchange.office()
        words = about_self_call(done.line, done.over, about_office(office), works=done.worked)
        self.exchange.notices.tell(office, words, supervisor=True)

    async def _called(
        self, line: Line, over: Line, engagement: Engagement
    ) -> tuple[Outcome | None, str]:
        """Dial and see; None as the outcome where a caller came first."""
        board = self.exchange.board
        with self._next_call_of(line) as ours:
            try:
                engagement.number = board.permit(engagement.person.number or "", confirmed=False)
                others = {one.name for one in board.lines} - {over.name}
                leg = ours.leg = board.dial_elsewhere(engagement, others)
            except (LineDown, NumberRefused) as refused:
                return Outcome.UNKNOWN, f"No call could be made over {over.name}: {refused.cause}"
            try:
                return await self._seen(leg, ours, engagement)
            finally:
                leg.hang_up()
                await either(ours.arrived, within=0 if ours.arrived.done() else LATE_S)

    @contextlib.contextmanager
    def _next_call_of(self, line: Line) -> Iterator[_Ours]:
        ours = _Ours(self.switchboard, line.name, frozenset(self.numbers.values()))
        ours.wait()
        try:
            yield ours
        finally:
            ours.over()

    async def _seen(
        self, leg: Leg, ours: _Ours, engagement: Engagement
    ) -> tuple[Outcome | None, str]:
        await either(leg.answered, leg.gone, within=RING_S)
        if leg.gone.done() or not leg.answered.done():
            if ours.came:
                return None, CALLER_FIRST
            why = cause_of(leg) or "nobody answered"
            return Outcome.FAILS, f"The call over {leg.line} did not come in: {why}."
        engagement.answered()
        party = Party(leg, self.exchange.engine)
        try:
            return await self._heard(party, ours)
        except CallerGone:
            return Outcome.FAILS, "The call was over before both ends had heard each other."
        finally:
            party.hang_up()

    async def _heard(self, party: Party, ours: _Ours) -> tuple[Outcome | None, str]:
        """From the calling end: give the digits until the other end has them, then listen."""
        meter = Meter(party.sound)
        metering = asyncio.ensure_future(meter.run())
        try:
            if not await self._proved(party, ours):
                if ours.served:
                    return None, CALLER_FIRST
                return Outcome.FAILS, "The call did not come in, or no key came through."
            await party.while_here(either(ours.spoke, within=LISTEN_S))
            await party.play([self.exchange.comfort.beep] * BEEPS)
            await party.while_here(either(ours.heard, within=LISTEN_S))
        finally:
            await settled([metering])
        there = ours.heard.done() and ours.heard.result()
        if there and meter.loudest >= HEARD:
            return Outcome.WORKS, "It came in, and both ends heard each other."
        deaf = "the caller" if there else "the box"
        return Outcome.FAILS, f"It came in, but {deaf} heard nothing."

    async def _proved(self, party: Party, ours: _Ours) -> bool:
        tries = round(PROOF_S / ASKED_EVERY_S)
        for _ in range(tries):
            party.sound.press(ours.code)
            await party.while_here(either(ours.arrived, within=ASKED_EVERY_S))
            if ours.arrived.done():
                break
        return ours.arrived.done()


class _Ours:
    """What the line that is called shall take for our own call: who gives the digits.

    What a network shows of our number is not gone by: it may be another, or none. leg: the calling
    end. came: so many calls came in meanwhile; served: of them so many were somebody else's.
    arrived: ours did. spoke: it has given its own tone. heard: did it hear the other's?
    """

    def __init__(self, switchboard: Switchboard, line: str, numbers: frozenset[str]) -> None:
        loop = asyncio.get_running_loop()
        self._switchboard, self._line, self._numbers = switchboard, line, numbers
        self.code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        self.leg: Leg | None = None
        self.came = self.served = 0
        self.arrived: asyncio.Future[None] = loop.create_future()
        self.spoke: asyncio.Future[None] = loop.create_future()
        self.heard: asyncio.Future[bool] = loop.create_future()

    def wait(self) -> None:
        """The next call of the line is told `tell`; so is each that follows, until it is over."""
        self._switchboard.next_story[self._line] = self.tell

    def over(self) -> None:
        """No more."""
        if self._switchboard.next_story.get(self._line) == self.tell:
            del self._switchboard.next_story[self._line]

    async def tell(self, call: Call) -> None:
        """The story of a call that may be ours. Everybody else's is the usual one."""
        self.wait()  # before anything is waited for: ours may still come in beside this one
        self.came += 1
        if not await self._proves(call):
            self.served += 1
            if call.caller.number in self._numbers and call.leg.gone.done():
                self._is_ours(call)  # we had given it up
                return
            await flow.tell(call)
            return
        self._is_ours(call)
        _done(self.arrived)
        try:
            await self._listen(call)
        except CallerGone:
            pass  # the other end has heard enough
        finally:
            if not self.heard.done():
                self.heard.set_result(False)

    def _is_ours(self, call: Call) -> None:
        call.ending.test = True
        call.exchange.journal.is_test(call.id)
        call.step("self_call", "The box calls its own line, to see that callers get through.")

    async def _proves(self, call: Call) -> bool:
        """Pick up and listen for the digits. Somebody else's keys are kept for the menu."""
        given: list[str] = []
        with contextlib.suppress(CallerGone, TimeoutError):
            await call.pick_up()
            async with asyncio.timeout(PROOF_S):
                if await self._gives_digits(call, given):
                    return True
        for key in given:
            call.leg.keys.put_nowait(key)
        return False

    async def _gives_digits(self, call: Call, given: list[str]) -> bool:
        """Nobody does but our other end, which has been answered when we have picked up."""
        listening = asyncio.ensure_future(self._digits(call, given))
        try:
            if self.leg is not None:
                ends = (listening, self.leg.answered, self.leg.gone)
                await either(*ends, within=ANSWERED_S)
                if self.leg.answered.done():
                    await either(listening, self.leg.gone, within=PROOF_S)
            return listening.done() and listening.result()
        finally:
            await settled([listening])

    async def _digits(self, call: Call, given: list[str]) -> bool:
        """Ring and listen by turns, as some lines cannot do both; while keys come, only listen.

        Who seems to give none is listened to in the sound, see `Party.ask`.
        """
        ringing, ring = True, call.exchange.comfort.ringback
        while self.code not in "".join(given):
            if ringing:
                key = await call.party.linger(ring, RINGS_S)
            else:
                key = await call.party.ask([], KEY_S)
            ringing = key is None and not ringing
            given += [key] if key else []
        return True

    async def _listen(self, call: Call) -> None:
        """From the end that was called: first a tone, then an ear; some lines cannot do both."""
        await call.party.play([call.exchange.comfort.beep] * BEEPS)
        meter = Meter(call.party.sound)
        metering = asyncio.ensure_future(meter.run())
        _done(self.spoke)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LISTEN_S):
                    await call.party.while_here(meter.heard.wait())
        finally:
            await settled([metering])
            self.heard.set_result(meter.loudest >= HEARD)
        await either(call.leg.gone, within=LISTEN_S)


def _done(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
