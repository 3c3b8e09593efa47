"""The guardian board at the other end of a serial port: it holds the office's line for the box.

While the box is well the board hears so twice a second, and each time whether the line is to go
through the box. The board decides the rest alone, see hw/panel/README.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from hotline.errors import LineDown, Unplugged
from hotline.panel.wire import (
    VERSION,
    CycleModem,
    Goodbye,
    Heartbeat,
    Message,
    Reader,
    Report,
    Stranger,
    encode,
)
from hotline.said import NOTHING, Said, say
from hotline.tty import Tty, opened

log = logging.getLogger(__name__)

BEAT_S = 0.5
SILENT_BEATS = 10  # without an answer
REOPEN_S = 2.0

CABLE = say("Look at its cable, and at guardian of [panel] in box.toml.")
FLASH = say("Put the firmware of this release on the guardian board.")
MEANWHILE = "Meanwhile the line is with the office's telephone."


class Guardian:
    """The board at `port`. Lives on the loop; `keep` is its task.

    alive: is the box well, as far as calls need it? Without it no heartbeat leaves. report: what
    the board said last, None while it is silent.
    """

    def __init__(self, port: Path, alive: Callable[[], bool], beat_s: float = BEAT_S) -> None:
        self._port, self._alive, self._beat_s = port, alive, beat_s
        self._tty: Tty | None = None
        self._reader = Reader()
        self._takes_line = False
        self._unanswered = 0
        self._cycle = 0
        self._heard = asyncio.Event()
        self._trouble: tuple[Said, Said] = (say("The guardian board is not heard yet."), CABLE)
        self.report: Report | None = None

    @property
    def trouble(self) -> tuple[Said, Said]:
        """What is wrong with the board and what the owner can do; NOTHING when all is well."""
        return self._trouble

    def take_line(self, on: bool) -> None:
        """Have the office's line go through the box, or no longer; the board hears it at once."""
        if on != self._takes_line:
            self._takes_line = on
            self._beat()

    async def cycle_modem(self) -> None:
        """Take the modem's power away for a moment: over when the board says that it began.

        A board that just did it does it again after its rest; whoever cannot wait bounds it.
        """
        if self.report is None:
            await self._next_report()
        used = self.report.modem_cycle if self.report else 0
        self._cycle = used % 255 + 1  # another than the last, also of a daemon before us
        while self.report is None or self.report.modem_cycle != self._cycle:
            self._send(encode(CycleModem(self._cycle)))
            await asyncio.sleep(self._beat_s)

    async def keep(self) -> None:
        """Open, beat, and open again, for ever."""
        while True:
            if self._tty is None:
                await self._open()
            self._beat()
            if self._unanswered > SILENT_BEATS:
                self._silent(say("The guardian board at %(path)s is silent.", path=self._port))
            await asyncio.sleep(self._beat_s if self._tty is not None else REOPEN_S)

    async def close(self) -> None:
        """Say goodbye: the line is the office's, and the board leaves the box its power."""
        self._takes_line = False
        if self._tty is not None:
            self._send(encode(Goodbye()))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._beat_s * 2):
                    await self._next_report()
        if self._tty is not None:
            self._tty.close()
            self._tty = None

    async def _next_report(self) -> None:
        self._heard.clear()
        await self._heard.wait()

    def _beat(self) -> None:
        if self._tty is not None and self._alive():
            self._unanswered += 1
            self._send(encode(Heartbeat(self._takes_line)))

    def _send(self, data: bytes) -> None:
        if self._tty is not None:
            self._tty.write(data)

    async def _open(self) -> None:
        self._reader = Reader()
        self._unanswered = 0
        try:
            self._tty = Tty(await opened(self._port), self._hear, self._lost)
        except Unplugged:
            self._silent(say("There is no guardian board at %(path)s.", path=self._port))
        except LineDown as down:
            self._say_trouble(say("The guardian: %(why)s", why=down.cause), CABLE)
            return
        self._send(b"\0")  # ends whatever a box before us left unfinished

    def _hear(self, data: bytes) -> None:
        for message in self._reader.feed(data):
            self._take(message)

    def _take(self, message: Message) -> None:
        if isinstance(message, Stranger):
            words = say(
                "The guardian board speaks version %(theirs)s, this box version %(ours)s.",
                theirs=message.version,
                ours=VERSION,
            )
            self._say_trouble(words, FLASH)
            self._unanswered = 0
        elif isinstance(message, Report):
            self._unanswered = 0
            before, self.report = self.report, message
            if before is None:
                log.info("the guardian board answers, firmware %d", message.firmware)
            elif message.restarts != before.restarts:
                log.warning("the guardian board began anew; the line stayed as it was")
            self._trouble = (NOTHING, NOTHING)
            self._heard.set()

    def _lost(self, _why: str) -> None:
        self._tty = None
        self._silent(say("The guardian board at %(path)s was unplugged.", path=self._port))

    def _silent(self, words: Said) -> None:
        self.report = None
        self._say_trouble(words, CABLE)

    def _say_trouble(self, words: Said, action: Said) -> None:
        if words != self._trouble[0]:
            log.warning("%s %s", words, MEANWHILE)
        self._trouble = (words, action)
