"""What a page's process may send the box, and what it may not; the contract holds the rest."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.sim.browser import HELLO, connected

from hotline.lines import browser
from hotline.lines.browser import BURST, FRAME_BYTES, BrowserLeg, BrowserLine
from hotline.lines.port import Cause, Leg

FRAME = b"S" + bytes(FRAME_BYTES)


class Echo:
    """A place on the bridge from which comes what was said to it, and keys as they are told."""

    def talk(self) -> Echo:
        return self

    def tells(self, _digit: str) -> bool:
        return True

    def swap(self, heard: bytes) -> bytes:
        return heard


class Office:
    """A line with two places, and who rang."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = BrowserLine(path, [Echo(), Echo()])
        self.rings: asyncio.Queue[Leg] = asyncio.Queue()

    async def called(self, hello: bytes = HELLO) -> tuple[socket.socket, Leg]:
        """Somebody's call, and our leg of it."""
        wire = connected(self.path)
        wire.send(hello)
        return wire, await asyncio.wait_for(self.rings.get(), 5)

    async def answered(self) -> tuple[socket.socket, Leg]:
        wire, leg = await self.called()
        await leg.answer()
        assert await told(wire) == b"A"
        return wire, leg


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(tmp_path / "calling.sock")
    await office.line.start(office.rings.put_nowait)
    yield office
    await office.line.stop()


async def told(wire: socket.socket) -> bytes:
    """The next packet from the box; b"" when it has closed."""
    with contextlib.suppress(ConnectionError):
        return await asyncio.to_thread(wire.recv, 1024)
    return b""


async def end_of(leg: Leg) -> Cause:
    return await asyncio.wait_for(asyncio.shield(leg.gone), 5)


async def test_who_calls_is_told_by_name_and_has_no_number(office: Office) -> None:
    _, leg = await office.called(json.dumps({"name": "Maria\r\n" + "x" * 100}).encode())
    assert leg.caller.number is None
    assert leg.caller.name == ("Maria " + "x" * 100)[:64]


@pytest.mark.parametrize(
    "hello", [b"{", b"[]", b"{}", b'{"name": 5}', b"\xff\xfe", FRAME, b"x" * 513, b"[" * 500]
)
async def test_who_does_not_say_who_calls_rings_nowhere(office: Office, hello: bytes) -> None:
    wire = connected(office.path)
    wire.send(hello)
    assert await told(wire) == b""
    assert office.rings.empty()
    assert office.line.free_channels() == 2


@pytest.mark.parametrize(
    "packet",
    [FRAME[:-1], FRAME + b"\0", b"S", b"K", b"K11", b"KA", b"K\xff", b"H1", b"?", b"x" * 9000],
)
async def test_a_packet_that_means_nothing_ends_the_call_and_no_other(
    office: Office, packet: bytes
) -> None:
    other, other_leg = await office.answered()
    wire, leg = await office.answered()
    wire.send(packet)
    assert await end_of(leg) is Cause.FAILED
    other.send(FRAME)
    assert await told(other) == FRAME
    assert not other_leg.gone.done()


async def test_random_packets_never_stop_the_line(office: Office) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    for _ in range(40):
        wire, leg = await office.answered()
        with contextlib.suppress(OSError), wire:
            for _ in range(20):
                kind = chance.choice((b"S", b"K", b"H", b""))
                wire.send(kind + chance.randbytes(chance.choice((0, 1, 2, 320, 600))))
        await end_of(leg)
    assert office.line.free_channels() == 2


async def test_who_sends_without_end_is_cut_off(office: Office) -> None:
    wire, leg = await office.answered()

    def flood() -> None:
        with contextlib.suppress(OSError):
            for _ in range(int(BURST) * 5):
                wire.send(b"K1")

    await asyncio.to_thread(flood)
    assert await end_of(leg) is Cause.FAILED
    assert leg.keys.qsize() <= BURST + 1


async def test_sound_and_keys_in_the_pace_of_a_call_go_through(office: Office) -> None:
    wire, leg = await office.answered()
    for key in "0123456789*#":
        wire.send(FRAME)
        wire.send(b"K" + key.encode())
        assert await told(wire) == FRAME
    keys = [await asyncio.wait_for(leg.keys.get(), 5) for _ in range(12)]
    assert keys == list("0123456789*#")


async def test_a_third_call_is_told_that_it_is_busy_and_nobody_hears_of_it(office: Office) -> None:
    _ = [await office.called(), await office.called()]
    wire = connected(office.path)
    wire.send(HELLO)
    assert await told(wire) == b"B"
    assert office.rings.empty()


async def test_connections_without_end_are_not_taken(office: Office) -> None:
    wires = [await asyncio.to_thread(connected, office.path) for _ in range(9)]
    assert await told(wires[-1]) == b""


async def test_when_the_page_dies_the_call_has_ended(office: Office) -> None:
    wire, leg = await office.answered()
    wire.close()
    assert await end_of(leg) is Cause.HUNG_UP
    assert office.line.free_channels() == 2


async def test_a_page_that_says_nothing_any_more_is_let_go(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "SILENT", browser.SILENT._replace(seconds=0, microseconds=50_000))
    _, leg = await office.answered()
    assert await end_of(leg) is Cause.NO_SOUND


async def test_why_the_box_hangs_up_is_told_before_the_end(office: Office) -> None:
    wire, leg = await office.answered()
    for _ in range(20):
        wire.send(FRAME)  # what the box has not read when it ends the call
    leg.hang_up()
    packets = [await told(wire)]
    while packets[-1]:
        packets.append(await told(wire))
    assert packets[-2:] == [b"Eended by the box", b""]
    assert await end_of(leg) is Cause.OURS


async def test_a_page_that_does_not_read_holds_up_nobody(office: Office) -> None:
    wire, leg = await office.answered()
    for _ in range(250):
        wire.send(FRAME)
    wire.send(b"K1")
    assert await asyncio.wait_for(leg.keys.get(), 5) == "1"
    assert isinstance(leg, BrowserLeg)
    assert not leg.gone.done()


async def test_the_socket_is_for_the_owner_and_the_group_of_the_page(office: Office) -> None:
    assert stat.S_IMODE(office.path.stat().st_mode) == 0o660


async def test_a_box_that_was_killed_takes_calls_again(tmp_path: Path) -> None:
    path = tmp_path / "calling.sock"
    left = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    left.bind(str(path))
    left.close()
    office = Office(path)
    await office.line.start(office.rings.put_nowait)
    await office.called()
    await office.line.stop()


async def test_without_a_place_for_the_socket_only_the_page_cannot_call(tmp_path: Path) -> None:
    line = BrowserLine(tmp_path / "no" / "such" / "folder", [Echo()])
    await line.start(lambda _leg: None)
    assert not line.state().up
    await line.stop()
