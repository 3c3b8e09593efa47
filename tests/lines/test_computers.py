"""A page at which calls are taken, and the box: what either may say, and when it is over."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.lines.test_browser import FRAME, Echo, end_of, told
from tests.sim.browser import connected

from hotline.errors import LineDown
from hotline.lines import browser, computers
from hotline.lines.browser import MOST_COMPUTERS, BrowserLine
from hotline.lines.computers import Computers
from hotline.lines.port import Cause, Leg


class House:
    """A box with computers in it, and how often somebody there came or went."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = BrowserLine(path, [Echo(), Echo()])
        self.places: list[Echo] = []
        self.rings: asyncio.Queue[Leg] = asyncio.Queue()
        self.changes: asyncio.Queue[None] = asyncio.Queue()
        self.computers = Computers(self._place, lambda: self.changes.put_nowait(None))
        self.line.on_computer = self.computers.came

    def _place(self) -> Echo:
        self.places.append(Echo())
        return self.places[-1]

    async def opened(self, person: str = "ana") -> socket.socket:
        """A page of this person that rings from now on."""
        wire = connected(self.path)
        wire.send(json.dumps({"name": person, "person": person}).encode())
        assert await told(wire) == b"O"
        return wire

    async def until_gone(self, person: str) -> None:
        async with asyncio.timeout(20):
            while person in self.computers.there():
                await self.changes.get()


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path / "calling.sock")
    await house.line.start(house.rings.put_nowait)
    yield house
    await house.line.stop()


async def word(wire: socket.socket) -> bytes:
    """The next packet that is no ping."""
    while (packet := await told(wire)) == b"P":
        pass
    return packet


async def test_a_call_is_rung_taken_heard_and_hung_up_and_the_next_one_comes(house: House) -> None:
    wire = await house.opened()
    for _ in range(2):
        leg = house.computers.ring("ana", "+37322111222", "orders")
        ring = await word(wire)
        assert json.loads(ring[1:]) == {"caller": "+37322111222", "about": "orders"}
        wire.send(b"T")
        await asyncio.wait_for(asyncio.shield(leg.answered), 20)
        assert await word(wire) == b"A"
        wire.send(b"K5")
        wire.send(FRAME)
        assert await word(wire) == FRAME
        assert await asyncio.wait_for(leg.keys.get(), 20) == "5"
        wire.send(b"H")
        assert await end_of(leg) is Cause.HUNG_UP
        assert await word(wire) == b"E"
    assert len(house.places) == 1, "a place on the bridge is never given back to the system"


async def test_not_now_is_told_as_that(house: House) -> None:
    wire = await house.opened()
    leg = house.computers.ring("ana", "", "")
    wire.send(b"N")
    assert await end_of(leg) is Cause.REJECTED
    assert house.computers.there() == {"ana"}


@pytest.mark.parametrize("taken", [True, False])
async def test_a_page_that_is_gone_has_not_hung_up(house: House, taken: bool) -> None:
    wire = await house.opened()
    leg = house.computers.ring("ana", "", "")
    if taken:
        wire.send(b"T")
        await asyncio.wait_for(asyncio.shield(leg.answered), 20)
    wire.close()
    assert await end_of(leg) is Cause.LINE_FAILED
    await house.until_gone("ana")
    with pytest.raises(LineDown):
        house.computers.ring("ana", "", "")


async def test_a_laptop_that_was_closed_is_noticed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "SILENT", browser.SILENT._replace(seconds=0, microseconds=90_000))
    await house.opened()
    await house.until_gone("ana")


async def test_a_page_that_answers_the_pings_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computers, "PING_S", 0.01)
    wire = await house.opened()
    for _ in range(5):
        assert await told(wire) == b"P"
        wire.send(b"P")
    assert house.computers.there() == {"ana"}


async def test_the_newer_window_takes_the_calls_and_the_older_one_is_told(house: House) -> None:
    older = await house.opened()
    newer = await house.opened()
    assert await word(older) == b"W"
    older.close()
    house.computers.ring("ana", "", "")
    assert (await word(newer))[:1] == b"R"


async def test_only_so_many_computers_are_taken_and_callers_still_get_through(
    house: House,
) -> None:
    wires = [await house.opened(f"p{n}") for n in range(MOST_COMPUTERS)]
    one_more = connected(house.path)
    one_more.send(b'{"name": "eva", "person": "eva"}')
    assert await told(one_more) == b"B"
    caller = connected(house.path)
    caller.send(b'{"name": "maria"}')
    await asyncio.wait_for(house.rings.get(), 20)
    assert len(wires) == len(house.computers.there())


@pytest.mark.parametrize("packet", [b"X", b"TT", b"O", b"R{}", b"S1", b"x" * 600])
async def test_what_no_page_of_ours_says_ends_the_connection(house: House, packet: bytes) -> None:
    wire = await house.opened()
    wire.send(packet)
    await house.until_gone("ana")


async def test_a_caller_may_not_say_what_a_computer_says(house: House) -> None:
    caller = connected(house.path)
    caller.send(b'{"name": "maria"}')
    caller.send(b"T")
    assert await told(caller) == b""


@pytest.mark.parametrize("hello", [b'{"name": "a", "person": 5}', b'{"person": "ana"}'])
async def test_who_does_not_say_who_takes_calls_takes_none(house: House, hello: bytes) -> None:
    wire = connected(house.path)
    wire.send(hello)
    assert await told(wire) == b""
    assert not house.computers.there()


async def test_a_long_name_of_a_topic_still_fits_into_a_packet(house: House) -> None:
    wire = await house.opened()
    house.computers.ring("ana", "9" * 600, "ж🌼\r\n" * 300)
    ring = await word(wire)
    assert len(ring) <= browser.PACKET_BYTES
    assert set(json.loads(ring[1:])) == {"caller", "about"}
