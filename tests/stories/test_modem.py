"""Who rings the SIM card of a modem is served as anybody is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from hotline.media.catalogue import Prompt
from tests.sim import listen
from tests.sim.gsm import AirCall, Faults
from tests.sim.sound import RATE, Silence, noise
from tests.stories.modems import Mobiles, box_with_a_modem, clear
from tests.stories.stage import BEEP, Stage, heard, office, recorded

TALK = noise(2.5, seed=7)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> AsyncIterator[Mobiles]:
    folder = tmp_path_factory.mktemp("box")
    async with box_with_a_modem(folder, spoken, faults=Faults()) as mobiles:
        yield mobiles


@pytest_asyncio.fixture(loop_scope="session")
async def mobiles(shared: Mobiles) -> AsyncIterator[Mobiles]:
    yield shared
    await clear(shared)


@pytest.fixture
def stage(mobiles: Mobiles) -> Stage:
    return mobiles.stage


async def at_the_beep(stage: Stage) -> AirCall:
    """A caller who has just heard the beep of a complaint and says nothing yet."""
    await stage.opens(office(recording_notice={}))
    caller = await stage.called(tone=Silence())
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.press("2")
    beep = await caller.hears(BEEP, within=10)
    await caller.hears_silence(lasting=0.1, since=beep.position)
    return caller


async def test_who_rings_the_sim_card_is_greeted_and_can_complain(stage: Stage) -> None:
    caller = await at_the_beep(stage)
    await caller.say(TALK)
    await caller.press("#")
    await heard(caller, Prompt.COMPLAINT_SAVED)
    await heard(caller, Prompt.GOODBYE)
    await caller.ended()
    case = await stage.filed(caller)
    assert case.caller_number == caller.number
    sound = recorded(stage.recording(case))
    assert len(sound) / RATE == pytest.approx(2.5, abs=0.6)
    found = [listen.find(part, sound) for part in np.split(TALK, 10)]
    there = [match.offset for match in found if match.likeness > 0.4]
    assert len(there) >= 8
    assert there == sorted(there)
