"""The staff steer who is rung by texting the box, over its SIM card; calls come any way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.sim.gsm import Faults, GsmModem
from tests.sim.gsm.texts import TextCentre
from tests.sim.sip import behaviours
from tests.stories.modems import box_with_a_modem
from tests.stories.stage import STAFF, Stage, office, person
from tests.stories.ways import OVER, SIP, staged_over

ANA, ION = STAFF["ana"], STAFF["ion"]
AT_ONCE = behaviours.answers(after=0.1, thinks=0)


@dataclass(frozen=True)
class Shop:
    """Where callers come, and the modem whose SIM card the staff text."""

    stage: Stage
    modem: GsmModem


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_with_a_card(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[Shop]:
    folder, way = tmp_path_factory.mktemp("box"), request.config.getoption(OVER)
    if way == SIP:
        beside = box_with_a_modem(folder, spoken, sip_first=True, faults=Faults())
        async with beside as mobiles:
            yield Shop(mobiles.sip, mobiles.modem)
    else:
        async with staged_over(way, folder, spoken, tight=True) as stage:
            first: Any = stage.target
            yield Shop(stage, getattr(first, "modems", [first])[0])


@pytest_asyncio.fixture(loop_scope="session")
async def shop(shared_with_a_card: Shop) -> AsyncIterator[Shop]:
    yield shared_with_a_card
    await shared_with_a_card.stage.clear()


@pytest.fixture
def texts(shop: Shop) -> TextCentre:
    return shop.modem.network.texts


async def opens(shop: Shop, suffix: str, **more: Any) -> None:
    """Ana is rung first, then Ion; the suffix keeps the stories' people apart."""
    people = (person(name, id=f"{name}{suffix}") for name in ("ana", "ion"))
    await shop.stage.opens(office(*people, **more))


async def taken_by(shop: Shop) -> str:
    """Who takes the next call; each answers at once."""
    for name in ("ana", "ion"):
        shop.stage.staff(name, AT_ONCE)
    caller = await shop.stage.forwarded()
    await shop.stage.step(caller, "joined")
    await caller.hang_up()
    return (await shop.stage.story(caller)).call.person


async def test_who_texts_break_is_not_rung_and_is_again_when_back(
    shop: Shop, texts: TextCentre
) -> None:
    await opens(shop, "1")
    assert await taken_by(shop) == "ana1"
    texts.text(shop.modem, ANA[0], "Перерыв 15")
    await texts.arrives(ANA[0], "Break until ")
    assert await taken_by(shop) == "ion1"
    texts.text(shop.modem, ION[0], "break")
    await texts.arrives(ION[0], "Break denied, you are the last one.")
    texts.text(shop.modem, ANA[0], "1")
    await texts.arrives(ANA[0], "You are on until ")
    assert await taken_by(shop) == "ana1"


async def test_who_misses_calls_is_paused_and_rung_again_after_replying_1(
    shop: Shop, texts: TextCentre
) -> None:
    await opens(shop, "2", pause_after=2)
    ana = shop.stage.staff("ana", behaviours.never_answers())
    shop.stage.staff("ion", AT_ONCE)
    for _ in range(2):
        caller = await shop.stage.forwarded()
        await caller.hears(ION[1], within=12)
        await caller.hang_up()
        await shop.stage.story(caller)
    await texts.arrives(ANA[0], "You missed 2 calls")
    assert len(ana.calls) == 2
    assert await taken_by(shop) == "ion2"
    texts.text(shop.modem, ANA[0], "1")
    await texts.arrives(ANA[0], "You are on until ")
    assert await taken_by(shop) == "ana2"


async def test_a_break_outlives_a_kill_of_the_box(shop: Shop, texts: TextCentre) -> None:
    await opens(shop, "3")
    texts.text(shop.modem, ANA[0], "BREAK 15")
    await texts.arrives(ANA[0], "Break until ")
    shop.stage.box.kill()
    await shop.stage.box.stop()
    await shop.stage.switched_on()
    assert await taken_by(shop) == "ion3"


async def test_the_same_by_command_and_who_asked_what_stands_in_the_trail(
    shop: Shop,
) -> None:
    await opens(shop, "4")
    box = shop.stage.box
    assert "Ana is on a break until" in await box.command("staff", "ana4", "break", "20")
    assert "the last one" in await box.command("staff", "Ion", "break", code=1)
    assert "Ana is on a break until" in await box.command("who")
    there = await box.records("staff")
    assert [(one["name"], one["away"]) for one in there] == [("Ana", "break"), ("Ion", None)]
    assert await taken_by(shop) == "ion4"
    await box.command("staff", "ana4", "on")
    asked = [(one["person"], one["asked"]) for one in await box.records("staff", "--trail")][:3]
    assert asked == [("ana4", "on"), ("ion4", "break 15"), ("ana4", "break 20")]


async def test_a_swap_two_people_agree_on_by_text_stands_in_the_plan(
    shop: Shop, texts: TextCentre
) -> None:
    all_day = {"days": "mon-sun", "time": "00:00-24:00"}
    days = [{"person": name, **all_day} for name in ("ana5", "ion5")]
    await opens(shop, "5", shifts=days)
    texts.text(shop.modem, ANA[0], "swap ion 14.12")
    await texts.arrives(ION[0], "Ana asks to swap duties with you on 14.12.")
    await texts.arrives(ANA[0], "Ion was asked")
    assert "swaps: []" in await shop.stage.box.command("office", "export", "-")
    texts.text(shop.modem, ION[0], "1")
    for number in (ANA[0], ION[0]):
        await texts.arrives(number, "Swapped: on 14.12 Ana and Ion")
    assert "between: [ana5, ion5]" in await shop.stage.box.command("office", "export", "-")
