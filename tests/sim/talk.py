"""What a simulated party of a call hears and says, whatever carries it: SIP or a mobile network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from tests.sim import listen
from tests.sim.g711 import Samples
from tests.sim.sound import RATE, Sound, Tone

Result = TypeVar("Result")


class NotAsExpected(AssertionError):  # noqa: N818 - it says what it is
    """What was waited for did not come; says what was expected and what came instead."""


class Over(NotAsExpected):
    """The call ended while something was still expected of it."""


class Ending(NamedTuple):
    """How a call ended. ours: we ended it. status: final code, 200 for a BYE. at: monotonic."""

    ours: bool
    status: int
    reason: str
    at: float


class Heard(NamedTuple):
    """Something was heard. `position`: its first sample in `heard`; `at`: when that packet came."""

    position: int
    at: float


class Talk:
    """A call between the box and one party. rtp: its sound."""

    def __init__(self, rtp: Any) -> None:
        loop = asyncio.get_running_loop()
        self.begun_at = time.monotonic()
        self.rtp = rtp
        self.rtp.on_sound.append(self._sound_came)
        self._ringing: asyncio.Future[float] = loop.create_future()
        self._answered: asyncio.Future[float] = loop.create_future()
        self._ended: asyncio.Future[Ending] = loop.create_future()
        self._grew = asyncio.Event()

    @property
    def tone(self) -> Tone:
        """The tone we say all the time; TypeError if it is something else."""
        return a_tone(self.rtp.sound)

    @property
    def heard(self) -> Samples:
        """Every sample heard so far."""
        return self.rtp.heard.samples()

    @property
    def answered_at(self) -> float | None:
        return self._answered.result() if has_result(self._answered) else None

    @property
    def ending(self) -> Ending | None:
        """How it ended, or None while it lasts."""
        return self._ended.result() if self._ended.done() else None

    async def ringing(self, within: float = 5.0) -> float:
        """Wait until it rings; the time at which it began."""
        return await self._wait(self._ringing, within, "the call to ring")

    async def answered(self, within: float = 10.0) -> float:
        """Wait until it is answered; the time at which it was."""
        return await self._wait(self._answered, within, "the call to be answered")

    async def ended(self, within: float = 10.0) -> Ending:
        """Wait until the call is over."""
        done, _ = await asyncio.wait([self._ended], timeout=within)
        if done:
            return self._ended.result()
        raise NotAsExpected(f"expected the call to end within {within:g} s; {self._state()}")

    async def lasts(self, seconds: float) -> bool:
        """Let that much time pass in the call; False as soon as it ended earlier."""
        done, _ = await asyncio.wait([self._ended], timeout=seconds)
        return not done

    async def hears(
        self, tone: Tone, within: float = 5.0, lasting: float = 0.2, since: int | None = None
    ) -> Heard:
        """Wait until the tone is heard for `lasting` seconds on end, alone or under others.

        since: sample from which to listen, now if None. The result is where the tone began.
        """
        need = max(1, round(lasting * RATE) - listen.WINDOW + 1)
        start = self._from(since, lasting)
        steady = _Steady(start, need, lambda samples: listen.sounds(samples, tone))
        begins = await self._listen(steady, within, f"tone {tone} for {lasting:g} s")
        early = max(begins - listen.WINDOW, start, 0)
        exact = listen.onset(self.heard[early : begins + listen.WINDOW], tone)
        return self._at(early + exact if exact is not None else begins)

    async def hears_no_more(self, tone: Tone, within: float = 2.0, lasting: float = 0.2) -> Heard:
        """Wait until sound has come for `lasting` seconds on end without the tone in it."""
        need = max(1, round(lasting * RATE) - listen.WINDOW + 1)
        gone = _Steady(self._from(None, 0), need, lambda samples: not listen.sounds(samples, tone))
        return self._at(await self._listen(gone, within, f"no {tone} for {lasting:g} s"))

    async def hears_speech(self, within: float = 10.0, since: int | None = None) -> Heard:
        """Wait until somebody is heard speaking."""
        start = self._from(since, 0)
        found = await self._listen(
            _Steady(start, 1, listen.is_speech, window=RATE // 2, step=RATE // 20),
            within,
            "speech",
        )
        first = listen.first_sound(self.heard[found:])
        return self._at(found + (first or 0))

    async def hears_silence(
        self, lasting: float = 1.0, within: float = 10.0, since: int | None = None
    ) -> Heard:
        """Wait until packets with nothing in them have come for `lasting` seconds on end."""
        quiet = _Steady(
            self._from(since, 0),
            round(lasting * RATE) - 800 + 1,
            lambda samples: listen.loudness(samples) < listen.QUIET,
            window=800,
        )
        return self._at(await self._listen(quiet, within, f"silence for {lasting:g} s"))

    async def hears_piece(self, piece: Samples, within: float = 10.0, since: int = 0) -> Heard:
        """Wait until this very piece of sound, speech or noise, has been heard from end to end."""
        looked = 0

        def look() -> int | None:
            nonlocal looked
            here = self.heard[since:]
            if len(here) < max(len(piece), looked + RATE // 4):
                return None
            looked = len(here)
            match = listen.find_at_any_pace(piece, here)
            return since + match.offset if match.likeness > 0.9 else None

        return self._at(await self._until(look, within, f"a piece of {len(piece) / RATE:.1f} s"))

    async def hears_most(self, said: Samples, within: float = 10.0, since: int = 0) -> None:
        """Wait until nine tenths of this noise have been heard, however many clocks it crossed."""
        looked = 0

        def look() -> bool | None:
            nonlocal looked
            here = self.heard[since:]
            if len(here) < max(len(said), looked + RATE // 4):
                return None
            looked = len(here)
            return listen.kept(said, here) >= 0.9 or None

        await self._until(look, within, f"most of {len(said) / RATE:.1f} s of noise")

    async def hears_any(self, within: float = 5.0, since: int | None = None) -> Heard:
        """Wait for the first sound that is not silence."""
        start = self._from(since, 0)

        def first() -> int | None:
            found = listen.first_sound(self.heard[start:])
            return None if found is None else start + found

        return self._at(await self._until(first, within, "any sound"))

    def hears_now(self, tone: Tone, last: float = 0.3) -> bool:
        """Was the tone there all through the last seconds?"""
        samples = self.heard[-round(last * RATE) :]
        steps = range(0, len(samples) - listen.WINDOW + 1, 160)
        return bool(steps) and all(
            listen.sounds(samples[n : n + listen.WINDOW], tone) for n in steps
        )

    def in_words(self) -> str:
        """What was heard so far, in one line."""
        return listen.in_words(self.heard)

    def say(self, samples: Samples) -> asyncio.Future[float]:
        """Say this instead of the telephone's own sound; done when said, with its start time."""
        return self.rtp.say(samples)

    async def press(self, keys: str, seconds: float = 0.1, pause: float = 0.1) -> float:
        """Press keys one after another; the time at which the first packet of the last left."""
        at = 0.0
        for key in keys:
            at = await self._wait(self.rtp.press(key, seconds, pause), 10, f"key {key} to be sent")
        return at

    def _sound_came(self) -> None:
        self._grew.set()

    def _from(self, since: int | None, before: float) -> int:
        return max(0, self.rtp.heard.length - round(before * RATE)) if since is None else since

    def _at(self, position: int) -> Heard:
        return Heard(position, self.rtp.arrived_at(position))

    async def _listen(self, steady: _Steady, within: float, what: str) -> int:
        return await self._until(lambda: steady.look(self.rtp.heard.samples()), within, what)

    async def _until(self, look: Callable[[], Result | None], within: float, what: str) -> Result:
        """Look again each time more has been heard."""
        begun = self.rtp.heard.length
        limit = time.monotonic() + within
        while (found := look()) is None:
            if self._ended.done():
                raise Over(f"expected {what}; {self._state()}; heard: {self._since(begun)}")
            self._grew.clear()
            left = limit - time.monotonic()
            try:
                async with asyncio.timeout(max(left, 0)):
                    await self._grew.wait()
            except TimeoutError:
                heard = self._since(begun)
                told = f"expected {what} within {within:g} s; heard: {heard}; {self._state()}"
                raise NotAsExpected(told) from None
        return found

    def _since(self, position: int) -> str:
        return listen.in_words(self.heard[max(0, position - RATE // 5) :])

    async def _wait(self, future: asyncio.Future[float], within: float, what: str) -> float:
        either: list[asyncio.Future[Any]] = [future, self._ended]
        await asyncio.wait(either, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        if has_result(future):
            return future.result()
        told = f"expected {what} within {within:g} s; {self._state()}"
        raise (Over if self._ended.done() else NotAsExpected)(told)

    def _state(self) -> str:
        """Half a sentence about where the call stands."""
        raise NotImplementedError


class _Steady:
    """Looks for the first place from which on something is true for `need` samples on end."""

    def __init__(
        self,
        start: int,
        need: int,
        true: Callable[[Samples], bool],
        window: int = listen.WINDOW,
        step: int = 160,
    ) -> None:
        self._next, self._need, self._true = start, need, true
        self._window, self._step = window, step
        self._run: int | None = None

    def look(self, heard: Samples) -> int | None:
        """Look at what came since the last look."""
        while self._next + self._window <= len(heard):
            here = self._next
            self._next += self._step
            if not self._true(heard[here : here + self._window]):
                self._run = None
                continue
            self._run = here if self._run is None else self._run
            if here + self._step - self._run >= self._need:
                return self._run
        return None


def a_tone(sound: Sound) -> Tone:
    """The sound, if it is a tone that can be listened for."""
    if not isinstance(sound, Tone):
        raise TypeError(f"this party does not say a tone but {sound}")
    return sound


def has_result(future: asyncio.Future[float]) -> bool:
    return future.done() and not future.cancelled()


def settle(future: asyncio.Future[float], value: float) -> None:
    if not future.done():
        future.set_result(value)
