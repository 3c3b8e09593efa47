"""The box learns when a voicemail answers, and from then on rings off before it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import checkcall, measuring
from hotline.calls.measuring import Measured, Measuring
from hotline.errors import HotlineError
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.storage import numberchecks
from hotline.storage.numberchecks import NumberChecks, Voicemail
from tests.calls.hotline import ANA, OFFICE, Hotline

ANAS = ANA.number or ""
SHOP = replace(OFFICE, people=(replace(ANA, ring_seconds=20),))


class Shop(Hotline):
    """Ana's telephone rings; what answers it is for the test to say."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SHOP)
        self.line.silent.add(ANAS)
        self.asking = Measuring(self.exchange, self.checks)

    async def measured(self, after: float, key: str = "") -> Measured:
        """Something answers after so many seconds, and presses this key."""
        self.asking.begin("ana")
        await asyncio.wait_for(self.line.dialled.wait(), 5)
        phone = self.line.rung[-1]
        phone.presses = {Prompt.MEASURE: key}
        await asyncio.sleep(0)
        self.time.pass_by(timedelta(seconds=after))
        phone.answered.set_result(None)
        await self.settled()
        assert phone.gone.done()
        return self.asking.states[ANAS]

    async def settled(self) -> None:
        for task in tuple(self.asking._calls):
            await task
        await asyncio.sleep(0)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(checkcall, "ANSWER_S", 0.02)
    monkeypatch.setattr(checkcall, "KEY_PATIENCE_S", 0.05)
    return Shop(tmp_path)


async def test_what_answers_without_a_key_is_the_voicemail_and_its_seconds_are_kept(
    shop: Shop,
) -> None:
    assert await shop.measured(17.4) is Measured.VOICEMAIL
    kept = Voicemail(ANAS, shop.time.now(), 17)
    assert shop.checks.voicemail(ANAS) == kept
    assert numberchecks.voicemails(shop.records.database) == [kept]
    assert shop.staff_is_free()


async def test_from_then_on_callers_ring_for_three_seconds_less_and_the_call_says_why(
    shop: Shop,
) -> None:
    await shop.measured(17.0)
    shop.line.silent.clear()
    caller = shop.rings("1")
    await shop.step(caller, "joined")
    caller.hang_up(Cause.HUNG_UP)
    words = [step.words for step in (await shop.over(caller)).steps]
    assert "Ringing Ana for 14 s only: a voicemail answers there after 17 s." in words


async def test_who_picks_up_and_presses_a_key_is_no_voicemail(shop: Shop) -> None:
    assert await shop.measured(5.0, key="1") is Measured.PICKED_UP
    assert shop.checks.voicemail(ANAS) is None


async def test_a_call_that_ends_at_once_shows_nothing(shop: Shop) -> None:
    shop.asking.begin("ana")
    await asyncio.wait_for(shop.line.dialled.wait(), 5)
    phone = shop.line.rung[-1]
    phone.leaves_on(Prompt.MEASURE, Cause.HUNG_UP)
    phone.answered.set_result(None)
    await shop.settled()
    assert shop.asking.states[ANAS] is Measured.HUNG_UP
    assert shop.checks.voicemail(ANAS) is None


async def test_a_minute_without_an_answer_says_that_there_is_no_voicemail(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "LONGEST_RING_S", 0.01)
    shop.asking.begin("ana")
    await shop.settled()
    assert shop.asking.states[ANAS] is Measured.NONE
    found = shop.checks.voicemail(ANAS)
    assert found
    assert found.after is None


async def test_a_telephone_that_is_off_was_not_measured(shop: Shop) -> None:
    shop.line.silent.clear()
    shop.line.busy.add(ANAS)
    shop.asking.begin("ana")
    await shop.settled()
    assert shop.asking.states[ANAS] is Measured.NOT_REACHED
    assert shop.checks.voicemail(ANAS) is None


async def test_only_confirmed_people_are_measured_and_each_once_at_a_time(
    shop: Shop, tmp_path: Path
) -> None:
    with pytest.raises(HotlineError, match="Nobody here"):
        shop.asking.begin("eva")
    shop.asking.begin("ana")
    with pytest.raises(HotlineError, match="on the telephone"):
        shop.asking.begin("ana")
    await shop.asking.close()
    assert shop.staff_is_free()
    other = Hotline(tmp_path, SHOP, confirmed=[])
    with pytest.raises(HotlineError, match="not confirmed"):
        Measuring(other.exchange, other.checks).begin("ana")


async def test_it_is_known_after_a_restart(shop: Shop) -> None:
    await shop.measured(17.0)
    writer: Any = shop.records
    again = NumberChecks(writer, (), numberchecks.voicemails(shop.records.database))
    assert again.voicemail_after(ANAS) == 17
