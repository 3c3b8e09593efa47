"""What the mobile network does with callers is what the owner wants, and is undone in the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.control.messages.status import StatusAnswer
from hotline.media.catalogue import Prompt
from tests.sim.gsm import Faults
from tests.stories.modems import Mobiles, box_with_a_modem, modem_table
from tests.stories.stage import STAFF, heard, office, person

ALWAYS, UNREACHABLE = 0, 3
ANA = STAFF["ana"][0]
BOTH = (person("ana"), person("ion"))
ANAS_SHIFT = office(*BOTH, shifts=[{"person": "ana", "days": "mon-sun", "time": "00:00-24:00"}])
IONS_SHIFT = office(*BOTH, shifts=[{"person": "ion", "days": "mon-sun", "time": "00:00-24:00"}])
CHOSEN = 'divert_to = ["ana"]'
OWNER, VOICEMAIL = "+37369111222", "+37369000999"
BOTH_WAYS = f'when_dead = "{OWNER}"\n{CHOSEN}'
SEEN_S = 40.0  # the network is asked only when it was quiet for a while


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> AsyncIterator[Mobiles]:
    folder = tmp_path_factory.mktemp("box")
    async with box_with_a_modem(folder, spoken, more=BOTH_WAYS, faults=Faults()) as mobiles:
        await mobiles.stage.opens(office())
        yield mobiles


async def restarted(mobiles: Mobiles, modem: str | None) -> None:
    """Stop the box and start it with this in its [[modem]], None: without one. All lines are up."""
    box = mobiles.stage.box
    await box.stop()
    trunk = box.trunks.partition("\n[[modem]]")[0]
    box.trunks = trunk + ("" if modem is None else modem_table("mobile", mobiles.modem, modem))
    box.write_settings()
    await box.start()
    ups = [True] if modem is None else [True, True]
    await box.until(lambda status: [line.up for line in status.lines] == ups, "all lines up", 20)


async def until_sent(mobiles: Mobiles, reason: int, to: str) -> None:
    """Wait until the network sends these callers there; "": to the box."""

    def there(_status: StatusAnswer) -> bool:
        return mobiles.modem.services.diverts.get(reason, "") == to

    await mobiles.stage.box.until(there, f"callers sent to {to or 'the box'}", SEEN_S)


async def test_a_sim_card_that_was_taken_out_is_told_of_until_its_divert_is_undone(
    mobiles: Mobiles,
) -> None:
    box = mobiles.stage.box
    if BOTH_WAYS not in box.trunks:  # this is not the first try
        await restarted(mobiles, BOTH_WAYS)
    await until_sent(mobiles, UNREACHABLE, OWNER)
    await restarted(mobiles, None)
    for command in ("doctor", "lines"):
        said = " ".join((await box.command(command, code=None)).split())
        assert "still sends callers elsewhere. It was the line mobile: +373 69… 22 Put it" in said
    assert mobiles.modem.services.diverts == {UNREACHABLE: OWNER}
    await restarted(mobiles, CHOSEN)
    await until_sent(mobiles, UNREACHABLE, "")
    assert box.status().diverts_left == ()


async def test_at_the_owners_word_the_network_sends_every_caller_to_somebody_and_back(
    mobiles: Mobiles,
) -> None:
    stage, box = mobiles.stage, mobiles.stage.box
    mobiles.modem.services.diverts[UNREACHABLE] = VOICEMAIL
    said = await box.command("divert", "mobile", "069 111 222")
    assert f"mobile: every caller is sent straight to {OWNER}." in said
    past = await stage.caller().call()
    assert past.modem.number == OWNER
    said = " ".join((await box.command("lines")).split())
    assert "The mobile network sends every caller straight on, past the box. +373 69… 22" in said
    assert await box.records("divert", "mobile") == {"always": OWNER, "unreachable": VOICEMAIL}
    assert "mobile: callers reach the box." in await box.command("divert", "mobile", "off")
    await heard(await stage.called(), Prompt.GREETING_OPEN)


async def test_a_number_or_a_network_that_does_not_do_it_is_named(mobiles: Mobiles) -> None:
    box, services = mobiles.stage.box, mobiles.modem.services
    said = await box.command("divert", "mobile", "+40722123456", code=1)
    assert "is abroad (RO)" in said
    services.refuses = 133
    said = await box.command("divert", "mobile", OWNER, code=1)
    assert "Diverting calls is not part of this SIM card's plan. Ask the operator" in said
    services.refuses = None
    assert ALWAYS not in services.diverts


async def test_during_a_chosen_shift_callers_reach_the_person_and_afterwards_the_box(
    mobiles: Mobiles,
) -> None:
    stage = mobiles.stage
    await stage.opens(ANAS_SHIFT)
    await until_sent(mobiles, ALWAYS, ANA)
    past = await stage.caller().call()
    assert past.modem.number == ANA
    await stage.opens(IONS_SHIFT)
    await until_sent(mobiles, ALWAYS, "")
    await heard(await stage.called(), Prompt.GREETING_OPEN)


async def test_a_shift_that_ends_while_the_power_is_cut_is_over_for_the_network_too(
    mobiles: Mobiles,
) -> None:
    box = mobiles.stage.box
    await mobiles.stage.opens(ANAS_SHIFT)
    await until_sent(mobiles, ALWAYS, ANA)
    box.kill()
    await box.ended()
    assert mobiles.modem.services.diverts[ALWAYS] == ANA
    (box.data / "office.yaml").write_text(IONS_SHIFT)
    await box.command("office", "import", str(box.data / "office.yaml"))
    await box.start()
    await until_sent(mobiles, ALWAYS, "")


async def test_a_box_that_is_stopped_in_a_shift_takes_its_callers_back(mobiles: Mobiles) -> None:
    await mobiles.stage.opens(ANAS_SHIFT)
    await until_sent(mobiles, ALWAYS, ANA)
    await mobiles.stage.box.stop()
    assert ALWAYS not in mobiles.modem.services.diverts
    await mobiles.stage.box.start()
