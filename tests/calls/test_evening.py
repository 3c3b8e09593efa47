"""At the end of the day the supervisor hears who still waits: once, and not when all is well."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls.evening import EveningLetters
from hotline.calls.notices import Notices, Texting
from hotline.media.catalogue import Prompt
from hotline.notify.outbox import Outbox
from hotline.routing.office import OpenInterval, Person, WallTime
from hotline.storage import outbox as letters_on_disk
from hotline.storage.evenings import Evenings
from hotline.storage.outbox import Letter
from tests.calls.hotline import ANA, OFFICE, Hotline

VERA, OLEG = "+37322111222", "+37322111333"
IRA = Person("ira", "Ira", "+37369000109")
SHOP = replace(
    OFFICE,
    people=(ANA, IRA),
    supervisor="ira",
    hours=(OpenInterval(frozenset(range(7)), WallTime(9 * 60), WallTime(18 * 60)),),
)
NOON, CLOSES = datetime(2026, 11, 22, 10, tzinfo=UTC), datetime(2026, 11, 22, 16, tzinfo=UTC)


class Shop(Hotline):
    """A shop that closes at 18:00, with a line that sends texts."""

    def __init__(self, folder: Path, **more: Any) -> None:
        super().__init__(folder, replace(SHOP, **more))
        self.time.at = NOON
        self.starts()

    def starts(self) -> None:
        """As after a restart of the box: all that is remembered is on the disk."""
        waiting = letters_on_disk.waiting(self.records.database)
        writer: Any = self.records
        self.outbox = Outbox(writer, waiting, {}, self.exchange.clock)
        notices = Notices(self.outbox, (), Texting("MD", lambda: 9))
        self.exchange = replace(self.exchange, notices=notices)
        self.evening = EveningLetters(self.exchange, Evenings(writer), self.outbox)

    async def missed(self, number: str = VERA) -> None:
        caller = self.rings(number=number)
        caller.leaves_on(Prompt.GREETING_OPEN)
        await self.over(caller)

    async def at(self, when: datetime) -> list[Letter]:
        """Look at that instant: what is to be sent of the evening."""
        self.time.at = when
        before = {letter.id for letter in self.outbox.waiting()}
        await self.evening.look()
        return [letter for letter in self.outbox.waiting() if letter.id not in before]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


async def test_the_supervisor_gets_a_text_and_the_office_a_letter(shop: Shop) -> None:
    for number in (VERA, OLEG, VERA):
        await shop.missed(number)
    shop.waiting.claim(2, "ana", NOON)
    letter, text = sorted(await shop.at(CLOSES), key=lambda one: one.way)
    assert (text.way, text.recipient) == ("sms", IRA.number)
    assert text.subject == f"Still waiting for a call: 2 (nobody 1, Ana 1). {VERA}, {OLEG}"
    assert (letter.way, letter.recipient) == ("email", "owner@example.org")
    assert letter.subject == "Still waiting for a call: 2"
    assert f"{OLEG}: since 2026-11-22 12:00, Ana" in letter.body


async def test_it_is_told_once_a_day_also_over_restarts(shop: Shop) -> None:
    await shop.missed()
    assert await shop.at(CLOSES - timedelta(seconds=1)) == []
    assert len(await shop.at(CLOSES)) == 2
    for minutes in (1, 60, 170):
        shop.starts()
        assert await shop.at(CLOSES + timedelta(minutes=minutes)) == []
    assert len(await shop.at(CLOSES + timedelta(days=1))) == 2


async def test_what_was_to_be_sent_when_the_power_went_is_sent_then(shop: Shop) -> None:
    await shop.missed()
    told = {letter.id for letter in await shop.at(CLOSES)}
    shop.starts()
    assert told <= {letter.id for letter in shop.outbox.waiting()}


async def test_a_clock_that_jumps_makes_no_storm(shop: Shop) -> None:
    await shop.missed()
    for days in (0, 400, 0, 3, 1, 0, 400):
        await shop.at(CLOSES + timedelta(days=days, minutes=5))
    told = shop.records.database.execute("select day from evenings order by day").fetchall()
    assert [day for (day,) in told] == ["2026-11-22", "2026-11-23", "2026-11-25", "2027-12-27"]
    texts = [letter for letter in shop.outbox.waiting() if letter.way == "sms"]
    assert len([one for one in texts if one.recipient == IRA.number]) == 4


async def test_a_day_on_which_nobody_was_missed_is_not_told(shop: Shop) -> None:
    assert await shop.at(CLOSES) == []


async def test_a_day_that_ended_at_zero_says_so(shop: Shop) -> None:
    await shop.missed()
    shop.exchange.journal.mark_returned(1, "ana", NOON)
    told = await shop.at(CLOSES)
    assert {one.subject for one in told} == {"Everybody who was missed today was called back"}


async def test_who_waits_from_yesterday_is_told_of_today(shop: Shop) -> None:
    await shop.missed()
    await shop.at(CLOSES)
    assert len(await shop.at(CLOSES + timedelta(days=1))) == 2


async def test_who_was_returned_yesterday_is_not_told_of_today(shop: Shop) -> None:
    await shop.missed()
    shop.exchange.journal.mark_returned(1, "ana", NOON)
    await shop.at(CLOSES)
    assert await shop.at(CLOSES + timedelta(days=1)) == []


async def test_a_clock_that_is_not_trusted_tells_nothing(shop: Shop) -> None:
    await shop.missed()
    assert await shop.at(CLOSES - timedelta(days=20 * 365)) == []
    told = shop.records.database.execute("select count(*) from evenings").fetchone()
    assert told == (0,)


async def test_the_letter_names_fifty_and_says_how_many_more(shop: Shop) -> None:
    for n in range(52):
        await shop.missed(f"+373221110{n:02}")
    (letter,) = (one for one in await shop.at(CLOSES) if one.way == "email")
    assert letter.body.count("since") == 50
    assert "and more 2" in letter.body


@pytest.mark.parametrize("language", ["ru", "uk", "ro"])
async def test_it_is_told_in_the_language_of_the_office(tmp_path: Path, language: str) -> None:
    shop = Shop(tmp_path, languages=(language,))
    await shop.missed()
    words = {one.subject for one in await shop.at(CLOSES)}
    assert all("1" in one and "Still" not in one for one in words)


async def test_the_evening_comes_by_itself_while_the_box_runs(shop: Shop) -> None:
    await shop.missed()
    shop.time.at = CLOSES
    keeping = asyncio.ensure_future(shop.evening.keep())
    for _ in range(10):
        await asyncio.sleep(0)
    keeping.cancel()
    assert any(one.way == "sms" for one in shop.outbox.waiting())
