"""Calling a caller back, with the number of the office: two calls, joined by the box.

The colleague is rung first, hears whom it is about and presses 1; only then the caller is called.
Neither sees the other's telephone: both see the office. Only who is owed a call or left a case
that is open can be called, and only what may be dialled at all; the caps hold for both calls.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

from hotline.calls.exchange import Exchange
from hotline.calls.leg import Party, settled
from hotline.calls.returncall import LATER, ReturnCall
from hotline.errors import HotlineError
from hotline.inbox.waiting import Callee
from hotline.numbering import mask
from hotline.routing.office import Person
from hotline.said import Said, say
from hotline.storage.waiting import WaitingList

log = logging.getLogger(__name__)
T = TypeVar("T")

DISK_PATIENCE_S = 4.0


class Returning:
    """Calls callers back. Lives on the loop.

    on_line: is this number with the box now? told: told of each call back that is over, by id.
    """

    def __init__(
        self, exchange: Exchange, waiting: WaitingList, on_line: Callable[[str], bool]
    ) -> None:
        self._x, self._waiting, self._on_line = exchange, waiting, on_line
        self._tasks: set[asyncio.Task[None]] = set()
        self.told: Callable[[int], None] = lambda _call_id: None

    async def start(
        self, person: str, *, call_id: int | None = None, case: int | None = None, by: str = ""
    ) -> Said:
        """Ring the person (an id), to call back who waits because of this call or left this case.

        by: who asked for it, if not the person. Returns at once, with what happens next in one
        sentence; who had no owner is theirs now. Raises HotlineError, and rings nobody, with the
        reason in plain words.
        """
        who = self._person(person)
        callee = await self._look_up(call_id, case)
        again = partial(self._waiting.callee, call_id=call_id, case=case)
        self.begin(who, callee, ReturnCall(self._x, self._waiting, callee, again, by))
        self._claim(callee, who)
        return say("%(person)s is rung now; pick up and press 1.", person=who.name)

    async def connect(self, person: Person, here: Party, call_id: int) -> None:
        """As `start`, for a person who is with the box already: nobody has to be rung before.

        Returns when the talk or the attempt is over for the person, who is not hung up. Raises
        HotlineError when nobody can be called.
        """
        callee = await self._look_up(call_id, None)
        again = partial(self._waiting.callee, call_id=call_id)
        back = ReturnCall(self._x, self._waiting, callee, again, here=here)
        self._take(person, callee, back, self._x.board.can_join_another(here.leg))
        self._claim(callee, person)
        task = self._task(back, callee)
        free = asyncio.create_task(back.let_go.wait())
        try:
            await asyncio.wait({task, free}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await settled([free])

    async def next_of(self, person: str, passed: Collection[int]) -> Callee | None:
        """Whom this person would call back first; None for nobody. passed: calls left out.

        Raises HotlineError when the disk does not answer.
        """
        return await self._in_time(self._waiting.next_of(person, passed))

    async def text(
        self, person: str, *, call_id: int | None = None, case: int | None = None
    ) -> Said:
        """Send the person the number by text instead, to call from the own telephone.

        Raises HotlineError: nobody waits, the number may not be called, no text can be sent.
        """
        who = self._person(person)
        callee = await self._look_up(call_id, case)
        number = self._x.board.caps.allowed(callee.number, confirmed=False)
        self._x.notices.text_callee(self._x.office(), who, number, callee, self._x.clock.now())
        self._claim(callee, who)
        return say("%(person)s gets the number by text.", person=who.name)

    async def by_text(self, person: Person, case: int) -> str:
        """For a text that asks for it: what happens next, or why nothing does."""
        try:
            return await self.start(person.id, case=case)
        except HotlineError as refusal:
            return str(refusal)

    def is_here(self, number: str) -> bool:
        """Is a caller of this number with the box now?"""
        return self._on_line(number)

    async def close(self) -> None:
        """End every call back; each writes its ending."""
        await settled(tuple(self._tasks))

    async def _look_up(self, call_id: int | None, case: int | None) -> Callee:
        return await self._in_time(self._waiting.callee(call_id=call_id, case=case))

    async def _in_time(self, found: Future[T]) -> T:
        try:
            async with asyncio.timeout(DISK_PATIENCE_S):
                return await asyncio.shield(asyncio.wrap_future(found))
        except TimeoutError:
            raise HotlineError(
                say("The list cannot be read now, because of the disk."),
                say("See the trouble on the first page."),
            ) from None

    def _claim(self, callee: Callee, who: Person) -> None:
        """Whoever calls back owns it, unless somebody does already. Waits for no disk."""
        if callee.call_id is not None:
            with contextlib.suppress(HotlineError):
                self._waiting.claim(callee.call_id, who.id, self._x.clock.now())

    def _person(self, person: str) -> Person:
        who = self._x.office().person(person)
        if who is None:
            raise HotlineError(
                say("Nobody of the office is called %(person)s.", person=person),
                say("Choose one of the list."),
            )
        if who.number is None:
            raise HotlineError(
                say("The office has no telephone number of %(person)s.", person=who.name),
                say("Add the number to the office first."),
            )
        return who

    def begin(self, who: Person, callee: Callee, back: ReturnCall) -> asyncio.Task[None]:
        """Ring the person and then the caller, in a task of its own, which never fails.

        Everything that can be refused is refused at once, by HotlineError; else both are engaged.
        """
        self._take(who, callee, back, self._x.board.can_join_two())
        return self._task(back, callee)

    def _task(self, back: ReturnCall, callee: Callee) -> asyncio.Task[None]:
        task = asyncio.create_task(self._run(back), name=f"call back to {mask(callee.number)}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _take(self, who: Person, callee: Callee, back: ReturnCall, can_join: bool) -> None:
        """Everything that can be refused at once, and then both are engaged."""
        board = self._x.board
        number = board.caps.allowed(callee.number, confirmed=False)
        if self._on_line(number) or self._on_line(callee.number):
            raise HotlineError(say("This caller is on the line now."), LATER)
        board.caps.need_room()
        if not can_join:
            raise HotlineError(
                say("No two calls that can be joined can go out now."),
                say("Have the number sent by text, and call from your own telephone."),
            )
        back.is_here = lambda: self._on_line(number) or self._on_line(callee.number)
        with contextlib.ExitStack() as otherwise:
            otherwise.callback(back.release)
            back.engage(who, number)
            otherwise.pop_all()

    async def _run(self, back: ReturnCall) -> None:
        """The seam of a call back: its fault reaches nothing else."""
        try:
            with self._x.board.forwarding():
                await back.run()
        except Exception:
            log.exception("call back %d failed", back.id)
        finally:
            back.close()
            self.told(back.id)
