"""The front panel, joined to the box. Loaded only where there is one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Coroutine
from datetime import datetime, time, timedelta
from typing import Any

from hotline.box.records import Records
from hotline.calls.leg import settled
from hotline.control.desk import FrontDesk
from hotline.control.messages.closing import ClosingNow
from hotline.errors import HotlineError
from hotline.options import Options
from hotline.panel.aloud import aloud
from hotline.panel.button import Press
from hotline.panel.front import FrontPanel
from hotline.panel.lamps import BoxState
from hotline.panel.loudspeaker import play
from hotline.panel.relay import takes_line
from hotline.said import Said
from hotline.storage.erasing import erase
from hotline.storage.places import Places
from hotline.storage.unheard import unheard

log = logging.getLogger(__name__)

COUNT_S = 2.0
BY_BUTTON = "the button of the box"


class BoxPanel:
    """Shows the box and does what its button asks for. Lives on the loop, from `begin` on."""

    def __init__(self, options: Options, places: Places) -> None:
        self._options, self._places = options, places
        self._unheard = 0, 0
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, desk: FrontDesk, records: Records) -> None:
        """The box is ready to answer."""
        self._desk, self._records = desk, records
        self._front = FrontPanel(self._options.panel, self.state, self._takes_line, self._pressed)
        power = desk.power
        desk.power = lambda: self._first(power())
        self._start(self._front.keep())
        self._start(self._count())

    async def close(self) -> None:
        """The line goes back to the office's telephone; harmless when repeated."""
        await settled(self._tasks)

    def state(self) -> BoxState:
        """How the box is, as far as lamps can tell."""
        lines = [line.state() for line in self._desk.exchange.board.lines]
        messages, complaints = self._unheard
        return BoxState(
            lines=len(lines),
            up=sum(line.up for line in lines),
            calls=len(self._desk.switchboard.live),
            messages=messages,
            complaints=complaints,
            closed=self._desk.closing.closed() is not None,
            trouble=bool(self._desk.trouble() or self._desk.power()[0])
            or any(line.trouble for line in lines),
        )

    def _first(self, found: tuple[Said, Said]) -> tuple[Said, Said]:
        return found if found[0] else self._front.trouble

    def _takes_line(self) -> bool:
        options = self._options
        gateways = [trunk.name for trunk in options.trunks if trunk.kind == "gateway"]
        offices = [*gateways, *(modem.name for modem in options.voice_modems)]
        lines = self._desk.exchange.board.lines
        return takes_line(offices, {line.name: line.state().up for line in lines})

    def _pressed(self, press: Press) -> None:
        log.info("the button of the front panel: %s", press)
        match press:
            case Press.SHORT:
                self._start(self._tell())
            case Press.LONG:
                self._start(self._switch())
            case Press.CONFIRMED:
                self._start(self._erase())
            case Press.VERY_LONG:
                pass

    async def _tell(self) -> None:
        if not (speaker := self._options.panel.speaker):
            return
        language = self._desk.exchange.office().language
        words = aloud(self.state(), language)
        try:
            await play(speaker, await self._desk.exchange.prompts.made(language, words))
        except HotlineError as trouble:
            log.warning("%s", trouble)

    async def _switch(self) -> None:
        closing = self._desk.closing
        try:
            if closing.closed() is not None:
                await closing.open_again(BY_BUTTON)
            else:
                await closing.close_early(self._until(closing.look()), BY_BUTTON)
        except HotlineError as trouble:
            log.warning("%s", trouble)

    def _until(self, now: ClosingNow) -> datetime | None:
        """The rest of the day; until midnight where the line is open day and night."""
        if now.reopens is not None or not now.open:
            return None
        here = self._desk.exchange.clock.now().astimezone(self._desk.exchange.office().zone)
        return datetime.combine(here.date() + timedelta(days=1), time(), here.tzinfo)

    async def _erase(self) -> None:
        log.warning("everything is to be erased: the button was pressed for it twice")
        try:
            await asyncio.to_thread(erase, self._places, _end)
        except HotlineError as trouble:
            log.error("%s", trouble)

    async def _count(self) -> None:
        while True:
            with contextlib.suppress(HotlineError):  # the disk: the box tells of it elsewhere
                self._unheard = await asyncio.to_thread(self._counted)
            await asyncio.sleep(COUNT_S)

    def _counted(self) -> tuple[int, int]:
        with self._records.file.reading() as database:
            return unheard(database)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks = [task for task in self._tasks if not task.done()]
        task = asyncio.create_task(work)
        task.add_done_callback(_told)
        self._tasks.append(task)


def _end() -> None:
    """As systemd ends the box: calls write their endings."""
    os.kill(os.getpid(), signal.SIGTERM)


def _told(task: asyncio.Task[None]) -> None:
    """A fault of the panel is no fault of a call; the line is given back."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.error("the front panel failed", exc_info=fault)
