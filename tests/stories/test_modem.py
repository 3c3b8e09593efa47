"""Who rings the SIM card of a modem is served as anybody is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hotline.control.messages.lines import LineState
from hotline.control.messages.status import StatusAnswer
from hotline.media.catalogue import Prompt
from tests.sim.gsm import AirCall, Faults
from tests.sim.gsm.network import BUSY
from tests.sim.sip import behaviours
from tests.sim.sound import Silence
from tests.stories.modems import Mobiles, box_with_a_modem, clear
from tests.stories.office_lines import TALK, at_the_beep, complains
from tests.stories.stage import (
    SIGNS,
    STAFF,
    Stage,
    beep,
    heard,
    key,
    menu,
    office,
    person,
)

MORE = menu(key("1", "complaint"), key("2", "message"), name="more")
ANA = STAFF["ana"][1]
AT_ONCE = behaviours.answers(after=0.1, thinks=0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> AsyncIterator[Mobiles]:
    folder = tmp_path_factory.mktemp("box")
    async with box_with_a_modem(folder, spoken, faults=Faults()) as mobiles:
        yield mobiles


@pytest.fixture
def stage(mobiles: Mobiles) -> Stage:
    return mobiles.stage


async def test_who_rings_the_sim_card_is_greeted_and_can_complain(stage: Stage) -> None:
    caller = await at_the_beep(stage)
    await complains(stage, caller)


@pytest.mark.parametrize("how", ["told", "sound", "both"])
async def test_a_key_counts_once_whether_told_by_the_modem_or_heard_in_the_sound(
    mobiles: Mobiles, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mobiles.modem.faults, "keys", how)
    await mobiles.stage.opens(office(menus=(menu(key("1", "menu", "more")), MORE)))
    caller = await mobiles.stage.called(tone=Silence())
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.press("12", pause=0.4)
    await heard(caller, Prompt.MESSAGE_INTRO)


@pytest.mark.parametrize("clip", ["full", "no plus", "none"])
async def test_who_calls_is_known_however_the_modem_says_it(
    mobiles: Mobiles, clip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mobiles.modem.faults, "clip", clip)
    await mobiles.stage.opens(office())
    caller = await mobiles.stage.called()
    await caller.hang_up()
    assert (await mobiles.stage.story(caller)).call.caller_number == caller.number


async def test_who_withholds_the_number_is_answered_too(stage: Stage) -> None:
    await stage.opens(office())
    caller = await stage.called("")
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.hang_up()
    assert (await stage.story(caller)).call.caller_number is None


MOMENTS = ["ringing", "answered", "greeting", "key", "beep", "speaking"]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_whenever_the_caller_hangs_up_the_line_is_free_again(
    mobiles: Mobiles, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = mobiles.stage
    monkeypatch.setattr(mobiles.modem.faults, "answer_takes", 1.0)
    await stage.opens(office(recording_notice={}))
    caller = await stage.caller(tone=Silence()).call(stage.target)
    await _until(caller, moment)
    await caller.hang_up()
    story = await stage.story(caller)
    assert story.call.outcome == ("complaint" if moment == "speaking" else "missed")
    nxt = await stage.called()
    await heard(nxt, Prompt.GREETING_OPEN)


async def _until(caller: AirCall, moment: str) -> None:
    """Be at this moment of a call that leads to a complaint."""
    at = MOMENTS.index(moment)
    await caller.lasts(0.5)
    if at >= 1:
        await caller.answered()
    if at >= 2:
        await heard(caller, Prompt.GREETING_OPEN)
    if at >= 3:
        await caller.press("2")
    if at >= 4:
        await beep(caller)
    if at >= 5:
        await caller.say(TALK)


async def test_the_second_call_is_as_loud_as_the_first(stage: Stage) -> None:
    """The modem forgets with each call that its sound goes over USB."""
    for _ in range(3):
        caller = await stage.called(tone=Silence())
        await heard(caller, Prompt.GREETING_OPEN)
        await caller.hang_up()
        await stage.story(caller)


async def test_a_call_whose_end_the_modem_does_not_report_ends_all_the_same(
    mobiles: Mobiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mobiles.modem.faults, "ends", False)
    monkeypatch.setattr(mobiles.modem.faults, "reports", False)
    caller = await mobiles.stage.called()
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.hang_up()
    await mobiles.stage.story(caller)


# -- forwarding ------------------------------------------------------------------------------------


async def test_who_calls_over_sip_reaches_a_mobile_over_the_modem(mobiles: Mobiles) -> None:
    await mobiles.stage.opens(office(person("ana")))
    ana = mobiles.stage.staff("ana", AT_ONCE)
    caller = await mobiles.sip.forwarded()
    rung = await ana.rings()
    await caller.hears(ANA, lasting=1)
    await rung.hears(caller.tone, lasting=1)
    await rung.hang_up()
    story = await mobiles.sip.story(caller, within=20)
    assert story.call.outcome == "spoken"


@pytest.mark.parametrize("reason", [behaviours.busy(), behaviours.rejects(), behaviours.off()])
async def test_who_cannot_be_reached_over_the_modem_is_given_up_for_the_next(
    mobiles: Mobiles, reason: Any
) -> None:
    await mobiles.stage.opens(office(person("ana"), person("ion")))
    mobiles.stage.staff("ana", reason)
    mobiles.stage.staff("ion", AT_ONCE)
    caller = await mobiles.sip.forwarded()
    await caller.hears(STAFF["ion"][1], within=20)


async def test_a_mobile_that_is_not_picked_up_stops_ringing(mobiles: Mobiles) -> None:
    await mobiles.stage.opens(office(person("ana")))
    ana = mobiles.stage.staff("ana", behaviours.never_answers())
    caller = await mobiles.sip.forwarded()
    rung = await ana.rings()
    assert not (await rung.ended(within=15)).ours
    await caller.hang_up()


async def test_a_caller_who_gives_up_ends_the_ringing_of_the_mobile(mobiles: Mobiles) -> None:
    await mobiles.stage.opens(office(person("ana")))
    ana = mobiles.stage.staff("ana", behaviours.never_answers())
    caller = await mobiles.sip.forwarded()
    rung = await ana.rings()
    await caller.hang_up()
    assert not (await rung.ended(within=5)).ours


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_both(
    tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[Mobiles]:
    folder = tmp_path_factory.mktemp("box")
    async with box_with_a_modem(folder, spoken, sip_first=True, faults=Faults()) as mobiles:
        yield mobiles


async def test_who_rings_the_sim_card_reaches_staff_over_sip(shared_both: Mobiles) -> None:
    mobiles = shared_both
    await mobiles.stage.opens(office(person("ana")))
    ana = mobiles.sip.staff("ana", AT_ONCE)
    caller = await mobiles.stage.forwarded()
    rung = await ana.rings()
    await caller.hears(ANA, lasting=1)
    await rung.hears(caller.tone, lasting=1)
    assert mobiles.stage.exchange.dialled == []
    await caller.hang_up()
    await rung.ended()
    assert (await mobiles.stage.story(caller)).call.outcome == "spoken"
    await clear(mobiles)


async def test_a_second_caller_to_the_sim_card_gets_busy_and_disturbs_nobody(
    mobiles: Mobiles,
) -> None:
    first = await mobiles.stage.called(tone=Silence())
    second = await mobiles.stage.caller().call(mobiles.modem)
    assert (await second.ended()).status == BUSY
    await heard(first, Prompt.GREETING_OPEN)


# -- trouble with the modem ------------------------------------------------------------------------


async def test_a_caller_whose_modem_falls_silent_is_led_on_when_it_speaks_again(
    mobiles: Mobiles,
) -> None:
    caller = await mobiles.stage.called()
    mobiles.modem.faults.hangs = True
    await mobiles.stage.box.until(
        lambda status: not _line(status, "mobile").up, "the line down", within=20
    )
    mobiles.modem.faults.hangs = False
    await mobiles.stage.box.until(lambda status: _line(status, "mobile").up, "up", within=45)
    await caller.hears(SIGNS[Prompt.GREETING_OPEN], within=10, lasting=0.2)
    await caller.hang_up()
    nxt = await mobiles.stage.called()
    await heard(nxt, Prompt.GREETING_OPEN)


def _line(status: StatusAnswer, name: str) -> LineState:
    return next(line for line in status.lines if line.name == name)
