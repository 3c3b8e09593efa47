"""A modem that is plugged into a box without lines is found, becomes a line, and answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.control.messages.lines import FoundModem, LineAdd, LineChange
from hotline.media.catalogue import Prompt
from tests.sim.box import BoxUnderTest, running
from tests.sim.gsm import Ec25, Faults, MobileNetwork
from tests.sim.gsm.usb import Stick, UsbTree
from tests.stories.modems import SIM
from tests.stories.stage import PLENTY, Stage, heard, office, voices

pytestmark = pytest.mark.sip_only
PIN = "1234"


@dataclass
class Drawer:
    """A box without any line, and a modem beside it."""

    box: BoxUnderTest
    stick: Stick
    stage: Stage

    async def found(self) -> tuple[FoundModem, ...]:
        return (await asyncio.to_thread(self.box.control.lines_found)).found

    async def used(self) -> str:
        """The owner plugs the modem in and presses the one button; the name of the line."""
        if not await self.found():
            self.stick.plug()
        (one,) = await self.found()
        ask = LineAdd(section=one.section, settings=dict(one.settings), by="maria")
        return await asyncio.to_thread(self.box.control.line_add, ask)

    async def up(self, name: str) -> None:
        await self.box.until(
            lambda status: any(one.name == name and one.up for one in status.lines), f"{name} up"
        )


@pytest_asyncio.fixture(loop_scope="session")
async def drawer(
    request: pytest.FixtureRequest, tmp_path: Path, spoken: Path
) -> AsyncIterator[Drawer]:
    network = MobileNetwork()
    ports = tmp_path / "ports"
    ports.mkdir()
    modem = Ec25(network, ports, SIM, getattr(request, "param", Faults()))
    stick = Stick(modem, UsbTree(tmp_path / "machine"))
    machine = {"HOTLINE_DEVICES": str(stick.tree.root)}
    box = BoxUnderTest(tmp_path, office(), "", PLENTY, environment=machine)
    voice = voices(box.data, spoken)
    try:
        async with running(box):
            yield Drawer(box, stick, Stage(box, network, modem, voice))  # type: ignore[arg-type]
    finally:
        stick.unplug()
        await network.stop()


async def test_a_modem_that_is_plugged_in_is_found_and_answers_once_it_is_used(
    drawer: Drawer,
) -> None:
    assert await drawer.found() == ()
    name = await drawer.used()
    assert name == "mobile"
    await drawer.up(name)
    assert await drawer.found() == ()
    caller = await drawer.stage.called()
    await heard(caller, Prompt.GREETING_OPEN)
    await drawer.stage.clear()


async def test_a_modem_that_was_added_answers_after_a_restart_and_not_once_it_is_removed(
    drawer: Drawer,
) -> None:
    name = await drawer.used()
    await drawer.up(name)
    await drawer.box.stop()
    await drawer.box.start()
    await drawer.up(name)
    await asyncio.to_thread(drawer.box.control.line_remove, name, "maria")
    assert drawer.box.status().lines == ()
    assert [one.words for one in await drawer.found()] == ["Quectel EC25 at USB 1-1.3"]
    assert await drawer.used() == name
    await drawer.up(name)
    caller = await drawer.stage.called()
    await heard(caller, Prompt.GREETING_OPEN)
    await drawer.stage.clear()


@pytest.mark.parametrize("drawer", [Faults(pin=PIN)], indirect=True)
async def test_the_pin_is_asked_for_when_the_card_asks_and_brings_the_line_up(
    drawer: Drawer,
) -> None:
    name = await drawer.used()
    await drawer.box.until(lambda status: status.lines[0].wants == "pin", "the wish for a PIN")
    ask = LineChange(line=name, settings={"pin": PIN}, by="maria")
    await asyncio.to_thread(drawer.box.control.line_change, ask)
    await drawer.up(name)
    assert drawer.box.status().lines[0].wants == ""
    assert PIN not in drawer.box.log()
