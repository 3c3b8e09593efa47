"""The owner learns by a real call what a line can do, and reads it in plain words afterwards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hotline.control.client import Refused
from hotline.control.messages.lines import LineTested
from hotline.media.catalogue import Prompt
from tests.sim.gsm import Faults
from tests.sim.sip import behaviours
from tests.stories.modems import Mobiles, box_with_a_modem
from tests.stories.stage import STAFF, Stage, heard, office

ANA = STAFF["ana"][0]
OWNER = "+37369111222"
CODE = "*100#"
MORE = f'when_dead = "{OWNER}"\nbalance = "{CODE}"'
FOLLOWS = behaviours.answers(after=0.2)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> AsyncIterator[Mobiles]:
    folder = tmp_path_factory.mktemp("box")
    async with box_with_a_modem(folder, spoken, more=MORE, faults=Faults()) as mobiles:
        await mobiles.stage.opens(office())
        yield mobiles


async def checks(mobiles: Mobiles, line: str = "mobile", number: str = ANA) -> dict[str, str]:
    """The outcome of each check of a self-test."""
    control = mobiles.stage.box.control
    done: LineTested = await asyncio.to_thread(control.line_test, line, number)
    return {check.what: f"{check.outcome}: {check.words}" for check in done.checks}


async def test_a_line_on_which_everything_works_is_said_to_work(mobiles: Mobiles) -> None:
    mobiles.stage.staff("ana", FOLLOWS)
    found = await checks(mobiles)
    for what in ("up", "dials", "hears", "speaks", "keys", "texts"):
        assert found[what].startswith("works"), found
    assert "the line tells them, and they are heard in the sound" in found["keys"]
    assert mobiles.modem.network.texts.got(ANA, "a test of the line mobile")


async def test_one_way_sound_is_named(mobiles: Mobiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mobiles.modem.faults, "sound", "silent")
    monkeypatch.setattr(mobiles.modem.faults, "keys", "told")
    mobiles.stage.staff("ana", FOLLOWS)
    found = await checks(mobiles)
    assert found["hears"] == "fails: One-way sound: you heard the box, it not you."
    assert found["speaks"].startswith("works")
    assert found["keys"] == "works: Keys arrive: the line tells them."


async def test_a_telephone_that_presses_nothing_proves_nothing(mobiles: Mobiles) -> None:
    mobiles.stage.staff("ana", behaviours.answers_and_hangs_up(after=0.2, holds=2.0))
    found = await checks(mobiles)
    assert found["dials"].startswith("works")
    assert found["hears"].startswith("works")
    assert found["speaks"].startswith("fails: No key came")
    assert "keys" not in found


async def test_a_telephone_that_nobody_takes_is_no_fault_of_the_line(mobiles: Mobiles) -> None:
    mobiles.stage.staff("ana", behaviours.rejects(after=0.2))
    found = await checks(mobiles)
    assert found["dials"] == "unknown: Nobody took the test call: rejected."


async def test_a_network_that_gives_a_text_up_is_found_out(mobiles: Mobiles) -> None:
    mobiles.modem.network.texts.statuses[ANA] = 0x41
    mobiles.stage.staff("ana", behaviours.rejects(after=0.2))
    assert (await checks(mobiles))["texts"].startswith("fails")
    del mobiles.modem.network.texts.statuses[ANA]


async def test_a_line_that_only_takes_calls_is_not_made_to_dial(mobiles: Mobiles) -> None:
    found = await checks(mobiles, "office")
    assert found["dials"].startswith("unknown")
    assert mobiles.sip.exchange.dialled == []


@pytest.mark.parametrize("number", ["+88169123456", "112", "+40722123456"])
async def test_no_number_is_tested_that_may_not_be_dialled(mobiles: Mobiles, number: str) -> None:
    with pytest.raises(Refused):
        await checks(mobiles, number=number)
    assert mobiles.modem.network.dialled == []


async def test_while_a_line_is_tested_no_other_test_begins(mobiles: Mobiles) -> None:
    phone = mobiles.stage.staff("ana")
    first = asyncio.ensure_future(checks(mobiles))
    call = await phone.rings()
    with pytest.raises(Refused, match="tested already"):
        await checks(mobiles)
    call.reject()
    await first


async def test_the_doctor_tells_of_the_test_also_after_a_restart(mobiles: Mobiles) -> None:
    stage = mobiles.stage
    stage.staff("ana", behaviours.rejects(after=0.2))
    said = await stage.box.command("doctor", "--call", ANA, "--line", "mobile")
    assert "Nobody took the test call: rejected." in said
    await stage.box.stop()
    await stage.box.start()
    await stage.box.until(lambda status: all(one.up for one in status.lines), "all lines up", 15)
    said = await stage.box.command("doctor", code=None)
    assert "with +373 69… 01: Nobody took the test call: rejected." in said
    assert "A text was sent, and the network says it arrived." in said


@pytest.mark.sip_only
async def test_a_line_of_a_provider_is_tested_as_well(stage: Stage) -> None:
    await stage.opens(office())
    stage.staff("ana", FOLLOWS)
    control = stage.box.control
    done = await asyncio.to_thread(control.line_test, "office", ANA)
    found = {check.what: f"{check.outcome}: {check.words}" for check in done.checks}
    for what in ("up", "dials", "hears", "speaks", "keys"):
        assert found[what].startswith("works"), found
    assert "texts" not in found


# -- what the network is ---------------------------------------------------------------------------


async def test_the_commands_tell_of_network_divert_and_balance(mobiles: Mobiles) -> None:
    stage, services = mobiles.stage, mobiles.modem.services
    services.replies[CODE] = '+CUSD: 0,"Balance 25.40 lei",15'
    assert "mobile: Balance 25.40 lei" in await stage.box.command("balance")

    def diverted(status: Any) -> bool:
        return any(line.divert and line.divert.well for line in status.lines)

    await stage.box.until(diverted, "the divert set", within=40)
    assert services.diverts == {3: OWNER}
    said = await stage.box.command("lines")
    assert "Simulated, 4G, speech over LTE works, signal 4 of 4" in said
    assert "When the box is dead, the mobile network sends callers elsewhere. +373 69… 22" in said
    assert json.loads(await stage.box.command("lines", "--json"))[1]["network"]["bars"] == 4


async def test_callers_are_answered_while_the_network_is_asked_for_the_balance(
    mobiles: Mobiles,
) -> None:
    mobiles.modem.services.replies.clear()
    mobiles.modem.services.was_asked.clear()
    asking = asyncio.ensure_future(mobiles.stage.box.command("balance", "mobile", code=None))
    await asyncio.wait_for(mobiles.modem.services.was_asked.wait(), 10)
    caller = await mobiles.stage.called()
    await heard(caller, Prompt.GREETING_OPEN)
    mobiles.modem.say_later(0, '+CUSD: 0,"12 lei",15')
    assert "12 lei" in await asking


# -- a line on which nobody is heard ---------------------------------------------------------------


async def test_a_modem_that_gives_no_sound_loses_no_caller_and_is_told_of(
    mobiles: Mobiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = mobiles.stage
    monkeypatch.setattr(mobiles.modem.faults, "sound", "none")
    caller = await stage.called()
    story = await stage.story(caller, within=25)
    assert story.call.outcome == "missed"
    assert not (await caller.ended()).ours
    await stage.box.until(lambda status: all(line.up for line in status.lines), "the line up", 15)
    words = "mobile: Callers cannot be heard: the modem gives no sound."
    assert words in await stage.box.command("doctor", code=None)
    monkeypatch.undo()
    again = await stage.called()
    await stage.box.until(lambda status: not status.lines[1].trouble, "the trouble over", 10)
    await again.hang_up()
