"""A modem's AT port on the asyncio loop: carries `Chat` over a `Tty`, with the loop's time."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from hotline.at.answers import Event
from hotline.at.chat import Answer, Chat, Deaf, TooMuch
from hotline.at.commands import Command
from hotline.errors import LineDown
from hotline.said import Said, say
from hotline.tty import Port, Tty

log = logging.getLogger(__name__)


class AtPort:
    """One conversation, until the port is lost or closed.

    on_event: called with what the modem says unasked. on_lost: called once, with one sentence;
    on_deaf: called instead of it when the port is there and nobody answers any more.
    """

    def __init__(
        self,
        name: str,
        port: Port,
        on_event: Callable[[Event], None],
        on_lost: Callable[[Said], None],
        on_deaf: Callable[[Said], None] | None = None,
    ) -> None:
        self._name, self._on_event = name, on_event
        self._on_lost, self._on_deaf = on_lost, on_deaf or on_lost
        self._loop = asyncio.get_running_loop()
        self._chat = Chat()
        self._asked: deque[asyncio.Future[Answer]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._over = False
        self._tty = Tty(port, self._hear, self._unplugged)

    async def ask(self, command: Command, *, first: bool = False) -> Answer:
        """Send a command when its turn comes. Raises LineDown when the port is lost meanwhile.

        first: before those that wait. A command that was given up by its asker is sent all the
        same: its answer must not be taken for that of another.
        """
        if self._over:
            raise LineDown(say("The modem %(line)s was closed.", line=self._name))
        answer: asyncio.Future[Answer] = self._loop.create_future()
        try:
            self._chat.ask(command, first=first)
        except TooMuch:
            raise LineDown(
                say("The modem %(line)s has more to do than it can.", line=self._name)
            ) from None
        if first:
            # Behind the one in flight, if there is one: that is answered before.
            self._asked.insert(len(self._asked) - self._chat.waiting + 1, answer)
        else:
            self._asked.append(answer)
        self._go_on()
        return await answer

    @property
    def idle(self) -> bool:
        """Is no command in flight, and none waiting?"""
        return not self._asked

    def close(self) -> None:
        """Let the port go; whoever waits for an answer gets LineDown. Harmless when repeated."""
        self._over = True
        self._tty.close()
        if self._timer is not None:
            self._timer.cancel()
        while self._asked:
            waiting = self._asked.popleft()
            if not waiting.done():
                waiting.set_exception(
                    LineDown(say("The modem %(line)s was lost.", line=self._name))
                )

    # -- inside --------------------------------------------------------------------------------

    def _hear(self, data: bytes) -> None:
        for told in self._chat.hear(data):
            if isinstance(told, Answer):
                self._answered(told)
            else:
                log.debug("modem %s: %s", self._name, told)
                self._on_event(told)
        if self._chat.settling:
            self._wait()
        self._go_on()

    def _answered(self, answer: Answer) -> None:
        log.debug("modem %s: %s -> %s", self._name, answer.command, answer.done)
        waiting = self._asked.popleft()
        if not waiting.done():
            waiting.set_result(answer)

    def _go_on(self) -> None:
        """Send what is to be sent now."""
        if typed := self._chat.typed():
            self._tty.write(typed)
        command = self._chat.to_send()
        if command is not None:
            self._tty.write(command.text.encode("ascii") + b"\r")
        if command is not None or self._chat.patience is None:
            self._wait()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        patience = self._chat.patience
        self._timer = (
            None if patience is None or self._over else self._loop.call_later(patience, self._late)
        )

    def _late(self) -> None:
        self._timer = None
        told = self._chat.timed_out()
        if isinstance(told, Deaf):
            self._end(say("The modem does not answer any more."), self._on_deaf)
            return
        if told is not None:
            log.warning("modem %s: no answer to %s", self._name, told.command)
            self._answered(told)
        self._go_on()

    def _unplugged(self, why: str) -> None:
        log.info("modem %s: %s", self._name, why)
        self._end(say("The modem is gone."), self._on_lost)

    def _end(self, words: Said, tell: Callable[[Said], None]) -> None:
        if not self._over:
            self.close()
            tell(words)
