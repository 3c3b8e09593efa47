"""Whoever keeps an answer right hears a week before its last day, and when it is past."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hotline.calls.answerwatch import AnswerWatch
from hotline.calls.notices import Texting
from hotline.routing.office import Answer
from hotline.storage.answerstold import AnswersTold
from tests.calls.hotline import ANA, OFFICE, Hotline

DAY = timedelta(days=1)
LAST = date(2026, 11, 27)  # the fifth day from that of the tests on
PRICE = Answer("price", {"en": "What does it cost?"}, {"en": "Fifty."}, "ana", LAST)
SHOP = replace(OFFICE, answers=(PRICE, Answer("other", text={"en": "Always so."})))


class Shop(Hotline):
    """Eleven o'clock."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SHOP, texting=Texting("MD", lambda: 9))
        self.file = folder / "told.json"

    async def looks(self) -> list[str]:
        """The letters about answers, after a look; as after a restart."""
        await AnswerWatch(self.exchange, AnswersTold(self.file)).look()
        return [one for one in self.letters() if "Answers to look at" in one]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


async def test_a_week_before_its_last_day_office_and_owner_are_told_once(shop: Shop) -> None:
    shop.time.pass_by(timedelta(days=(LAST - shop.time.now().date()).days - 8))
    assert await shop.looks() == []
    shop.time.pass_by(DAY)
    told = "Answers to look at: What does it cost?: good until 2026-11-27; kept right by Ana"
    assert set(await shop.looks()) == {told}
    assert shop.texts(ANA.number or "") == [told]
    before = len(shop.letters())
    shop.time.pass_by(DAY)
    await shop.looks()
    assert len(shop.letters()) == before


async def test_when_its_day_is_past_they_are_told_again(shop: Shop) -> None:
    shop.time.pass_by(timedelta(days=(LAST - shop.time.now().date()).days))
    await shop.looks()
    shop.time.pass_by(DAY)
    assert any("past since 2026-11-27" in one for one in await shop.looks())


async def test_who_dates_it_anew_is_told_of_the_new_day(shop: Shop) -> None:
    shop.time.pass_by(timedelta(days=(LAST - shop.time.now().date()).days))
    await shop.looks()
    shop.changes(replace(SHOP, answers=(replace(PRICE, valid_until=LAST + 2 * DAY),)))
    assert any("good until 2026-11-29" in one for one in await shop.looks())


async def test_nobody_is_told_at_night(shop: Shop) -> None:
    shop.time.pass_by(timedelta(hours=15))  # two o'clock
    assert await shop.looks() == []
