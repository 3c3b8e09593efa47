"""Day and night by one button: the office is closed for the rest of today, and opened again.

A closure of today like any other of the plan, so that it is there after a power cut, seen and taken
back on the page, and over at midnight by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from hotline.calls.exchange import Exchange
from hotline.control.messages.status import Event
from hotline.control.server import Feed
from hotline.control.stored import stored
from hotline.routing.office import Closure, Office
from hotline.routing.rules import closure_on
from hotline.routing.shifts import day_of
from hotline.storage.office import OfficeStore
from hotline.storage.officewriting import write_office

BY_BUTTON = "Closed by the button of the box"
AUTHOR = "the button of the box"


@dataclass(frozen=True)
class DayNight:
    """The office of the running daemon. feed: pages are told."""

    exchange: Exchange
    offices: OfficeStore
    feed: Feed

    def closed(self) -> bool:
        """Did the button close today?"""
        office = self.exchange.office()
        found = closure_on(office, self._today(office))
        return found is not None and found.name == BY_BUTTON

    async def switch(self) -> bool:
        """The other of the two; True: it is closed now. A day that was moved here stays open.
        Raises HotlineError when the disk does not take it.
        """
        office = self.exchange.office()
        others = tuple(one for one in office.closures if one.name != BY_BUTTON)
        if not self.closed():
            today = self._today(office)
            others = (Closure(today, today, BY_BUTTON), *others)
        now = self.exchange.clock.now()
        yaml = write_office(replace(office, closures=others))
        await stored(self.offices.save(yaml, AUTHOR, now))
        self.feed.publish(Event(at=now, kind="office", words=f"Changed by {AUTHOR}."))
        return self.closed()

    def _today(self, office: Office) -> date:
        return day_of(office, self.exchange.clock.now())
