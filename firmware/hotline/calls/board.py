"""The only lender of lines and people.

Nobody is rung who is on the telephone, no line is used beyond its channels, no cap is broken.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter, deque
from collections.abc import Callable, Collection, Coroutine, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any, cast

from hotline.calls.caps import Caps
from hotline.calls.watching import (
    ComputerDesk,
    NoComputers,
    NumberWatch,
    PlaceKeeper,
    StaffWatch,
)
from hotline.clock import Clock
from hotline.errors import LineDown, NumberRefused
from hotline.lines.port import AsideLeg, HandingLine, Leg, Line
from hotline.numbering import mask
from hotline.routing.office import Person
from hotline.routing.queue import Queue, Ticket
from hotline.routing.staff import Load
from hotline.routing.waiting import expected_wait

log = logging.getLogger(__name__)
TALKS_TO_JUDGE_BY = 30
HOUR_S = 3600.0
LINES_COME_UP_S = 1.0  # how often it is looked whether they have
LONGEST_DAY = timedelta(hours=25)  # when the clock falls back


class Engagement:
    """A person taken for one call: rung or talking, and so not rung by another.

    comes_back: their telephone sends our call to the hotline itself.
    """

    def __init__(self, board: Board, person: Person, on_cost: Callable[[float], None]) -> None:
        self.person = person
        self.number = ""
        self.comes_back = False
        self._board, self._on_cost = board, on_cost
        self._answered_at: float | None = None
        self._taken_at = board.clock.monotonic()
        self._talks = self._over = False

    def answered(self) -> None:
        """The person's telephone was picked up: from here on it may cost minutes."""
        self._answered_at = self._board.clock.monotonic()
        if self.number:  # at a computer it costs nothing
            self._board.caps.answered(self.number, self._board.clock.steady())

    @property
    def rings(self) -> bool:
        """Was the number dialled, and not picked up so far?"""
        return bool(self.number) and self._answered_at is None

    def talks(self) -> None:
        """The person took the call."""
        self._talks = True

    @property
    def seconds(self) -> float:
        """For how long the person has been taken."""
        return self._board.clock.monotonic() - self._taken_at

    def release(self, *, tell: bool = True) -> None:
        """The person is free again; harmless when repeated. tell: whoever waits looks again."""
        if self._over:
            return
        self._over = True
        talked = 0.0
        if self._answered_at is not None:
            talked = self._board.clock.monotonic() - self._answered_at
        if self._talks:
            self._board.past_talks.append(self.seconds)
        self._board.freed(self, talked, answered=self._answered_at is not None)
        if tell:
            self._board.tell_changed()
        if self._answered_at is not None and self.number:
            self._on_cost(talked)


