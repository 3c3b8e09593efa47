"""When a campaign is over the office is told once what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls.campaignends import CampaignReports
from hotline.calls.notices import Texting
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.routing.office import Campaign
from hotline.storage import campaignends
from hotline.storage.campaignends import CampaignEnds
from tests.calls.hotline import ANA, OFFICE, Hotline

DAY = timedelta(days=1)
WEEK = Campaign("roses", "Roses week", date(2026, 11, 20), date(2026, 11, 22))
SHOP = replace(OFFICE, campaigns=(WEEK,), supervisor="ana")


class Shop(Hotline):
    """The last day of the campaign, eleven o'clock."""

    def __init__(self, folder: Path, **more: Any) -> None:
        texting = Texting("MD", lambda: 9)
        super().__init__(folder, replace(SHOP, **more), texting=texting)
        self.starts()

    def starts(self) -> None:
        """As after a restart."""
        writer: Any = self.records
        self.reports = CampaignReports(self.exchange, CampaignEnds(writer))

    async def talks(self) -> None:
        caller = self.rings("1")
        await self.step(caller, "joined")
        caller.hang_up(Cause.HUNG_UP)
        await self.over(caller)

    async def leaves(self, number: str) -> None:
        caller = self.rings(number=number)
        caller.leaves_on(Prompt.GREETING_OPEN)
        await self.over(caller)

    def told(self) -> list[str]:
        return [one for one in self.texts(ANA.number or "") if "Roses" in one]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


async def test_its_calls_are_counted_and_told_by_text_and_letter(shop: Shop) -> None:
    await shop.talks()
    await shop.called("2")
    await shop.leaves("+37322111333")
    await shop.leaves("")
    shop.time.pass_by(DAY)
    await shop.called("2")  # the office's own caller
    await shop.reports.look()
    assert shop.told() == ["«Roses week» is over: 4 calls, 1 answered, 2 missed"]
    (letter,) = [one for one in shop.outbox.waiting() if "over" in one.subject and one.body]
    assert "From 2026-11-20 to 2026-11-22" in letter.body
    assert "wishes to be called back: 1" in letter.body
    assert "not called back yet: 2" in letter.body
    (kept,) = campaignends.counted(shop.records.database)
    assert (kept.calls, kept.spoken, kept.messages, kept.missed) == (4, 1, 1, 2)


async def test_it_is_told_once_also_over_restarts(shop: Shop) -> None:
    for _ in range(3):
        shop.time.pass_by(DAY)
        await shop.reports.look()
        shop.starts()
    assert len(shop.told()) == 1


async def test_while_it_is_on_nothing_is_told(shop: Shop) -> None:
    await shop.reports.look()
    assert shop.told() == []


async def test_a_caller_who_is_still_on_the_line_is_waited_for(shop: Shop) -> None:
    caller = shop.rings("1")
    await shop.step(caller, "joined")
    shop.time.pass_by(DAY)
    await shop.reports.look()
    assert shop.told() == []
    caller.hang_up(Cause.HUNG_UP)
    await shop.over(caller)
    await shop.reports.look()
    assert shop.told() == ["«Roses week» is over: 1 calls, 1 answered, 0 missed"]


async def test_one_that_ended_long_before_is_no_news(shop: Shop) -> None:
    shop.time.pass_by(timedelta(days=5))
    await shop.reports.look()
    assert shop.letters() == []


async def test_a_clock_that_is_not_trusted_ends_none(shop: Shop) -> None:
    shop.time.pass_by(timedelta(days=-20 * 365))
    await shop.reports.look()
    assert campaignends.counted(shop.records.database) == []


@pytest.mark.parametrize("language", ["ro", "ru", "uk"])
async def test_it_is_told_in_the_language_of_the_office(tmp_path: Path, language: str) -> None:
    shop = Shop(tmp_path, languages=(language,))
    shop.time.pass_by(DAY)
    await shop.reports.look()
    (told,) = shop.told()
    assert "over" not in told
