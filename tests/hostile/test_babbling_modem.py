"""A modem that has gone mad costs its own line, never the box and never another line."""

from __future__ import annotations

import asyncio
import random
import resource
from pathlib import Path

import pytest

from hotline.lines.gsm import GsmLine
from hotline.lines.port import Leg
from hotline.options import Modem
from tests.sim.gsm import Ec25, Faults, MobileNetwork

WORDS = [
    b"RING", b"+CLIP: ", b"+CLCC: 1,1,4,0,0", b"OK", b"ERROR", b"NO CARRIER", b"BUSY", b"\r", b"\n",
    b"+CREG: ", b'"', b",", b"> ", b"\xff\xff", b"+QTONEDET: 9999999999", b"+CME ERROR: ", b"\x00",
    b"+QPCMV: 0,0", b"AT+CLCC\r", b"1,1,1,1,1", b"9" * 300,
]  # fmt: skip
KILOBYTES = 2000


class NoSound:
    """A bridge that nobody listens to."""

    async def open(self, lost: object) -> None: ...
    def close(self) -> None: ...
    def flow(self, go: bool) -> None: ...
    def end(self) -> None: ...
    async def begin(self) -> None: ...

    def tells(self, digit: str) -> bool:
        return True

    def talk(self) -> NoSound:
        return self


@pytest.mark.parametrize("seed", range(3))
async def test_babble_neither_ends_nor_swells_the_line(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    rings: list[Leg] = []
    network = MobileNetwork()
    with Ec25(network, tmp_path, "+37369000900", Faults()) as modem:
        line = GsmLine(Modem("mobile", modem.at, modem.sound, "ec25"), "MD", NoSound())
        up = asyncio.Event()
        line.on_state = lambda state: up.set() if state.up else None
        await line.start(rings.append)
        await asyncio.wait_for(up.wait(), 15)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(KILOBYTES):
            babble = b"".join(dice.choice(WORDS) for _ in range(60))
            modem.babble(babble[:1024])
            await asyncio.sleep(0)
        modem.babble(b"\r\nERROR\r\n")
        for leg in rings:
            leg.hang_up()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 20_000, f"kilobytes, with seed {seed}"
        await _answers_again(line, network, rings)
        await line.stop()
    await network.stop()


async def _answers_again(line: GsmLine, network: MobileNetwork, rings: list[Leg]) -> None:
    """Somebody calls until the line, which may be opening its modem anew, takes the call."""
    async with asyncio.timeout(30):
        while True:
            rings.clear()
            call = await network.caller("+37369000101").call()
            for _ in range(30):
                await call.lasts(0.1)
                if any(leg.caller.number == "+37369000101" for leg in rings):
                    await call.hang_up()
                    return
            await call.hang_up()
