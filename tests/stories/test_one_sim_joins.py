"""With one SIM card callers reach a person all the same, where the network joins the two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hotline.media.catalogue import Prompt
from tests.sim.gsm import Ec25
from tests.sim.sip import behaviours
from tests.sim.sip.exchange import Behaviour
from tests.sim.sound import Silence
from tests.stories.modems import SIM, box_with_modems
from tests.stories.stage import (
    BEEP,
    STAFF,
    Stage,
    heard,
    leaves_a_message,
    office,
    person,
    was_heard,
)

ANA_NUMBER, ANA = STAFF["ana"]
ION_NUMBER, ION = STAFF["ion"]
UNTRIED = "callers are not joined with staff by its network (hands_on): untried."
AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA_ALONE = office(person("ana"), recording_notice={})


def follows(key: str, after: float, waits: float) -> Behaviour:
    """Picks up, and presses this key after each sentence."""

    async def behaviour(call: Any) -> None:
        call.ring()
        if await call.lasts(after):
            call.answer()
        while await call.lasts(0):
            await call.hears_speech(within=120)
            await call.lasts(waits)
            await call.press(key)
            await call.lasts(0.8)

    return behaviour


async def tried(stage: Stage) -> str:
    """What the doctor finds out of the box's only line with two telephones."""
    network: Any = stage.exchange
    network.mobile(ANA_NUMBER, follows("1", 0.2, 0.2), tone=Silence())
    network.mobile(ION_NUMBER, follows("2", 3.5, 1.0), tone=Silence())
    return await stage.box.command("doctor", "--call", ANA_NUMBER, "--and", ION_NUMBER)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> AsyncIterator[Stage]:
    """A box that has found out that its network joins calls."""
    folder, more = tmp_path_factory.mktemp("box"), 'hands_on = "conference"'
    async with box_with_modems(folder, spoken, (SIM,), more) as stage:
        await stage.opens(ANA_ALONE)
        assert UNTRIED in await stage.box.command("doctor", code=None)
        assert "The network holds a caller, gives them back and joins" in await tried(stage)
        await stage.clear()
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def one(shared: Stage) -> AsyncIterator[Stage]:
    yield shared
    network: Any = shared.exchange
    network.holds = network.joins = True
    await shared.clear()
    await shared.opens(ANA_ALONE)


async def test_caller_and_person_hear_each_other_over_one_sim(one: Stage) -> None:
    ana = one.staff("ana", AT_ONCE)
    caller = await one.forwarded()
    rung = await ana.rings()
    await caller.hears(ANA, lasting=1)
    await rung.hears(caller.tone, lasting=1)
    await rung.hang_up()
    await heard(caller, Prompt.GOODBYE)
    story = await one.story(caller)
    assert story.call.outcome == "spoken"
    assert story.call.person == "ana"


async def test_the_person_hears_who_calls_while_the_caller_hears_nothing_of_it(one: Stage) -> None:
    ana = one.staff("ana")
    caller = await one.forwarded()
    rung = await ana.rings()
    rung.answer()
    await rung.hears_speech()
    await rung.hears_silence()  # between the words; the caller's music would be heard
    assert not was_heard(rung, caller.tone)
    await caller.hears_silence()
    await rung.press("1")
    await rung.hears(caller.tone)
    await caller.hang_up()
    assert not (await rung.ended(within=5)).ours
    assert (await one.story(caller)).call.outcome == "spoken"


async def test_who_is_not_taken_by_anybody_leaves_a_message_in_the_same_call(one: Stage) -> None:
    await one.opens(office(person("ana"), person("ion"), recording_notice={}))
    one.staff("ana", behaviours.rejects(after=0.2))
    one.staff("ion", behaviours.off())
    caller = await one.forwarded(tone=Silence())
    await leaves_a_message(caller, within=25)
    await caller.ended()
    story = await one.story(caller)
    assert story.call.outcome == "message"
    assert [step.what for step in story.steps].count("held") == 2


