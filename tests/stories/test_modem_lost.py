"""A modem that is pulled out costs the call it carries, whatever it was at, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hotline.calls.intalk import A_WORD_S
from hotline.control.messages.lines import LineState
from hotline.control.messages.status import StatusAnswer
from hotline.media.catalogue import Prompt
from hotline.storage.calls import CallStory
from tests.sim.gsm import AirCall, Faults
from tests.sim.sip import OutgoingCall, behaviours
from tests.sim.sound import Silence, noise
from tests.stories.modems import Mobiles, box_with_a_modem, clear
from tests.stories.stage import SIGNS, STAFF, beep, heard, office, person

TALK = noise(2.5, seed=7)
ANA = STAFF["ana"][1]
AT_ONCE = behaviours.answers(after=0.1, thinks=0)
BACK_S = 15.0
OFFICE = office(person("ana"), recording_notice={})


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> AsyncIterator[Mobiles]:
    """Whoever calls over SIP fills that line: their staff is dialled over the modem."""
    folder = tmp_path_factory.mktemp("box")
    how: dict[str, Any] = {"sip_first": True, "channels": 1, "named": False}
    async with box_with_a_modem(folder, spoken, faults=Faults(answer_takes=1.0), **how) as mobiles:
        yield mobiles


@pytest_asyncio.fixture(loop_scope="session")
async def mobiles(shared: Mobiles) -> AsyncIterator[Mobiles]:
    """Both lines up, the modem plugged in again if it was pulled out."""
    await shared.stage.opens(OFFICE)
    yield shared
    if not shared.modem.reachable:
        shared.stick.plug()
    await _up(shared, "mobile")
    await clear(shared)


async def _up(mobiles: Mobiles, name: str, *, up: bool = True, within: float = BACK_S) -> None:
    await mobiles.stage.box.until(lambda s: _line(s, name).up is up, f"{name} {up}", within)


def _line(status: StatusAnswer, name: str) -> LineState:
    return next(line for line in status.lines if line.name == name)


async def bystander(mobiles: Mobiles) -> OutgoingCall:
    """Somebody who speaks their complaint over the other line meanwhile."""
    call = await mobiles.sip.called(tone=Silence())
    await heard(call, Prompt.GREETING_OPEN)
    await call.press("2")
    await beep(call)
    return call


async def is_not_disturbed(call: OutgoingCall) -> None:
    """They go on to the end."""
    await call.say(TALK)
    await call.press("#")
    await heard(call, Prompt.COMPLAINT_SAVED)


def steps(story: CallStory) -> list[str]:
    return [step.what for step in story.steps]


# -- the caller came over the modem ----------------------------------------------------------------

MOMENTS = {
    "it is being answered": "missed",
    "the greeting is heard": "missed",
    "a complaint is spoken": "complaint",
    "staff is being rung": "missed",
    "they talk": "spoken",
}


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_caller_lost_with_the_modem_is_in_the_journal_with_the_reason(
    mobiles: Mobiles, moment: str
) -> None:
    stage = mobiles.stage
    ana = mobiles.sip.staff("ana", AT_ONCE if moment == "they talk" else None)
    caller = await stage.caller(tone=Silence()).call(stage.target)
    await _come_to(caller, moment)
    if moment in ("staff is being rung", "they talk"):
        rung = await ana.rings()
    if moment == "they talk":
        await caller.hears(ANA, within=15)
    mobiles.stick.unplug()
    story = await stage.story(caller)
    assert story.call.outcome == MOMENTS[moment]
    assert "line_failed" in steps(story)
    assert stage.missed(caller.number) == (MOMENTS[moment] == "missed")
    if moment == "a complaint is spoken":
        (case,) = stage.cases(caller)
        assert case.seconds == pytest.approx(2.5, abs=0.6)
    if moment in ("staff is being rung", "they talk"):
        await rung.ended(within=5)


async def _come_to(caller: AirCall, moment: str) -> None:
    await caller.lasts(0.5)
    if moment == "it is being answered":
        return
    await heard(caller, Prompt.GREETING_OPEN)
    if moment == "a complaint is spoken":
        await caller.press("2")
        await beep(caller)
        await caller.say(TALK)
    elif moment != "the greeting is heard":
        await caller.press("1")


# -- staff was rung over the modem -----------------------------------------------------------------


async def test_a_caller_whose_staff_is_lost_with_the_modem_can_leave_word(mobiles: Mobiles) -> None:
    ana = mobiles.stage.staff("ana")
    caller = await mobiles.sip.forwarded(tone=Silence())
    rung = await ana.rings()
    await rung.ringing()
    mobiles.stick.unplug()
    await beep(caller, within=20)
    await caller.say(TALK)
    await caller.hang_up()
    story = await mobiles.sip.story(caller)
    assert story.call.outcome == "message"
    assert any("did not carry the call" in step.words for step in story.steps)


async def test_a_talk_that_is_lost_with_the_modem_ends_with_the_reason(mobiles: Mobiles) -> None:
    mobiles.stage.staff("ana", AT_ONCE)
    caller = await mobiles.sip.forwarded()
    await caller.hears(ANA, within=15)
    await caller.lasts(2 * A_WORD_S)  # else nobody spoke, and the caller is put through to another
    mobiles.stick.unplug()
    await caller.ended(within=15)
    story = await mobiles.sip.story(caller)
    assert story.call.outcome == "spoken"
    (parted,) = (step.words for step in story.steps if step.what == "staff_hung_up")
    assert parted == "The line mobile failed and took Ana with it."


# -- and afterwards --------------------------------------------------------------------------------


async def test_a_modem_that_is_plugged_in_again_answers_again_and_nobody_else_noticed(
    mobiles: Mobiles,
) -> None:
    other = await bystander(mobiles)
    before = {port.name for port in mobiles.stick.tree.dev.glob("ttyUSB*")}
    mobiles.stick.unplug()
    await _up(mobiles, "mobile", up=False)
    assert _line(await asyncio.to_thread(mobiles.stage.box.status), "office").up
    mobiles.stick.plug()
    assert before.isdisjoint(port.name for port in mobiles.stick.tree.dev.glob("ttyUSB*"))
    await _up(mobiles, "mobile", within=BACK_S)
    await heard(await mobiles.stage.called(), Prompt.GREETING_OPEN)
    await is_not_disturbed(other)


async def test_who_talks_with_the_box_when_it_dies_is_greeted_anew(mobiles: Mobiles) -> None:
    stage = mobiles.stage
    caller = await stage.called(tone=Silence())
    await heard(caller, Prompt.GREETING_OPEN)
    stage.box.kill()
    await stage.box.ended()
    await stage.box.start(within=60)
    await caller.hears(SIGNS[Prompt.GREETING_OPEN], within=20, lasting=0.2)
    await caller.press("2")
    await beep(caller)
    await caller.say(TALK)
    await caller.press("#")
    await heard(caller, Prompt.COMPLAINT_SAVED)
    await caller.hang_up()
    await stage.box.idle()
    again, first = stage.stories(caller.number)
    assert again.call.outcome == "complaint"
    assert first.call.words == "the box restarted"
