"""Calling a caller back, with the number of the office: two calls, joined by the box.

The colleague is rung first, hears whom it is about and presses 1; only then the caller is called.
Neither sees the other's telephone: both see the office. Only who is owed a call or left a case
that is open can be called, and only what may be dialled at all; the caps hold for both calls.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial

from hotline.calls.exchange import Exchange
from hotline.calls.leg import settled
from hotline.calls.returncall import LATER, ReturnCall
from hotline.errors import HotlineError
from hotline.inbox.waiting import Callee
from hotline.numbering import mask
from hotline.routing.office import Person
from hotline.said import Said, say
from hotline.storage.waiting import WaitingList

log = logging.getLogger(__name__)

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
        self._begin(who, callee, ReturnCall(self._x, self._waiting, callee, again, by))
        self._claim(callee, who)
        return say("%(person)s is rung now; pick up and press 1.", person=who.name)

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

    async def close(self) -> None:
        """End every call back; each writes its ending."""
        await settled(tuple(self._tasks))

    async def _look_up(self, call_id: int | None, case: int | None) -> Callee:
        found = asyncio.wrap_future(self._waiting.callee(call_id=call_id, case=case))
        try:
            async with asyncio.timeout(DISK_PATIENCE_S):
                return await asyncio.shield(found)
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

    def _begin(self, who: Person, callee: Callee, back: ReturnCall) -> None:
        """Everything that can be refused at once, and then both are engaged."""
        board = self._x.board
        number = board.caps.allowed(callee.number, confirmed=False)
        if self._on_line(number) or self._on_line(callee.number):
            raise HotlineError(say("This caller is on the line now."), LATER)
        if not board.caps.may_forward():
            raise HotlineError(say("As many calls as allowed are going out already."), LATER)
        if not board.can_join_two():
            raise HotlineError(
                say("No two calls that can be joined can go out now."),
                say("Have the number sent by text, and call from your own telephone."),
            )
        back.is_here = lambda: self._on_line(number) or self._on_line(callee.number)
        with contextlib.ExitStack() as otherwise:
            otherwise.callback(back.release)
            back.engage(who, number)
            task = asyncio.create_task(self._run(back), name=f"call back to {mask(number)}")
            otherwise.pop_all()
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
