"""What runs beside the calls: the nightly broom and copy, room on the disk, the voice ahead."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta

from hotline.calls.board import Board
from hotline.calls.exchange import Exchange
from hotline.calls.message import KEPT_DAYS
from hotline.errors import HotlineError
from hotline.inbox.retention import Retention
from hotline.routing.office import Office
from hotline.storage.database import DatabaseFile
from hotline.storage.housekeeping import Housekeeping
from hotline.storage.texts import Texts

log = logging.getLogger(__name__)

NIGHT = time(3, 40)  # local; few people call a shop then, and no clock changes at this minute
LOOK_FOR_ROOM_S = 60.0
COUNT_TALKS_S = 30.0
LOOK_FOR_NEW_OFFICE_S = 5.0
LOOK_FOR_OVERDUE_S = 600.0


async def every_night(exchange: Exchange, file: DatabaseFile, housekeeping: Housekeeping) -> None:
    """Delete what is over and copy the records, once a night, for ever."""
    while True:
        now = exchange.clock.now()
        await asyncio.sleep(_until_night(exchange.office(), now).total_seconds())
        await _in_thread(lambda: housekeeping.tidy(exchange.clock.now(), Retention()))
        await _in_thread(file.back_up)


async def keep_room(exchange: Exchange, housekeeping: Housekeeping) -> None:
    """Give up heard recordings of closed cases when the disk fills up; never an unheard one."""
    while True:
        if not exchange.recordings.room_for_recording():
            await _in_thread(housekeeping.make_room)
        await asyncio.sleep(LOOK_FOR_ROOM_S)


async def count_talks(board: Board) -> None:
    """Write down what calls cost while they last, for ever."""
    while True:
        board.caps.count(board.clock.steady())
        await asyncio.sleep(COUNT_TALKS_S)


async def keep_texts(exchange: Exchange, texts: Texts) -> None:
    """File long texts whose rest does not come, and tell the office of them."""
    while True:
        now = exchange.clock.now()
        for text in await asyncio.wrap_future(texts.file_overdue(now)):
            exchange.notices.text_came(exchange.office(), text.number, text.text, now)
        await asyncio.sleep(LOOK_FOR_OVERDUE_S)


async def prepare_voice(exchange: Exchange) -> None:
    """Synthesise what the office can say, now and after each change of it."""
    spoken: Office | None = None
    while True:
        office = exchange.office()
        if office is not spoken:
            spoken = office
            if failed := await exchange.prompts.prepare(office, days=KEPT_DAYS):
                log.warning("%d text(s) could not be spoken ahead", failed)
        await asyncio.sleep(LOOK_FOR_NEW_OFFICE_S)


def _until_night(office: Office, now: datetime) -> timedelta:
    here = now.astimezone(office.zone)
    tonight = here.replace(hour=NIGHT.hour, minute=NIGHT.minute, second=0, microsecond=0)
    wait = tonight.astimezone(now.tzinfo) - now
    return wait if wait > timedelta() else wait + timedelta(days=1)


async def _in_thread(work: Callable[[], object]) -> None:
    """Off the calls' loop; a disk that refuses is told by the writer and tried again tomorrow."""
    try:
        await asyncio.to_thread(work)
    except HotlineError as trouble:
        log.warning("%s", trouble)
