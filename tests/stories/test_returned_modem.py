"""Who rang the SIM card is called back over it, and a number can come to the colleague by text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.media.catalogue import Prompt
from tests.sim.gsm import Faults
from tests.sim.sip import behaviours
from tests.sim.sound import Tone
from tests.stories.modems import Mobiles, box_with_a_modem
from tests.stories.stage import STAFF, heard, office, person

ANA_NUMBER, ANA = STAFF["ana"]
VERA = Tone(1800)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> AsyncIterator[Mobiles]:
    folder = tmp_path_factory.mktemp("box")
    async with box_with_a_modem(folder, spoken, sip_first=True, faults=Faults()) as mobiles:
        yield mobiles


async def missed(mobiles: Mobiles) -> tuple[str, int]:
    """Somebody rings the SIM card and hangs up in the greeting: number and call."""
    await mobiles.stage.opens(office(person("ana")))
    caller = await mobiles.stage.called(tone=VERA)
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.hang_up()
    return caller.number, (await mobiles.stage.story(caller)).call.id


async def test_the_colleague_over_sip_and_the_caller_over_the_modem_hear_each_other(
    mobiles: Mobiles,
) -> None:
    number, call = await missed(mobiles)
    ana = mobiles.sip.staff("ana", behaviours.answers(after=0.1, thinks=0))
    vera = mobiles.stage.exchange.mobile(number, behaviours.answers_silently(after=0.1), tone=VERA)
    await mobiles.stage.box.command("back", str(call), "--person", "ana")
    mine = await ana.rings()
    theirs = await vera.rings()
    await theirs.hears(ANA)
    await mine.hears(VERA)
    await mine.hang_up()
    await mobiles.stage.box.until(
        lambda _: not mobiles.stage.missed(number), "the list without the caller"
    )
    (newest, *_) = mobiles.stage.stories(number)
    assert (newest.call.line, newest.call.outgoing) == ("mobile", True)
    mobiles.stage.exchange.dialled.clear()


async def test_the_number_comes_by_text_to_who_calls_from_the_own_telephone(
    mobiles: Mobiles,
) -> None:
    number, call = await missed(mobiles)
    await mobiles.stage.box.command("back", str(call), "--person", "ana", "--text")
    told = await mobiles.modem.network.texts.arrives(ANA_NUMBER, f"Call back: {number}")
    assert told.startswith(f"Call back: {number}, ")
    assert mobiles.sip.exchange.dialled == mobiles.stage.exchange.dialled == []
