"""How a line was, and what happened to it, is told by a box that runs, and outlasts it."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hotline.__main__ import main
from hotline.media.catalogue import Prompt
from hotline.storage import audit, linehistory, linetroubles
from hotline.storage.audit import Act
from hotline.storage.linetroubles import Kind, LineTrouble
from hotline.storage.schema import records_file
from tests.sim.gsm import Faults
from tests.stories.modems import Mobiles, box_with_a_modem
from tests.stories.stage import heard

pytestmark = pytest.mark.sip_only
DAY = timedelta(days=1)


@pytest_asyncio.fixture(loop_scope="session")
async def mobiles(tmp_path: Path, spoken: Path) -> AsyncIterator[Mobiles]:
    async with box_with_a_modem(tmp_path, spoken, named=False, faults=Faults()) as mobiles:
        yield mobiles


def told(mobiles: Mobiles) -> list[LineTrouble]:
    now = datetime.now(UTC)
    with records_file(mobiles.stage.box.data).reading() as database:
        return linetroubles.of_line(database, "mobile", now - DAY)


async def until_up(mobiles: Mobiles, *, up: bool = True) -> None:
    await mobiles.stage.box.until(
        lambda status: next(one for one in status.lines if one.name == "mobile").up is up,
        f"mobile {up}",
        60,
    )


async def told_of(mobiles: Mobiles, kind: Kind) -> LineTrouble:
    """The trouble of this kind, once it is over and on the disk."""
    async with asyncio.timeout(60):
        while True:
            for one in told(mobiles):
                if one.kind is kind and one.ended:
                    return one
            await asyncio.sleep(0.5)


def printed(mobiles: Mobiles, *words: str) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        assert main(["--data", str(mobiles.stage.box.data), "lines", *words]) == 0
    return out.getvalue()


async def test_a_modem_that_is_pulled_out_and_put_back_is_in_the_story_of_its_line(
    mobiles: Mobiles,
) -> None:
    mobiles.stick.unplug()
    await until_up(mobiles, up=False)
    await asyncio.sleep(3)
    mobiles.stick.plug()
    await until_up(mobiles)
    one = await told_of(mobiles, Kind.GONE)
    assert one.seconds >= 3
    assert "gone" in one.why
    whole: dict[str, Any] = json.loads(
        await asyncio.to_thread(printed, mobiles, "history", "mobile", "--json")
    )
    (trouble,) = whole["troubles"]
    assert (trouble["kind"], trouble["number"]) == ("gone", one.number)
    assert whole["hardware"]["usb"]
    text = await asyncio.to_thread(printed, mobiles, "history", "mobile")
    assert "Callers could not reach the line for" in text
    assert "answers callers:" in text


async def test_a_modem_is_restarted_by_hand_once_the_call_on_it_is_over(mobiles: Mobiles) -> None:
    stage = mobiles.stage
    caller = await stage.called()
    await heard(caller, Prompt.GREETING_OPEN)
    said = await asyncio.to_thread(stage.box.control.line_restart, "mobile", "maria")
    assert said == "The modem starts anew as soon as the call on it is over."
    await caller.lasts(2)
    assert caller.ending is None
    await caller.hang_up()
    one = await told_of(mobiles, Kind.ASKED)
    assert one.steps[-1].helped
    await until_up(mobiles)
    with records_file(stage.box.data).reading() as database:
        (entry,) = [one for one in audit.newest(database) if one.what is Act.LINE_RESTARTED]
    assert (entry.person, entry.by) == ("mobile", "maria")
    await heard(await stage.called(), Prompt.GREETING_OPEN)
    seen = await asyncio.to_thread(stage.box.control.line_look, "mobile")
    can = {one.what: one.state for one in seen.abilities}
    assert (can["answers"], can["shows"]) == ("proven", "proven")


async def test_what_was_seen_of_a_line_outlasts_the_box(mobiles: Mobiles) -> None:
    box = mobiles.stage.box
    await box.stop()
    now = datetime.now(UTC)
    with records_file(box.data).reading() as database:
        quarters = linehistory.quarters(database, "mobile", now - DAY, now)
    assert sum(one.watched for one in quarters) > 0
    assert {one.mean for one in quarters} == {-71.0}
