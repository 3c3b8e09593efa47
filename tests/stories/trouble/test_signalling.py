"""Telephones and networks that behave oddly: every call still has a beginning and an end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.media.catalogue import Prompt
from tests.hostile import races
from tests.sim.scenario import Scenario, ask, sdp
from tests.sim.sip import OutgoingCall, behaviours
from tests.sim.sipp import Sipp
from tests.stories.stage import CALLERS, STAFF, USER, Stage, heard, office, person, staged

pytestmark = pytest.mark.sip_only

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA = STAFF["ana"][1]
GIVES_UP_S = 60.0  # RFC 3261 gives an ACK 32 s; sound may stay away for 30


async def still_answers(stage: Stage) -> None:
    """Nothing stays behind, and the next caller is heard as ever."""
    await stage.box.idle()
    await heard(await stage.called(), Prompt.GREETING_OPEN)


# -- at the beginning of a call -------------------------------------------------------------------


async def test_a_codec_we_do_not_have_is_refused_at_once(stage: Stage, tmp_path: Path) -> None:
    body = sdp().replace("8 0 101", "96 101").replace("a=rtpmap:8 PCMA", "a=rtpmap:96 VOX")
    scenario = Scenario("odd-codec").send(ask("INVITE", body=body), txn="call")
    scenario.expect(100, optional=True, txn="call").expect(488, txn="call")
    file = scenario.send(ask("ACK"), txn="call").write(tmp_path)
    host = stage.exchange.address[0]
    async with await Sipp.start(
        tmp_path, file, "-s", USER, to=stage.box.address, host=host
    ) as sipp:
        await sipp.succeeds()
    await still_answers(stage)


@pytest.mark.parametrize(
    "race",
    [races.cancel_at_once, races.cancel_as_it_is_answered, races.hang_up_before_the_ack],
    ids=lambda race: race.__name__,
)
async def test_both_ends_decide_at_once(stage: Stage, race: races.Race) -> None:
    await stage.opens(office())
    caller = stage.caller()
    await race(caller, stage.target)
    await stage.box.until(lambda _: bool(stage.stories(caller.number)), "the call in the journal")
    (story,) = stage.stories(caller.number)
    await stage.box.idle()
    (story,) = stage.stories(caller.number)
    assert story.call.outcome == "missed"
    await still_answers(stage)


async def test_a_late_ack_is_waited_for(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    stage.staff("ana", AT_ONCE)
    call = await stage.called(late_ack=2.0)
    await call.press("1")
    await call.hears(ANA, within=15)


async def test_an_invite_that_comes_twice_is_one_call(stage: Stage) -> None:
    call = await stage.caller().call(stage.target)
    for _ in range(3):
        stage.exchange.endpoint.send(call.invite, stage.target.address)
    await call.answered()
    await heard(call, Prompt.GREETING_OPEN)
    tags = {response.tag("To") for _, response in call.responses if response.status >= 200}
    assert len(tags) == 1
    assert len(stage.stories(call.number)) == 1


async def test_a_second_invite_with_the_same_call_id_does_not_disturb_the_first(
    stage: Stage,
) -> None:
    call = await stage.called()
    by_another_way = call.invite.with_headers(stage.exchange.endpoint.via())
    stage.exchange.endpoint.send(by_another_way, stage.target.address)
    await heard(call, Prompt.GREETING_OPEN)
    await call.press("3")
    await heard(call, Prompt.MESSAGE_INTRO)
    assert len(stage.stories(call.number)) == 1


# -- on hold --------------------------------------------------------------------------------------


async def test_a_caller_on_hold_in_the_menu_comes_back_to_it(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    stage.staff("ana", AT_ONCE)
    call = await stage.called()
    assert (await call.hold()).status == 200
    assert (await call.resume()).status == 200
    await call.hears_any(since=call.rtp.heard.length)
    await call.press("1")
    await call.hears(ANA)


async def test_both_hear_each_other_again_after_hold(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    ana = stage.staff("ana", AT_ONCE)
    call = await stage.forwarded(tone=CALLERS[0])
    await call.hears(ANA)
    assert (await call.hold()).status == 200
    assert (await call.resume()).status == 200
    await call.hears(ANA, since=call.rtp.heard.length)
    leg = ana.calls[0]
    await leg.hears(CALLERS[0], since=leg.rtp.heard.length)


# -- calls nobody ends ----------------------------------------------------------------------------


@dataclass
class Deserted:
    """Three calls whose far end said nothing more, half a minute later."""

    stage: Stage
    no_sound: OutgoingCall
    no_ack: OutgoingCall
    staff_gone: OutgoingCall


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deserted(
    tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[Deserted]:
    async with staged(tmp_path_factory.mktemp("box"), spoken) as stage:
        await stage.opens(office(person("ana")))
        ana = stage.staff("ana", AT_ONCE)
        staff_gone = await stage.forwarded()
        await staff_gone.hears(ANA)
        ana.calls[0].rtp.faults.stopped = True
        no_sound = await stage.called()
        no_sound.rtp.faults.stopped = True
        caller = stage.caller()
        caller.manner = replace(caller.manner, late_ack=None)
        no_ack = await caller.call(stage.target)
        await asyncio.gather(
            *(call.ended(within=GIVES_UP_S) for call in (no_sound, no_ack, ana.calls[0]))
        )
        await staff_gone.ended(within=20)
        yield Deserted(stage, no_sound, no_ack, staff_gone)


async def test_a_call_without_sound_is_ended_and_the_journal_says_why(deserted: Deserted) -> None:
    story = await deserted.stage.story(deserted.no_sound)
    assert story.call.outcome == "missed"
    assert "no sound arrived" in " ".join(step.words for step in story.steps).lower()


async def test_a_call_nobody_acknowledges_is_ended(deserted: Deserted) -> None:
    assert (await deserted.stage.story(deserted.no_ack)).call.outcome == "missed"


async def test_a_person_without_sound_is_taken_off_and_the_caller_stays(
    deserted: Deserted,
) -> None:
    story = await deserted.stage.story(deserted.staff_gone)
    assert story.call.person == "ana"
    parted = next(s for s in story.steps if s.what in ("staff_hung_up", "caller_gone"))
    assert parted.words == "No sound arrived from Ana's phone any more."