async def test_between_two_people_the_caller_may_leave_a_message_instead(one: Stage) -> None:
    await one.opens(office(person("ana"), person("ion"), recording_notice={}))
    one.staff("ana", behaviours.rejects(after=1.5))
    one.staff("ion", behaviours.never_answers())
    caller = await one.forwarded(tone=Silence())
    await heard(caller, Prompt.PLEASE_HOLD)
    await caller.hears_silence()
    await caller.hears_any()
    await caller.press("*")
    await caller.hears(BEEP, within=10)
    await caller.hang_up()
    story = await one.story(caller)
    assert [step.what for step in story.steps].count("held") == 1
    assert one.exchange.dialled == [ANA_NUMBER]


async def test_an_operator_that_joins_nobody_any_more_loses_no_caller(one: Stage) -> None:
    network: Any = one.exchange
    network.joins = False
    ana = one.staff("ana", AT_ONCE)
    caller = await one.forwarded(tone=Silence())
    rung = await ana.rings()
    await heard(caller, Prompt.NOBODY_NOW, within=25)
    await rung.ended()
    await caller.hears(BEEP, within=10)
    await caller.hang_up()
    story = await one.story(caller)
    assert "not_joined" in [step.what for step in story.steps]
    assert story.call.outcome == "missed"


async def test_an_operator_that_holds_nobody_any_more_loses_no_caller(one: Stage) -> None:
    network: Any = one.exchange
    network.holds = False
    one.staff("ana", AT_ONCE)
    caller = await one.forwarded(tone=Silence())
    await heard(caller, Prompt.NOBODY_NOW, within=15)
    assert network.dialled == []
    await caller.hang_up()
    await one.story(caller)


async def test_who_hangs_up_on_hold_frees_the_person_at_once_and_is_missed(one: Stage) -> None:
    ana = one.staff("ana", behaviours.never_answers())
    caller = await one.forwarded()
    rung = await ana.rings()
    await rung.ringing()
    await caller.hang_up()
    assert not (await rung.ended(within=3)).ours
    story = await one.story(caller)
    assert story.call.outcome == "missed"
    assert one.missed(story.call.caller_number or "")


async def test_a_modem_pulled_while_they_talk_ends_as_spoken(one: Stage) -> None:
    ana = one.staff("ana", AT_ONCE)
    caller = await one.forwarded()
    rung = await ana.rings()
    await caller.hears(ANA)
    modem: Ec25 = one.target  # type: ignore[assignment]
    modem.unplug()
    await asyncio.gather(caller.ended(), rung.ended())
    story = await one.story(caller)
    assert story.call.outcome == "spoken"
    assert "line_failed" in [step.what for step in story.steps]
    modem.plug()
    await one.box.until(lambda status: all(line.up for line in status.lines), "the line up", 20)


async def test_a_modem_pulled_while_the_caller_is_on_hold_ends_as_missed(one: Stage) -> None:
    ana = one.staff("ana", behaviours.never_answers())
    caller = await one.forwarded()
    await (await ana.rings()).ringing()
    modem: Ec25 = one.target  # type: ignore[assignment]
    modem.unplug()
    story = await one.story(caller)
    assert story.call.outcome == "missed"
    assert "line_failed" in [step.what for step in story.steps]
    modem.plug()
    await one.box.until(lambda status: all(line.up for line in status.lines), "the line up", 20)


async def test_another_sim_card_in_the_modem_is_not_believed_to_do_the_same(
    one: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    modem: Ec25 = one.target  # type: ignore[assignment]
    modem.unplug()
    await one.box.until(lambda status: not status.lines[0].up, "the line down", 20)
    with monkeypatch.context() as other_card:
        other_card.setattr(modem, "imsi", "259010000000099")
        modem.plug()
        await one.box.until(lambda status: status.lines[0].up, "the line up", 20)
    assert UNTRIED in await one.box.command("doctor", code=None)
    one.staff("ana", AT_ONCE)
    caller = await one.forwarded(tone=Silence())
    await heard(caller, Prompt.NOBODY_NOW, within=5)
    assert one.exchange.dialled == []
    await caller.hang_up()
    await one.story(caller)
    modem.unplug()
    await one.box.until(lambda status: not status.lines[0].up, "the line down", 20)
    modem.plug()
    await one.box.until(lambda status: status.lines[0].up, "the line up", 20)
