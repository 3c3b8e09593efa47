"""Does the exchange hold who rings a line, give them back, and leave them to somebody else?

Tried with two telephones; see `HandingTest`. The box hears nothing of two whom it has left alone.
So the first telephone calls again, and whoever holds it says by a key whether they heard each
other: nothing less is believed. Whoever else calls meanwhile is served as ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from hotline.calls import flow
from hotline.calls.board import Engagement
from hotline.calls.call import Call
from hotline.calls.exchange import Exchange
from hotline.calls.handingtest import WORKS, HandingTest
from hotline.calls.switchboard import Switchboard
from hotline.errors import CallerGone
from hotline.lines.port import HandingLine
from hotline.media.catalogue import Prompt
from hotline.storage.linetests import Outcome

log = logging.getLogger(__name__)

CALL_S = 180.0  # until the first telephone calls, and calls again
KEY_S = 10.0
YES, NO = "1", "2"
NOT_HEARD = "The exchange did not let the two telephones hear each other when the box hung up."
NOT_SAID = "Nobody called again and said by a key whether the two telephones heard each other."
NOT_CALLED = "Nobody called the line from the first telephone within three minutes and pressed 1."

Result = tuple[Outcome, str]
Then = Callable[[Call, str], Awaitable[Result]]


class TransferTest:
    """One try. number: of the first telephone; second: the other one."""

    def __init__(
        self,
        exchange: Exchange,
        switchboard: Switchboard,
        line: HandingLine,
        number: str,
        second: Engagement,
    ) -> None:
        self._x, self._switchboard, self._line = exchange, switchboard, line
        self._number, self._second = number, second

    async def run(self) -> Result:
        """What came of it, and one sentence."""
        result = await self._next_call(Prompt.SELF_TEST, self._try)
        if result is None:
            return Outcome.UNKNOWN, NOT_CALLED
        if result[0] is not Outcome.WORKS:
            return result
        said = await self._next_call(Prompt.SELF_TEST_HANDED, self._heard)
        return said or (Outcome.UNKNOWN, NOT_SAID)

    async def _next_call(self, sentence: Prompt, then: Then) -> Result | None:
        """What `then` makes of the key in the line's next call; None if none came."""
        stories, name = self._switchboard.next_story, self._line.name
        story = _Story(self._number, sentence, then)
        stories[name] = story.tell
        log.info("line %s: its next caller may test how callers are handed on", name)
        try:
            return await story.result()
        finally:
            if stories.get(name) == story.tell:
                del stories[name]

    async def _try(self, call: Call, key: str) -> Result:
        if key != YES:
            return Outcome.UNKNOWN, NOT_CALLED
        return await HandingTest(self._x, self._line, call.party, self._second).run()

    async def _heard(self, _call: Call, key: str) -> Result:
        return (Outcome.WORKS, WORKS) if key == YES else (Outcome.FAILS, NOT_HEARD)


class _Story:
    """One call, if it is the first telephone's; else the usual story."""

    def __init__(self, number: str, sentence: Prompt, then: Then) -> None:
        loop = asyncio.get_running_loop()
        self._number, self._sentence, self._then = number, sentence, then
        self._begun: asyncio.Future[None] = loop.create_future()
        self._result: asyncio.Future[Result | None] = loop.create_future()

    async def result(self) -> Result | None:
        """What came of it; None if nobody called, or somebody else."""
        await asyncio.wait({self._begun}, timeout=CALL_S)
        return await self._result if self._begun.done() else None

    async def tell(self, call: Call) -> None:
        """The story of the next call."""
        self._begun.set_result(None)
        try:
            key = await self._key(call)
            if key not in (YES, NO):
                self._ends(None)
                await flow.tell(call)
                return
            call.ending.informed = True
            call.step("information", "A test of whether this line can hand callers on.")
            self._ends(await self._then(call, key))
            with contextlib.suppress(CallerGone):
                await call.say(Prompt.SELF_TEST_THANKS)
        finally:
            self._ends(None)

    async def _key(self, call: Call) -> str | None:
        """None of somebody else, who is told by the number, where it is known."""
        if call.caller.number not in (None, self._number):
            return None
        with contextlib.suppress(CallerGone):
            await call.pick_up()
            sentence = await call.words(self._sentence, office=call.office.name)
            return await call.party.ask(sentence, KEY_S)
        return None

    def _ends(self, result: Result | None) -> None:
        if not self._result.done():
            self._result.set_result(result)
