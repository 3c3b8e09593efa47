"""The guardian board beside the daemon: when it hears that the box is well, and who has the line.

Loaded only where box.toml names a guardian.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Collection
from pathlib import Path

from hotline.calls.board import Board
from hotline.calls.leg import settled
from hotline.media.pjsip.stack import Pjsip
from hotline.options import Options
from hotline.panel.link import Guardian
from hotline.said import Said

LOOK_S = 0.5
CUT_WITHIN_S = 90.0  # the board lets a modem have its power for a minute between two times
MEDIA_WELL_S = 2.0  # so old may the last sign of the sound engine be


class Guarding:
    """Lives on the loop, which is the first thing a heartbeat proves.

    busy: does this line carry a call?
    """

    def __init__(
        self,
        port: Path,
        pjsip: Pjsip,
        busy: Callable[[str], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pjsip, self._busy, self._monotonic = pjsip, busy, monotonic
        self._sign_at = float("-inf")
        self._lines: Collection[str] = ()
        self.guardian = Guardian(port, self._well)

    @property
    def trouble(self) -> tuple[Said, Said]:
        """See Guardian."""
        return self.guardian.trouble

    def follow(self, options: Options) -> None:
        """What the box has now: the office's own line comes by a voice modem, else by a gateway."""
        modems = [modem.name for modem in options.voice_modems]
        gateways = [trunk.name for trunk in options.trunks if trunk.kind == "gateway"]
        self._lines = modems or gateways

    def look(self, board: Board) -> None:
        """Take the line while it can be answered; a running call is never cut off."""
        lines = [line for line in board.lines if line.name in self._lines]
        ready = any(line.state().up for line in lines)
        self.guardian.take_line(ready or any(self._busy(line.name) for line in lines))

    async def cut_modem(self) -> bool:
        """Have the board take the modem's power away; False where it does not in time."""
        try:
            async with asyncio.timeout(CUT_WITHIN_S):
                await self.guardian.cycle_modem()
        except TimeoutError:
            return False
        return True

    @contextlib.asynccontextmanager
    async def at_work(self, board: Board) -> AsyncIterator[None]:
        """At the end the line is the office's again, once every line was let go."""
        tasks = [
            asyncio.create_task(each)
            for each in (self.guardian.keep(), self._listen(), self._watch(board))
        ]
        try:
            yield
        finally:
            await settled(tasks)
            await self.guardian.close()

    async def _watch(self, board: Board) -> None:
        while True:
            self.look(board)
            await asyncio.sleep(LOOK_S)

    async def _listen(self) -> None:
        """The thread that moves all sound and signalling does this little, again and again."""
        while True:
            await self._pjsip.ask(lambda: None)
            self._sign_at = self._monotonic()
            await asyncio.sleep(LOOK_S)

    def _well(self) -> bool:
        return self._monotonic() - self._sign_at < MEDIA_WELL_S
