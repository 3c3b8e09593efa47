"""The common cheap set-ups: one SIM card, or two, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.media.catalogue import Prompt
from tests.sim.sip import behaviours
from tests.sim.sound import Silence, noise
from tests.stories.modems import SIM, box_with_modems
from tests.stories.stage import STAFF, Stage, beep, heard, office, person

ANA_NUMBER, ANA = STAFF["ana"]
SECOND_SIM = "+37369000901"
AT_ONCE = behaviours.answers(after=0.1, thinks=0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_two(
    tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("box")
    async with box_with_modems(folder, spoken, (SIM, SECOND_SIM)) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def two(shared_two: Stage) -> AsyncIterator[Stage]:
    yield shared_two
    await shared_two.clear()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_one(
    tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("box")
    async with box_with_modems(folder, spoken, (SIM,)) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def one(shared_one: Stage) -> AsyncIterator[Stage]:
    yield shared_one
    await shared_one.clear()


async def test_with_two_sim_cards_caller_and_staff_hear_each_other(two: Stage) -> None:
    await two.opens(office(person("ana")))
    ana = two.staff("ana", AT_ONCE)
    caller = await two.forwarded()
    rung = await ana.rings()
    await caller.hears(ANA, lasting=2)
    await rung.hears(caller.manner.sound, lasting=2)
    await rung.hang_up()
    await heard(caller, Prompt.GOODBYE)
    assert (await two.story(caller)).call.outcome == "spoken"


@pytest.mark.parametrize("keys", ["told", "sound"])
async def test_with_two_sim_cards_the_colleague_holds_the_caller_with_the_keys_of_a_mobile(
    two: Stage, keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for modem in two.exchange.modems:  # type: ignore[attr-defined]
        monkeypatch.setattr(modem.faults, "keys", keys)
    await two.opens(office(person("ana")))
    ana = two.staff("ana", AT_ONCE)
    caller = await two.called()
    await caller.hears_speech()
    await caller.press("1")
    rung = await ana.rings()
    await caller.hears(ANA)
    await rung.press("*1")
    await two.step(caller, "on_hold")
    await rung.hears_no_more(caller.manner.sound)
    await rung.press("*1")
    await two.step(caller, "back_again")
    await caller.hears(ANA)
    await rung.hears(caller.manner.sound)


async def test_with_two_sim_cards_who_gives_up_ends_the_ringing(two: Stage) -> None:
    await two.opens(office(person("ana")))
    ana = two.staff("ana", behaviours.never_answers())
    caller = await two.forwarded()
    rung = await ana.rings()
    await caller.hang_up()
    assert not (await rung.ended(within=5)).ours


async def test_with_one_sim_card_who_asks_for_a_person_leaves_word_and_staff_is_told_at_once(
    one: Stage,
) -> None:
    await one.opens(office(person("ana"), recording_notice={}))
    caller = await one.called(tone=Silence())
    await caller.press("1")
    await heard(caller, Prompt.NOBODY_NOW, within=4)
    await beep(caller)
    await caller.say(noise(1.5, seed=7))
    await caller.press("#")
    await heard(caller, Prompt.MESSAGE_SAVED)
    await caller.ended()
    assert (await one.story(caller)).call.outcome == "message"
    texts = one.exchange.texts  # type: ignore[attr-defined]
    await texts.arrives(ANA_NUMBER, words=caller.number)
