"""The box copies itself each night, and once a week rehearses a restore: nobody has to think of it.

One child at a time does the work and gives way to calls; it is not begun while somebody calls.
What fails is remembered and told: a copy that fails once is tried again the next night.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path

from hotline.clock import Clock
from hotline.control.messages.backup import Made, NightsNow
from hotline.errors import HotlineError
from hotline.said import Said, say
from hotline.storage import nightcopies
from hotline.storage.backupchild import Work
from hotline.storage.nightcopies import Nights, Trouble
from hotline.storage.places import Places

log = logging.getLogger(__name__)

LOOK_S = 60.0
TOLD_AT = 2  # nights in a row without a copy; one alone may have been a power cut
WELL = Trouble()


@dataclass
class Nightly:
    """work: does it in a child, and says why it failed and what to do. busy: is somebody calling,
    or is other work done? alone: no other work is begun within.

    zone: of the office. tell: the office hears of it; True: no copy was made, False: the copy
    that was made is worth nothing.
    """

    places: Places
    clock: Clock
    work: Callable[[Work], Awaitable[tuple[Said, Said]]]
    alone: Callable[[], AbstractContextManager[None]]
    busy: Callable[[], int]
    zone: Callable[[], tzinfo]
    tell: Callable[[bool], None]
    _nights: Nights | None = field(default=None, repr=False)

    async def keep(self) -> None:
        """For ever; a disk that refuses is asked again."""
        while True:
            try:
                await self.look()
            except (HotlineError, OSError) as trouble:
                log.warning("the nightly copy: %s", trouble)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Is it time? A clock that is not trusted knows of no night."""
        nights, now = self.nights(), self.clock.now()
        await asyncio.to_thread(nightcopies.give_room, self.places)
        if self.clock.trusted() and nights.due(now, self.zone()) and not self.busy():
            await self.once()

    async def once(self) -> None:
        """One copy, and a rehearsal of it if one is due. Raises OSError."""
        with self.alone():
            await self._once()

    async def switch(self, *, on: bool) -> None:
        """On from the next night, or off; copies that are there stay. Raises OSError."""
        nights = replace(self.nights(), on=on, tried=self.clock.now())
        await self._remember(nights if on else replace(nights, making=WELL))

    def file(self, name: str) -> Path:
        """Of one of the copies. Raises HotlineError for any other name."""
        for one in nightcopies.copies(self.places):
            if one.path.name == name:
                return one.path
        raise HotlineError(say("This copy is not there any more."), say("Choose another one."))

    def nights(self) -> Nights:
        """What is remembered; they begin when it is first asked for. Raises OSError."""
        if self._nights is None:
            self._nights = nightcopies.begun(self.places, self.clock.now())
        return self._nights

    def now(self) -> NightsNow:
        """How it stands, for the page."""
        nights = self.nights()
        wrong = self.trouble
        return NightsNow(
            on=nights.on,
            copies=tuple(
                Made(file=one.path.name, at=one.at, size=one.size, recordings=False)
                for one in nightcopies.copies(self.places)
            ),
            proven=nights.proven,
            trouble=wrong.cause,
            action=wrong.action,
        )

    @property
    def trouble(self) -> Trouble:
        """What is wrong now; of two the worse: a copy that is there and worth nothing."""
        nights = self._nights
        if nights is None:
            return WELL
        return nights.proving if nights.proving.times else nights.making

    @property
    def pressing(self) -> Trouble:
        """The same, once somebody has to do something."""
        nights = self._nights
        if nights and nights.making.times < TOLD_AT and not nights.proving.times:
            return WELL
        return self.trouble

    async def _once(self) -> None:
        now = self.clock.now()
        # Written first: a night on which the box is killed by it is not tried again and again.
        nights = await self._remember(replace(self.nights(), tried=now))
        await asyncio.to_thread(nightcopies.sweep, self.places)
        file = nightcopies.file_of(self.places, now)
        data = str(self.places.data)
        work = Work("make", data, str(file), nights.passphrase, False, now.isoformat())
        cause, action = await self.work(work)
        if cause:
            making = nightcopies.failed(nights.making, cause, action)
            await self._remember(replace(nights, making=making))
            log.warning("no copy of the box was made: %s %s", cause, action)
            if making.times == TOLD_AT:
                self.tell(True)
            return
        file.chmod(nightcopies.SEALED)
        nights = await self._remember(replace(nights, making=WELL))
        await asyncio.to_thread(nightcopies.thin, self.places, self.zone())
        if nights.to_prove(now):
            await self._prove(replace(work, what="prove"))

    async def _prove(self, work: Work) -> None:
        nights = self.nights()
        cause, action = await self.work(work)
        if not cause:
            await self._remember(replace(nights, proven=self.clock.now(), proving=WELL))
            return
        proving = nightcopies.failed(nights.proving, cause, action)
        await self._remember(replace(nights, proving=proving))
        log.warning("the rehearsal of a restore failed: %s %s", cause, action)
        if proving.times == 1:
            self.tell(False)

    async def _remember(self, nights: Nights) -> Nights:
        await asyncio.to_thread(nightcopies.remember, self.places, nights)
        self._nights = nights
        return nights
