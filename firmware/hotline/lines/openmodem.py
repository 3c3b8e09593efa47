"""One modem while its line has it open: what all that is done with it goes through."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from hotline.at.chat import Answer
from hotline.at.commands import Command
from hotline.errors import LineDown
from hotline.lines.atport import AtPort
from hotline.said import Said, say

log = logging.getLogger(__name__)


class OpenModem:
    """port: None while it is not open. ready: is it set up? look: its calls are to be looked at.

    fail: told that the modem, as it is now, is of no use any more.
    """

    def __init__(self, name: str, fail: Callable[[Said | LineDown], None]) -> None:
        self.name, self.fail = name, fail
        self.port: AtPort | None = None
        self.ready = False
        self.look = asyncio.Event()
        self._errands: set[asyncio.Task[None]] = set()

    async def ask(self, command: Command, *, first: bool = False) -> Answer:
        """See AtPort. Raises LineDown when the modem is lost, or was."""
        if self.port is None:
            raise LineDown(say("The modem %(line)s was lost.", line=self.name))
        return await self.port.ask(command, first=first)

    def run(self, work: Any) -> asyncio.Task[None]:
        """An errand at the modem; when the modem is lost meanwhile, its legs are told anyway.

        One that ends by a mistake of ours would leave a caller in silence: the modem is lost, too.
        """

        async def errand() -> None:
            try:
                await work
            except LineDown:
                pass
            except Exception:
                log.exception("modem %s: an errand failed", self.name)
                self.fail(say("The modem %(line)s was lost.", line=self.name))

        task = asyncio.create_task(errand())
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)
        return task

    def close(self) -> None:
        """Let the port go."""
        port, self.port, self.ready = self.port, None, False
        if port is not None:
            port.close()

    async def give_up(self) -> None:
        """End every errand."""
        errands = tuple(self._errands)
        for errand in errands:
            errand.cancel()
        await asyncio.gather(*errands, return_exceptions=True)
