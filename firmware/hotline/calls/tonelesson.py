"""The owner calls a line and hangs up; the box learns what its exchange sends then.

An exchange that shows a hang-up by a tone of its own leaves the box talking to nobody. Whoever
calls while the box waits for the owner, and is somebody else, is served as ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from hotline.calls import flow
from hotline.calls.call import Call
from hotline.calls.exchange import Exchange
from hotline.calls.leg import cause_of
from hotline.calls.switchboard import Switchboard
from hotline.errors import CallerGone, HotlineError
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.media.engine import HangUpTone
from hotline.storage.linetones import LearnedTone, LearnedTones

log = logging.getLogger(__name__)

CALL_S = 180.0  # until the owner calls
KEY_S = 8.0
LISTEN_S = 45.0  # from the key on: the owner has to hang up yet
OWNER_KEY = "1"
_AGAIN = "Start again, call the line, press 1 when the box asks, and hang up."


@dataclass
class ToneLessons:
    """Learns on one line at a time. lines: those whose sound tells whether the caller has gone."""

    exchange: Exchange
    switchboard: Switchboard
    tones: LearnedTones
    lines: Collection[str]
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def learn(self, line: str) -> str:
        """Wait for the owner's call and learn; one sentence of what was learned, and stored.

        Raises HotlineError when nothing was: no call, another caller, no tone.
        """
        self._check(line)
        if self._turn.locked():
            raise HotlineError("A line is learning already.", "Wait until it is done.")
        async with self._turn:
            log.info("line %s: its next caller may teach it how a hang-up sounds", line)
            lesson = _Lesson()
            with self._given_to_next_caller(line, lesson):
                tone = await lesson.learned()
            if tone is None:
                return "Nothing has to be learned: the box notices by itself who has hung up."
            now = self.exchange.clock.now()
            stored = LearnedTone(line, now, tone.hertz, tone.on, tone.off)
            await asyncio.wrap_future(self.tones.keep(stored))
            log.info("line %s: a caller who has gone sounds like %s", line, tone)
            return f"Learned: {tone}. From the next call on it ends a call on this line."

    async def forget(self, line: str) -> str:
        """Go by the usual tones alone again."""
        self._check(line)
        await asyncio.wrap_future(self.tones.forget(line))
        return "Forgotten: from the next call on only the usual tones end a call on this line."

    def _check(self, line: str) -> None:
        if line not in self.lines:
            known = ", ".join(sorted(self.lines))
            raise HotlineError(
                f"The line {line} has no tone to learn.",
                f"Lines that have: {known}." if known else "Only a voice modem has.",
            )

    @contextlib.contextmanager
    def _given_to_next_caller(self, line: str, lesson: _Lesson) -> Iterator[None]:
        self.switchboard.next_story[line] = lesson.give
        try:
            yield
        finally:
            self.switchboard.next_story.pop(line, None)


def tone_of(tones: LearnedTones, line: str) -> HangUpTone | None:
    """What the exchange of this line sends, for the sound of the line."""
    tone = tones.of(line)
    return HangUpTone(tone.hertz, tone.on, tone.off) if tone else None


class _Lesson:
    """One call. None is learned where the line itself showed that the caller had gone."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._begun: asyncio.Future[None] = loop.create_future()
        self._learned: asyncio.Future[HangUpTone | None] = loop.create_future()

    async def learned(self) -> HangUpTone | None:
        """Wait for the owner's call and its end. Raises HotlineError."""
        await asyncio.wait({self._begun}, timeout=CALL_S)
        if not self._begun.done():
            raise HotlineError("Nobody called within three minutes.", _AGAIN)
        return await self._learned

    async def give(self, call: Call) -> None:
        """The story of the next call; that of any other call for whoever is not the owner."""
        self._begun.set_result(None)
        try:
            if not await self._is_owner(call):
                self._fail("Somebody called who pressed no 1; the box served them as ever.")
                await flow.tell(call)
                return
            call.ending.informed = True
            call.step("information", "The box learns how this line sounds without a caller.")
            await self._listen(call)
        finally:
            self._fail("The lesson was broken off.")

    async def _is_owner(self, call: Call) -> bool:
        with contextlib.suppress(CallerGone):
            await call.pick_up()
            return await call.party.ask(await call.words(Prompt.LEARN_TONE), KEY_S) == OWNER_KEY
        return False

    async def _listen(self, call: Call) -> None:
        try:
            async with asyncio.timeout(LISTEN_S):
                tone = await call.party.while_here(call.party.sound.learn_tone())
        except CallerGone:
            if cause_of(call.leg) is Cause.HUNG_UP:
                self._learned.set_result(None)
        except TimeoutError:
            self._fail("The box heard no tone that repeats itself.")
        else:
            self._learned.set_result(tone)

    def _fail(self, why: str) -> None:
        if not self._learned.done():
            self._learned.set_exception(HotlineError(why, _AGAIN))
            self._learned.exception()  # whoever asked may have gone
