"""Closing the line now, whatever its hours say, and opening it again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hotline.clock import Clock
from hotline.control.messages.closing import (
    Closed,
    ClosingLook,
    ClosingNow,
    OfficeClose,
    OfficeOpenAgain,
)
from hotline.control.table import Row, row, row_at_once
from hotline.errors import HotlineError
from hotline.media.engine import Prompts as Voice
from hotline.routing.office import EarlyClosing, Office
from hotline.routing.openings import reopening
from hotline.routing.rules import Opening, opening_at
from hotline.said import say
from hotline.storage.audit import Act
from hotline.storage.earlyclosings import EarlyClosings

LONGEST = timedelta(days=7)  # what is closed for longer is a holiday, and is planned as one


def _nobody(by: str) -> None:
    """Hears of nothing."""


@dataclass
class ClosingDesk:
    """Part of the front desk. note: for the audit, which has the instant. told: by whom it was
    changed.
    """

    office: Callable[[], Office]
    voice: Voice
    closings: EarlyClosings
    clock: Clock
    note: Callable[[Act, str, str], None]
    told: Callable[[str], None] = _nobody

    def rows(self) -> Iterator[Row]:
        """What it answers."""
        yield row(OfficeClose, self._close)
        yield row(OfficeOpenAgain, self._open)
        yield row_at_once(ClosingLook, lambda _: self.look())

    async def close_early(
        self, until: datetime | None, by: str, notice: Mapping[str, str] | None = None
    ) -> None:
        """The next caller hears that it is closed; calls that are up go on. Ends by itself.

        until: None for the rest of the day, until the hours open the line on a later one. notice:
        what callers hear beside, by language. Closing again replaces what was said before. Raises
        HotlineError where there is no such time, and changes nothing then.
        """
        office, now = self.office(), self.clock.now()
        until = until or reopening(office, now)
        if until is None:
            raise _nothing_to_close(office, now)
        if not timedelta() < until - now <= LONGEST:
            raise HotlineError(
                say("The line can be closed like this for at most %(n)s days.", n=LONGEST.days),
                say("Choose a time within them, or add a holiday to the opening hours."),
            )
        texts = {code: words for code, words in (notice or {}).items() if words.strip()}
        if unknown := set(texts) - set(office.languages):
            raise HotlineError(
                say("The office does not speak %(language)s.", language=min(unknown)),
                say("Choose one of its languages."),
            )
        for code, words in texts.items():
            await self.voice.made(code, words)  # ahead, so that no caller waits for it
        closing = EarlyClosing(now, until, by, texts)
        await asyncio.to_thread(self.closings.close, closing)
        local = until.astimezone(office.zone)
        self.note(Act.CLOSED_EARLY, f"{local:%Y-%m-%d %H:%M}", by)
        self.told(by)

    async def open_again(self, by: str) -> None:
        """The line goes by its hours again, which may be closed. Harmless if nobody closed it."""
        there = self._now()
        await asyncio.to_thread(self.closings.open)
        if there is not None:
            self.note(Act.OPENED_AGAIN, "", by)
            self.told(by)

    def look(self) -> ClosingNow:
        """How it is now."""
        office, now, early = self.office(), self.clock.now(), self._now()
        usual = replace(office, closed_early=None)
        return ClosingNow(
            closed=self.closed(),
            notice=early.notice if early else {},
            open=opening_at(usual, now)[0] is Opening.OPEN,
            reopens=reopening(office, now),
            languages=office.languages,
        )

    def closed(self) -> Closed | None:
        """By whose hand it is closed now, and until when."""
        early = self._now()
        return Closed(at=early.at, until=early.until, by=early.by) if early else None

    def _now(self) -> EarlyClosing | None:
        early = self.closings.current
        return early if early is not None and early.holds(self.clock.now()) else None

    async def _close(self, ask: OfficeClose) -> ClosingNow:
        await self.close_early(ask.until, ask.by, ask.notice)
        return self.look()

    async def _open(self, ask: OfficeOpenAgain) -> ClosingNow:
        await self.open_again(ask.by)
        return self.look()


def _nothing_to_close(office: Office, now: datetime) -> HotlineError:
    usual = replace(office, closed_early=None)
    if opening_at(usual, now)[0] is Opening.OPEN:
        return HotlineError(
            say("The line is open day and night: no hours say when it opens again."),
            say("Say until when it is closed."),
        )
    return HotlineError(
        say("The line is closed already for the rest of the day."),
        say("Nothing is left to do; or say until when it stays closed."),
    )
