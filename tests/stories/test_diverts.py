"""What the mobile network does with callers is what the owner wants, and is undone in the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.control.messages import StatusAnswer
from tests.sim.gsm import Faults
from tests.stories.modems import Mobiles, box_with_a_modem, clear, modem_table
from tests.stories.stage import office

UNREACHABLE = 3
OWNER, VOICEMAIL = "+37369111222", "+37369000999"
SEEN_S = 40.0  # the network is asked only when it was quiet for a while


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> AsyncIterator[Mobiles]:
    folder = tmp_path_factory.mktemp("box")
    async with box_with_a_modem(folder, spoken, faults=Faults()) as mobiles:
        await mobiles.stage.opens(office())
        yield mobiles


@pytest_asyncio.fixture(loop_scope="session")
async def mobiles(shared: Mobiles) -> AsyncIterator[Mobiles]:
    yield shared
    await clear(shared)


async def restarted(mobiles: Mobiles, modem: str | None, before: Callable[[], None]) -> None:
    """Stop the box, then `before`, and start it with this in its [[modem]]; None: without one.

    All lines are up again.
    """
    box = mobiles.stage.box
    await box.stop()
    before()
    trunk = box.trunks.partition("\n[[modem]]")[0]
    table = "" if modem is None else modem_table("mobile", mobiles.modem, modem)
    box.trunks = trunk + table
    box.write_settings()
    await box.start()
    count = 1 if modem is None else 2
    await box.until(
        lambda status: [line.up for line in status.lines] == [True] * count, "all lines up", 20
    )


def nothing() -> None:
    """Between stop and start nothing happens."""


async def until_diverted(mobiles: Mobiles, wanted: dict[int, str]) -> None:
    """Wait until the network keeps exactly these diverts."""

    def there(_status: StatusAnswer) -> bool:
        return mobiles.modem.services.diverts == wanted

    await mobiles.stage.box.until(there, f"the diverts {wanted}", SEEN_S)


async def test_a_sim_card_that_was_taken_out_is_told_of_until_its_divert_is_undone(
    mobiles: Mobiles,
) -> None:
    box, diverts = mobiles.stage.box, mobiles.modem.services.diverts
    diverts[UNREACHABLE] = VOICEMAIL
    await restarted(mobiles, f'when_dead = "{OWNER}"', nothing)
    await until_diverted(mobiles, {UNREACHABLE: OWNER})
    await restarted(mobiles, None, nothing)
    for command in ("doctor", "lines"):
        said = " ".join((await box.command(command, code=None)).split())
        assert "still sends callers elsewhere. It was the line mobile: +373 69… 22 Put it" in said
    assert diverts == {UNREACHABLE: OWNER}
    await restarted(mobiles, "", nothing)
    await until_diverted(mobiles, {UNREACHABLE: VOICEMAIL})
    assert box.status().diverts_left == ()
