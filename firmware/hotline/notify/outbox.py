"""The outbox: letters leave when their way is open, and none is forgotten.

The letters that wait are in memory and on the disk. A read-only card therefore silences nobody:
what cannot be stored is still sent. A letter is marked sent after the far side took it. When the
power goes between the two, it is sent once more under the same id, which ways that can carry
one (the Message-ID of an e-mail) pass on, so that the reader's program shows it once.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import uuid
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta

from hotline.clock import Clock
from hotline.errors import HotlineError
from hotline.said import NOTHING, Said, say, together
from hotline.storage import outbox as rows
from hotline.storage.outbox import Letter, LetterState
from hotline.storage.writer import Writer

FIRST_RETRY = timedelta(seconds=15)
LONGEST_RETRY = timedelta(minutes=15)
# Both: age alone says nothing when the clock was wrong.
GIVE_UP_AFTER = timedelta(days=31)
LEAST_ATTEMPTS = 31 * 24 * 4
NOT_SET_UP = ""  # the way of letters that have none here
PATIENCE = 120.0  # seconds for one attempt; a way that needs longer is stuck


class WayDown(HotlineError):  # noqa: N818 - like LineDown
    """Nothing can be sent this way to this recipient now: every letter for them waits."""


class LetterRefused(HotlineError):  # noqa: N818 - it is an answer
    """The far side will not take this letter; others may go through."""


# Sends one letter, or raises WayDown, LetterRefused or OSError. Runs on the loop; what blocks
# belongs into a thread or a child process.
Way = Callable[[Letter], Awaitable[None]]


class Outbox:
    """Sends letters by their ways, each until it arrived or a month has passed."""

    def __init__(
        self,
        writer: Writer,
        waiting: Iterable[Letter],
        ways: Mapping[str, Way],
        clock: Clock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """waiting: what `storage.outbox.waiting` read at the start. jitter: 0..1."""
        self._writer = writer
        self._waiting = {letter.id: letter for letter in waiting}
        self._ways = ways
        self._clock = clock
        self._jitter = jitter
        self._closed_until: dict[tuple[str, str], datetime] = {}
        self._failures: dict[tuple[str, str], int] = {}
        self._leaving: set[str] = set()  # ids of those that are being sent
        self._news = {way: asyncio.Event() for way in (*ways, NOT_SET_UP)}

    def add(
        self,
        way: str,
        recipient: str,
        subject: str,
        body: str,
        *,
        case_number: int | None = None,
        attachment: str | None = None,
        letter_id: str = "",
    ) -> Future[None]:
        """Put a letter in; on the loop's thread. The future is done when it is on the disk.

        letter_id: never used before; by default one is made.
        """
        now, name = self._clock.now(), letter_id or uuid.uuid4().hex
        letter = Letter(name, now, way, recipient, subject, body, now, case_number, attachment)
        self._waiting[letter.id] = letter
        self._wake()
        return self._store(letter)

    def take(self, letters: Iterable[Letter]) -> None:
        """Send these, too: they are on the disk already. On the loop's thread."""
        for letter in letters:
            self._waiting.setdefault(letter.id, letter)
        self._wake()

    def unsent_since(self) -> datetime | None:
        """When the oldest letter that still waits was put in; None while nothing waits."""
        return min((letter.created for letter in self._waiting.values()), default=None)

    def waiting(self) -> list[Letter]:
        """What is not delivered yet, the oldest first, with the reason of the last failure."""
        return sorted(self._waiting.values(), key=lambda letter: letter.created)

    def letter(self, letter_id: str) -> Letter | None:
        """One that waits."""
        return self._waiting.get(letter_id)

    def try_now(self, way: str, recipient: str | None = None) -> None:
        """This way is open again, or that to one recipient: try whatever waits for it at once."""
        now = self._clock.now()

        def meant(gate: tuple[str, str]) -> bool:
            return gate[0] == way and recipient in (None, gate[1])

        for gates in (self._closed_until, self._failures):
            for gate in [one for one in gates if meant(one)]:
                gates.pop(gate)
        for letter in self.waiting():
            if meant(_gate(letter)):
                self._waiting[letter.id] = replace(letter, next_try_at=now)
                self._wake()

    def give_up(self, letter: Letter) -> Future[None]:
        """Send it no more. The future is done when that is on the disk.

        Raises HotlineError while it is being sent: it may arrive in this moment.
        """
        if letter.id in self._leaving:
            raise HotlineError(say("This letter is being sent just now."), say("Look again soon."))
        self._waiting.pop(letter.id, None)
        return self._store(replace(letter, state=LetterState.FAILED))

    def forget(self, number: str, cases: Collection[int]) -> None:
        """Drop waiting letters about these cases or naming that caller, before they are erased."""
        for letter in self.waiting():
            texts = (letter.subject, letter.body, letter.recipient)
            if letter.case_number in cases or any(number in text for text in texts):
                del self._waiting[letter.id]

    async def run(self) -> None:
        """Send for ever; ends only by being cancelled. A way that is stuck holds up no other."""
        await asyncio.gather(*(self._keep(way) for way in self._news))

    async def send_due(self) -> None:
        """Try each letter that is due, once, the oldest first; ways do not wait for each other."""
        await asyncio.gather(*(self._send_due(way) for way in self._news))

    def seconds_until_due(self) -> float | None:
        """How long nothing is to do; None while nothing waits."""
        return self._seconds(self.waiting())

    async def _keep(self, way: str) -> None:
        while True:
            self._news[way].clear()
            await self._send_due(way)
            await self._wait_for_news(way, self._seconds(self._by(way)))

    async def _send_due(self, way: str) -> None:
        due = [letter for letter in self._by(way) if self._due(letter) <= self._clock.now()]
        if way != NOT_SET_UP:
            await self._send_all(due)
            return
        for letter in due:
            self._failed(letter, say("The way %(way)s is not set up.", way=letter.way))

    def _by(self, way: str) -> list[Letter]:
        """What waits to leave this way, the oldest first."""
        if way == NOT_SET_UP:
            return [one for one in self.waiting() if one.way not in self._ways]
        return [one for one in self.waiting() if one.way == way]

    def _seconds(self, letters: list[Letter]) -> float | None:
        if not letters:
            return None
        earliest = min(self._due(letter) for letter in letters)
        return max(0.0, (earliest - self._clock.now()).total_seconds())

    def _wake(self) -> None:
        for news in self._news.values():
            news.set()

    async def _wait_for_news(self, way: str, seconds: float | None) -> None:
        # Not wait_for: until Python 3.12 it forgets a cancellation that comes with the news, and
        # the box would never stop.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news[way].wait()

    async def _send_all(self, letters: list[Letter]) -> None:
        closed: set[tuple[str, str]] = set()
        for letter in letters:
            if _gate(letter) not in closed and not await self._send(letter):
                closed.add(_gate(letter))

    async def _send(self, letter: Letter) -> bool:
        """Try one letter; False when the way to its recipient turned out to be closed."""
        if letter.id not in self._waiting:
            return True  # given up meanwhile
        self._leaving.add(letter.id)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._ways[letter.way](letter)
        except LetterRefused as refusal:
            self._failed(letter, together(refusal.cause, refusal.action))
        except (HotlineError, OSError, ValueError) as error:
            self._close(_gate(letter))
            self._failed(letter, _why(error))
            return False
        else:
            self._sent(letter)
        finally:
            self._leaving.discard(letter.id)
        return True

    def _sent(self, letter: Letter) -> None:
        self._failures.pop(_gate(letter), None)
        self._closed_until.pop(_gate(letter), None)
        if self._waiting.pop(letter.id, None) is None:
            return  # forgotten meanwhile
        self._store(
            replace(
                letter,
                state=LetterState.SENT,
                attempts=letter.attempts + 1,
                sent_at=self._clock.now(),
                last_error=NOTHING,
            )
        )

    def _failed(self, letter: Letter, why: Said) -> None:
        if letter.id not in self._waiting:
            return  # forgotten meanwhile
        now = self._clock.now()
        attempts = letter.attempts + 1
        tried = replace(
            letter, attempts=attempts, last_error=why, next_try_at=now + self._pause(attempts)
        )
        if now - letter.created >= GIVE_UP_AFTER and attempts >= LEAST_ATTEMPTS:
            del self._waiting[letter.id]
            tried = replace(tried, state=LetterState.FAILED)
        else:
            self._waiting[letter.id] = tried
        self._store(tried)

    def _close(self, gate: tuple[str, str]) -> None:
        failures = self._failures.get(gate, 0) + 1
        self._failures[gate] = failures
        self._closed_until[gate] = self._clock.now() + self._pause(failures)

    def _pause(self, failures: int) -> timedelta:
        """15 s, doubled each time up to 15 minutes, less up to a quarter by chance."""
        doubled = min(FIRST_RETRY * (1 << min(failures - 1, 10)), LONGEST_RETRY)
        return doubled * (1 - self._jitter() / 4)

    def _due(self, letter: Letter) -> datetime:
        """When to try. An instant out of reach was set by a clock that has been corrected."""
        now = self._clock.now()
        due = max(letter.next_try_at, self._closed_until.get(_gate(letter), letter.created))
        return due if due <= now + LONGEST_RETRY else now

    def _store(self, letter: Letter) -> Future[None]:
        return self._writer.submit(lambda database: rows.store(database, letter))


def _why(error: Exception) -> Said:
    """Of a try that failed; what broke off says nothing of itself."""
    if isinstance(error, HotlineError):
        return together(error.cause, error.action)
    return together(str(error) or say("It took too long."))


def _gate(letter: Letter) -> tuple[str, str]:
    """What one closed way closes: the way to one recipient, so that others still get theirs."""
    return letter.way, letter.recipient
