"""Whatever modem the SIM card is in, who rings it is served."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.media.catalogue import Prompt
from tests.sim import listen
from tests.sim.gsm import Ec25Card, Faults, Huawei, Sim7600
from tests.sim.sip import behaviours
from tests.sim.sound import RATE, Silence, noise
from tests.stories.modems import Mobiles, box_with_a_modem, clear
from tests.stories.stage import STAFF, beep, heard, office, person, recorded

TALK = noise(1.5, seed=8)
ANA = STAFF["ana"][1]
AT_ONCE = behaviours.answers(after=0.1, thinks=0)


@pytest_asyncio.fixture(
    scope="module",
    loop_scope="session",
    params=[Ec25Card, Huawei, Sim7600],
    ids=lambda kind: kind.__name__,
)
async def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[Mobiles]:
    folder = tmp_path_factory.mktemp("box")
    kind = request.param
    async with box_with_a_modem(folder, spoken, faults=Faults(), kind=kind) as mobiles:
        yield mobiles


@pytest_asyncio.fixture(loop_scope="session")
async def mobiles(shared: Mobiles) -> AsyncIterator[Mobiles]:
    def up(status: object) -> bool:
        return all(line.up for line in status.lines)  # type: ignore[attr-defined]

    await shared.stage.box.until(up, "all lines up", within=20)
    yield shared
    await clear(shared)


async def test_who_rings_the_sim_card_can_complain(mobiles: Mobiles) -> None:
    stage = mobiles.stage
    await stage.opens(office(recording_notice={}))
    caller = await stage.called(tone=Silence())
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.press("2")
    await beep(caller)
    await caller.lasts(0.3)
    await caller.say(TALK)
    await caller.hang_up()
    case = await stage.filed(caller)
    assert case.caller_number == caller.number
    sound = recorded(stage.recording(case))
    assert listen.kept(TALK[RATE // 4 : RATE], sound) >= 0.6


async def test_who_calls_over_sip_reaches_a_mobile_over_the_modem(mobiles: Mobiles) -> None:
    await mobiles.stage.opens(office(person("ana")))
    ana = mobiles.stage.staff("ana", AT_ONCE)
    caller = await mobiles.sip.forwarded()
    rung = await ana.rings()
    await caller.hears(ANA, within=10, lasting=1)
    await rung.hears(caller.tone, within=10, lasting=1)
    await rung.hang_up()
    assert (await mobiles.sip.story(caller, within=20)).call.outcome == "spoken"


async def test_the_commands_tell_of_a_model_that_is_not_recommended(mobiles: Mobiles) -> None:
    caution = "mobile: This model is not recommended"
    told = " ".join((await mobiles.stage.box.command("doctor", code=None)).split())
    said = " ".join((await mobiles.stage.box.command("lines")).split())
    wanted = isinstance(mobiles.modem, Sim7600)
    assert (caution in told, "This model is not recommended" in said) == (wanted, wanted)
