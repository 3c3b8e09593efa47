"""The staff steer who is rung by texting the box, over its SIM card."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.sim.gsm import Faults
from tests.sim.gsm.texts import TextCentre
from tests.sim.sip import behaviours
from tests.stories.modems import Mobiles, box_with_a_modem, clear
from tests.stories.stage import STAFF, office, person

ANA, ION = STAFF["ana"], STAFF["ion"]
AT_ONCE = behaviours.answers(after=0.1, thinks=0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> AsyncIterator[Mobiles]:
    folder = tmp_path_factory.mktemp("box")
    async with box_with_a_modem(folder, spoken, sip_first=True, faults=Faults()) as mobiles:
        yield mobiles


@pytest_asyncio.fixture(loop_scope="session")
async def mobiles(shared: Mobiles) -> AsyncIterator[Mobiles]:
    yield shared
    await clear(shared)


@pytest.fixture
def texts(mobiles: Mobiles) -> TextCentre:
    return mobiles.modem.network.texts


async def opens(mobiles: Mobiles, suffix: str, **more: Any) -> None:
    """Ana is rung first, then Ion; the suffix keeps the stories' people apart."""
    people = (person(name, id=f"{name}{suffix}") for name in ("ana", "ion"))
    await mobiles.stage.opens(office(*people, **more))


async def taken_by(mobiles: Mobiles) -> str:
    """Who takes the next call; each answers at once."""
    for name in ("ana", "ion"):
        mobiles.sip.staff(name, AT_ONCE)
    caller = await mobiles.sip.forwarded()
    await mobiles.sip.step(caller, "joined")
    await caller.hang_up()
    return (await mobiles.sip.story(caller)).call.person


async def test_who_texts_break_is_not_rung_and_is_again_when_back(
    mobiles: Mobiles, texts: TextCentre
) -> None:
    await opens(mobiles, "1")
    assert await taken_by(mobiles) == "ana1"
    texts.text(mobiles.modem, ANA[0], "Перерыв 15")
    await texts.arrives(ANA[0], "Break until ")
    assert await taken_by(mobiles) == "ion1"
    mobiles.sip.exchange.mobiles.clear()
    texts.text(mobiles.modem, ION[0], "break")
    await texts.arrives(ION[0], "Break denied, you are the last one.")
    texts.text(mobiles.modem, ANA[0], "1")
    await texts.arrives(ANA[0], "You are on until ")
    assert await taken_by(mobiles) == "ana1"


async def test_who_misses_calls_is_paused_and_rung_again_after_replying_1(
    mobiles: Mobiles, texts: TextCentre
) -> None:
    await opens(mobiles, "2", pause_after=2)
    ana = mobiles.sip.staff("ana", behaviours.never_answers())
    mobiles.sip.staff("ion", AT_ONCE)
    for _ in range(2):
        caller = await mobiles.sip.forwarded()
        await caller.hears(ION[1], within=12)
        await caller.hang_up()
        await mobiles.sip.story(caller)
    await texts.arrives(ANA[0], "You missed 2 calls")
    assert len(ana.calls) == 2
    assert await taken_by(mobiles) == "ion2"
    texts.text(mobiles.modem, ANA[0], "1")
    await texts.arrives(ANA[0], "You are on until ")
    assert await taken_by(mobiles) == "ana2"


async def test_a_break_outlives_a_kill_of_the_box(mobiles: Mobiles, texts: TextCentre) -> None:
    await opens(mobiles, "3")
    texts.text(mobiles.modem, ANA[0], "BREAK 15")
    await texts.arrives(ANA[0], "Break until ")
    mobiles.stage.box.kill()
    await mobiles.stage.box.stop()
    await mobiles.stage.box.start()
    await mobiles.stage.box.until(
        lambda status: all(one.up for one in status.lines), "lines up", 15
    )
    assert await taken_by(mobiles) == "ion3"


async def test_the_same_by_command_and_who_asked_what_stands_in_the_trail(
    mobiles: Mobiles,
) -> None:
    await opens(mobiles, "4")
    box = mobiles.stage.box
    assert "Ana is on a break until" in await box.command("staff", "ana4", "break", "20")
    assert "the last one" in await box.command("staff", "Ion", "break", code=1)
    assert "Ana is on a break until" in await box.command("who")
    there = await box.records("staff")
    assert [(one["name"], one["away"]) for one in there] == [("Ana", "break"), ("Ion", None)]
    assert await taken_by(mobiles) == "ion4"
    await box.command("staff", "ana4", "on")
    asked = [(one["person"], one["asked"]) for one in await box.records("staff", "--trail")][:3]
    assert asked == [("ana4", "on"), ("ion4", "break 15"), ("ana4", "break 20")]


async def test_a_swap_two_people_agree_on_by_text_stands_in_the_plan(
    mobiles: Mobiles, texts: TextCentre
) -> None:
    all_day = {"days": "mon-sun", "time": "00:00-24:00"}
    days = [{"person": name, **all_day} for name in ("ana5", "ion5")]
    await opens(mobiles, "5", shifts=days)
    texts.text(mobiles.modem, ANA[0], "swap ion 14.12")
    await texts.arrives(ION[0], "Ana asks to swap duties with you on 14.12.")
    await texts.arrives(ANA[0], "Ion was asked")
    assert "swaps: []" in await mobiles.stage.box.command("office", "export", "-")
    texts.text(mobiles.modem, ION[0], "1")
    for number in (ANA[0], ION[0]):
        await texts.arrives(number, "Swapped: on 14.12 Ana and Ion")
    assert "between: [ana5, ion5]" in await mobiles.stage.box.command("office", "export", "-")
