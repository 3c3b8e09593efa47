"""Over the office's own line a caller reaches a person, where the exchange hands callers on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hotline.media.catalogue import Prompt
from tests.sim.fxo import Faults, Recall
from tests.sim.sip import behaviours
from tests.sim.sip.exchange import Behaviour
from tests.sim.sound import Silence, noise
from tests.stories.office_lines import OfficeLine, box_on_the_office_line, clear
from tests.stories.stage import STAFF, heard, leaves_a_message, office, person

ANA_NUMBER, ANA = STAFF["ana"]
ION_NUMBER, ION = STAFF["ion"]
WORKS = "The network holds a caller, gives them back and joins them with somebody else."
WAITS = "may test how callers are handed on"
OPEN = office(person("ana", ring_seconds=15), recording_notice={})


def follows(key: str, after: float) -> Behaviour:
    """Picks up, says something, and presses this key after a sentence."""

    async def behaviour(call: Any) -> None:
        call.ring()
        if await call.lasts(after):
            call.answer()
        await call.say(noise(0.6, seed=3))
        await call.hears_speech(within=20)
        await call.press(key)

    return behaviour


async def calls_and_presses(line: OfficeLine, times: int) -> Any:
    """The first telephone calls, and presses 1 so often, each time when it was asked to."""
    call = await line.stage.called(ANA_NUMBER, tone=Silence())
    for _ in range(times):
        await call.hears_speech(within=30)
        await call.lasts(0.2)
        await call.press("1")
        await call.lasts(0.5)
    return call


async def tried(line: OfficeLine) -> str:
    """What the doctor finds out with two telephones."""
    box, before = line.stage.box, line.stage.box.log().count(WAITS)
    line.stage.exchange.mobile(ION_NUMBER, follows("1", 2.8), tone=ION)
    asked = ("doctor", "--call", ANA_NUMBER, "--and", ION_NUMBER, "--line", "office")
    doctor = asyncio.create_task(box.command(*asked, code=None))
    await box.until(lambda _: box.log().count(WAITS) > before, "the test", 15)
    if line.modem.faults.recall is Recall.NONE:
        await calls_and_presses(line, 1)
    else:
        first = await calls_and_presses(line, 2)
        await first.hears(ION, within=30)
        await first.hang_up()
        again = await calls_and_presses(line, 1)
        await again.hang_up()
    said = await doctor
    await clear(line)
    return said


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(
    tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[OfficeLine]:
    """A box whose owner wants callers handed on, and has not tried it yet."""
    faults = Faults(caller_id="before it", recall=Recall.NONE)
    folder, more = tmp_path_factory.mktemp("box"), 'hands_on = "transfer"'
    async with box_on_the_office_line(folder, spoken, faults=faults, more=more) as line:
        await line.stage.opens(OPEN)
        yield line


@pytest_asyncio.fixture(loop_scope="session")
async def line(shared: OfficeLine) -> AsyncIterator[OfficeLine]:
    yield shared
    await clear(shared)
    await shared.stage.opens(OPEN)


def handing(line: OfficeLine) -> list[bool | None]:
    """Are callers of the line handed on?"""
    return [one.handing for one in line.stage.box.status().lines if one.id == "office"]


@pytest_asyncio.fixture(loop_scope="session")
async def proved(line: OfficeLine) -> OfficeLine:
    """The line, of which two telephones have proved that its exchange joins."""
    line.modem.faults.recall = Recall.JOINS
    if handing(line) != [True]:
        assert WORKS in await tried(line)
    return line


async def test_an_exchange_that_holds_nobody_is_found_out_and_never_asked(line: OfficeLine) -> None:
    line.modem.faults.recall = Recall.NONE
    said = await tried(line)
    assert "The network did not hold the call" in said
    assert handing(line) == [False]
    flashes = line.modem.flashes
    caller = await line.stage.forwarded(tone=Silence())
    await heard(caller, Prompt.NOBODY_NOW)
    await caller.hang_up()
    assert line.modem.flashes == flashes
    assert line.stage.dialled == []


async def test_caller_and_person_hear_each_other_and_the_line_is_free(proved: OfficeLine) -> None:
    stage = proved.stage
    ana = stage.staff("ana", behaviours.answers(after=0.1, thinks=0))
    caller = await stage.forwarded()
    rung = await ana.rings(within=25)
    await caller.hears(ANA, lasting=1, within=30)
    await rung.hears(caller.tone, lasting=1)
    story = await stage.story(caller)
    assert (story.call.outcome, story.call.person) == ("spoken", "ana")
    assert "handed_on" in [step.what for step in story.steps]
    assert not proved.modem.off_hook
    assert caller.ending is None  # the two talk on, without the box


async def test_who_is_not_taken_hears_the_box_again_and_leaves_a_message(
    proved: OfficeLine,
) -> None:
    stage = proved.stage
    ana = stage.staff("ana", behaviours.answers(after=0.1, press="2", thinks=0))
    caller = await stage.forwarded(tone=Silence())
    assert not (await (await ana.rings()).ended()).ours
    await leaves_a_message(caller)
    await caller.hang_up()
    story = await stage.story(caller)
    assert story.call.outcome == "message"
    assert [step.what for step in story.steps].count("held") == 1