class Board:
    """Who and what is in use. Lives on the loop.

    own: the numbers of the box. hands_on: did a self-test see that this modem and SIM card or line
    (`HandingLine.card`) hold and join calls? staff, numbers, places, computers: whoever took these
    posts, see watching.py.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        caps: Caps,
        clock: Clock,
        *,
        own: frozenset[str] = frozenset(),
        hands_on: Callable[[str], bool] = lambda _card: False,
    ) -> None:
        self.lines, self.caps, self.clock = tuple(lines), caps, clock
        self.own, self.hands_on = own, hands_on
        self.staff, self.numbers, self.places = StaffWatch(), NumberWatch(), PlaceKeeper()
        self.computers: ComputerDesk = NoComputers()
        self._taken_by: list[Engagement] = []
        self.past_talks: deque[float] = deque(maxlen=TALKS_TO_JUDGE_BY)
        self._last_ended: dict[str, datetime] = {}
        self._last_rung: dict[str, datetime] = {}
        self._taken: deque[tuple[datetime, str]] = deque()
        self._spoken_with: dict[str, str] = {}
        self._taken_at: deque[tuple[float, str]] = deque()  # monotonic
        self.queue = Queue()
        self.dials = 0
        self._out: set[Leg] = set()
        self._changed = asyncio.Event()
        self._behind: set[asyncio.Task[None]] = set()
        self._long: set[asyncio.Task[None]] = set()

    # -- people ------------------------------------------------------------------------------

    def comes_back(self, number: str | None) -> bool:
        """Is a call from this number one of ours, which a telephone that we ring sends back?

        Nobody else calls from a number of the box while the box rings somebody.
        """
        rung = [taken for taken in self._taken_by if taken.rings]
        if number not in self.own or not rung:
            return False
        if len(rung) == 1:
            rung[0].comes_back = True
            self.numbers.loop(rung[0].person)
        log.warning(
            "a call of the box came back to it: a telephone of %s is diverted to the hotline",
            " or ".join(taken.person.name or mask(taken.number) for taken in rung),
        )
        return True

    def load(self, caller: str | None, zone: tzinfo = UTC) -> Load:
        """What routing needs to know of the people at this moment. zone: whose midnight begins a
        day.
        """
        return Load(
            busy=frozenset(one.person.id for one in self._taken_by if self._full(one.person)),
            engaged=frozenset(one.person.number or "" for one in self._taken_by),
            last_ended=dict(self._last_ended),
            calls_today=self._today(zone),
            last_rung=dict(self._last_rung),
            last_spoken_with=self._spoken_with.get(caller or ""),
            away=self.staff.away(),
            last_hour=self._last_hour(),
            at_computer=self.computers.there(),
        )

    def engage(self, person: Person, on_cost: Callable[[float], None]) -> Engagement | None:
        """Take the person for a call; None if their telephone is in use, under whatever name.

        on_cost: told the seconds for which the person's telephone was connected, if it was.
        """
        if not (person.number or person.at_computer) or self._full(person):
            return None
        taken = Engagement(self, person, on_cost)
        self._taken_by.append(taken)
        self._last_rung[person.id] = self.clock.steady()
        return taken

    def _full(self, person: Person) -> bool:
        """Has their telephone as many calls as it takes at once?"""
        calls = sum(_telephone(one.person) == _telephone(person) for one in self._taken_by)
        return calls >= person.at_once

    def expected_wait(self, ticket: Ticket) -> float | None:
        """Seconds until the caller, who waits in the queue, comes to a person; None when nothing
        can be told.
        """
        place, wanted = self.queue.position(ticket), self.queue.wanted(ticket)
        if place is None:
            return None
        talking = [one.seconds for one in self._taken_by if one.person.id in wanted]
        full = {one.person.id for one in self._taken_by if self._full(one.person)}
        return expected_wait(place, talking, len(wanted - full), self.past_talks)

    def freed(self, taken: Engagement, talked: float, *, answered: bool) -> None:
        """An engagement ended after `talked` seconds on the telephone."""
        self._taken_by.remove(taken)
        if answered:
            if taken.number:
                self.caps.talked(taken.number, talked, self.clock.steady())
            self._last_ended[taken.person.id] = self.clock.steady()

    def spoken(self, caller: str | None, person: Person) -> None:
        """The caller and the person talk: counted for the strategies."""
        self._taken_at.append((self.clock.monotonic(), person.id))
        self._taken.append((self.clock.now(), person.id))
        if caller:
            self._spoken_with[caller] = person.id

    def _today(self, zone: tzinfo) -> dict[str, int]:
        """Calls taken since midnight, by person."""
        now = self.clock.now()
        while self._taken and now - self._taken[0][0] >= LONGEST_DAY:
            self._taken.popleft()
        midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
        return Counter(person for at, person in self._taken if at >= midnight)

    def _last_hour(self) -> dict[str, int]:
        """Calls taken in it, by person."""
        while self._taken_at and self.clock.monotonic() - self._taken_at[0][0] >= HOUR_S:
            self._taken_at.popleft()
        return Counter(person for _, person in self._taken_at)

    # -- lines -------------------------------------------------------------------------------

    def can_join(self, caller: Leg) -> bool:
        """Can this caller talk with somebody, over another line or his own?"""
        return self._can_bridge(caller) or self._handing(caller) is not None

    def _can_bridge(self, caller: Leg) -> bool:
        """Can a caller on this line talk with somebody on another one?"""
        return all(one.capabilities.full_duplex for one in self.lines if one.name == caller.line)

    def permit(self, number: str, *, confirmed: bool = True) -> str:
        """The one door to the telephone network: see `Caps.check`. Raises NumberRefused."""
        try:
            return self.caps.check(number, self.clock.steady(), confirmed=confirmed)
        except NumberRefused as refused:
            self.numbers.refused(number, refused)
            raise

    def dial(self, engagement: Engagement) -> Leg:
        """Ring an engaged person over the first line that can. Raises LineDown, NumberRefused."""
        engagement.number = self.permit(engagement.person.number or "")
        with self._counted_if_dialled(engagement.number):
            return self.dial_elsewhere(engagement, ())

    @contextlib.contextmanager
    def _counted_if_dialled(self, number: str) -> Iterator[None]:
        """While no line can dial, nobody may use up how often a number may be called."""
        try:
            yield
        except LineDown:
            self.caps.not_dialled(number)
            raise

    def dial_elsewhere(
        self,
        engagement: Engagement,
        tried: Collection[str],
        *,
        both_ways: bool = False,
        first: str = "",
    ) -> Leg:
        """Ring on over another line than those `tried`: for the caps it is the same call.

        both_ways: only over lines that can be joined with another. first: the line to be tried
        before all others. Raises LineDown when there is none.
        """
        trouble = LineDown("No line can make a call now.", "See the lines on the page.")
        for line in sorted(self.lines, key=lambda line: line.name != first):
            if line.name in tried or not _can_dial(line, both_ways=both_ways):
                continue
            try:
                leg = line.dial(engagement.number)
            except LineDown as down:
                trouble = down
            else:
                self.dials += 1
                self._out.add(leg)
                leg.gone.add_done_callback(partial(self._over, leg))
                return leg
        raise trouble

    def dial_back(self, engagement: Engagement, first: str = "") -> Leg:
        """Ring one of the two who are to be joined: a person, or a caller who is owed a call.

        first: see `dial_elsewhere`. Raises LineDown, NumberRefused.
        """
        of_staff = bool(engagement.person.id)  # who is owed a call has not confirmed anything
        number = engagement.person.number or ""
        engagement.number = self.permit(number, confirmed=of_staff)
        with self._counted_if_dialled(engagement.number):
            return self.dial_elsewhere(engagement, (), both_ways=True, first=first)

    def dials_over(self, line: str) -> bool:
        """Is a call of the box going out over this line?"""
        return any(leg.line == line for leg in self._out)

    def calls_out(self) -> bool:
        """Is any call of the box going out?"""
        return bool(self._out)

    def _over(self, leg: Leg, _gone: object) -> None:
        """Who waits looks again where there was none; a person who came free is told of before."""
        self._out.discard(leg)
        if self.channels() <= 1:
            self.tell_changed()

    def can_dial(self) -> bool:
        """Is there a line that could dial now?"""
        return self.channels() > 0

    def channels(self) -> int:
        """How many calls could go out now."""
        return sum(line.free_channels() for line in self.lines if _can_dial(line))

    def channel_may_come(self, caller: Leg) -> bool:
        """Are there lines that could dial, had others not taken their channels?"""
        return any(
            line.capabilities.channels > (line.name == caller.line)
            for line in self.lines
            if line.capabilities.can_dial and line.state().up
        )

    def can_join_two(self) -> bool:
        """Can two calls go out now that can be joined?"""
        lines = [line for line in self.lines if _can_dial(line, both_ways=True)]
        return sum(line.free_channels() for line in lines) >= 2

    def joins_two(self) -> bool:
        """Is the box made for it, were all its lines up and free?"""
        able = (line.capabilities for line in self.lines)
        return sum(one.channels for one in able if one.full_duplex and one.can_dial) >= 2

    def can_join_another(self, here: Leg) -> bool:
        """Can a call go out now that can be joined with this one?"""
        there = (_can_dial(line, both_ways=True) for line in self.lines)
        return self._can_bridge(here) and any(there)

    def only_aside(self, caller: Leg) -> bool:
        """Can this caller reach people in one way alone: over his own line, on hold meanwhile?"""
        if self._handing(caller) is None:
            return False
        return not (self._can_bridge(caller) and self.can_dial())

    def dial_aside(self, engagement: Engagement, caller: Leg) -> AsideLeg:
        """Hold the caller and ring over his own line. Raises LineDown, NumberRefused."""
        line = self._handing(caller)
        if line is None:
            raise LineDown("The caller's line cannot hold him.", "See the lines on the page.")
        engagement.number = self.permit(engagement.person.number or "")
        with self._counted_if_dialled(engagement.number):
            leg = line.dial_aside(caller, engagement.number)
        self.dials += 1
        return leg

    def _handing(self, caller: Leg) -> HandingLine | None:
        for line in self.lines:
            if line.name == caller.line and line.capabilities.hands_on and line.state().up:
                handing = cast(HandingLine, line)
                return handing if self.hands_on(handing.card()) else None
        return None

    @contextlib.contextmanager
    def forwarding(self) -> Iterator[None]:
        """One more caller is being forwarded, to be rung for or talking, while the block lasts.

        Where nothing was dialled in it nobody is told that it is over: two callers who find no line
        would wake each other without end.
        """
        self.caps.forwarding += 1
        before = self.dials
        try:
            yield
        finally:
            self.caps.forwarding -= 1
            if self.dials != before:
                self.tell_changed()

    async def until_up(self, seconds: float) -> None:
        """Until every line is up, at most so long: after a start each takes a while."""
        end = self.clock.monotonic() + seconds
        while not all(line.state().up for line in self.lines) and self.clock.monotonic() < end:
            await self.wait_for_change(LINES_COME_UP_S)

    # -- waiting and loose ends -----------------------------------------------------------------

    async def wait_for_change(self, seconds: float) -> None:
        """Until somebody or something came free, at most `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    def behind(self, work: Coroutine[Any, Any, None], *, long: bool = False) -> None:
        """Do something that outlives the wait it came from, such as a last word to somebody.

        long: it may take minutes, and is cut short when the box stops.
        """
        task = asyncio.ensure_future(work)
        for tasks in (self._behind, self._long) if long else (self._behind,):
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def settle(self) -> None:
        """Wait until all loose ends are done."""
        await asyncio.gather(*self._behind, return_exceptions=True)

    async def close(self) -> None:
        """The same, without waiting for what takes long."""
        for task in tuple(self._long):
            task.cancel()
        await self.settle()

    def tell_changed(self) -> None:
        """Who waits looks again: somebody or something came free."""
        self._changed.set()
        self._changed = asyncio.Event()


def _telephone(person: Person) -> str:
    """Who has no number has a computer alone."""
    return person.number or person.id


def _can_dial(line: Line, *, both_ways: bool = False) -> bool:
    able = line.capabilities.can_dial and (line.capabilities.full_duplex or not both_ways)
    return able and line.state().up and line.free_channels() > 0
