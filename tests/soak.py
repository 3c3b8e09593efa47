"""Modems that are pulled out, hang and lie, over and over: `python -m tests.soak [TIMES] [SEED]`.

One line of the box on a simulated modem, another one beside it that nothing may disturb. After each
trouble somebody calls until the box answers: that is the recovery. Time is virtual, the bytes are
real; the figures are what the box waits for, not how fast this machine is.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import random
import secrets
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotline.errors import CallerGone
from hotline.lines.finder import Finder
from hotline.lines.gsm import GsmLine
from hotline.lines.place import Place
from hotline.lines.port import Leg, LineState
from hotline.lines.quirks import MODELS
from hotline.options import Modem
from hotline.tty import Tty, opened
from tests.sim import virtual
from tests.sim.gsm import Ec25, Faults, MobileNetwork
from tests.sim.gsm.usb import EC25, STORAGE, SimulatedBus, Stick, UsbTree

REPLUGGED_S, HUNG_S = 15.0, 60.0  # what the design promises
BOOTS_S, DEAF_S = 8.0, 2.0
STEADY_S = 50.0  # between two troubles: what follows sooner is one trouble
GIVEN_UP_S = 300.0
OURS, OTHERS = "1-1.3", "1-1.4"
RINGS_S, PATIENCE_S = 3.0, 45.0  # of a caller: until it rings at the box, and from then on


class SoundDouble:
    """The bridge's side: opens the sound port as the real one does, and carries nothing."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._tty: Tty | None = None

    async def open(self, lost: Callable[[str], None]) -> None:
        self._tty = Tty(await opened(self._place.sound()), lambda _data: None, lost)

    def close(self) -> None:
        if self._tty is not None:
            self._tty.close()

    async def begin(self) -> None: ...

    def end(self) -> None: ...

    def flow(self, go: bool) -> None: ...

    def silent_for(self) -> tuple[float, float, float]:
        return 0.0, 0.0, 0.0

    def talk(self) -> SoundDouble:
        return self

    def tells(self, digit: str) -> bool:
        return True


@dataclass
class Desk:
    """One line and the modem below it."""

    stick: Stick
    line: GsmLine
    rings: asyncio.Queue[Leg] = field(default_factory=asyncio.Queue)
    states: list[LineState] = field(default_factory=list)

    @property
    def modem(self) -> Ec25:
        return self.stick.modem

    async def answers(self, number: str) -> bool:
        """Somebody calls: does the box answer? They hang up afterwards, or when nothing comes."""
        call = await self.modem.network.caller(number).call(self.modem)
        taken = asyncio.create_task(self._takes(number))
        over = asyncio.create_task(call.ended(RINGS_S + PATIENCE_S))
        await asyncio.wait({taken, over}, return_when=asyncio.FIRST_COMPLETED)
        answered = taken.done() and taken.result() and call.answered_at is not None
        await call.hang_up()
        for task in (taken, over):
            task.cancel()
        await asyncio.gather(taken, over, return_exceptions=True)
        await self.idle()
        return answered

    async def _takes(self, number: str) -> bool:
        """Does it ring at the box in time, and does the box answer?"""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RINGS_S) as patience:
                while True:
                    leg = await self.rings.get()
                    if leg.caller.number != number:
                        continue
                    patience.reschedule(asyncio.get_running_loop().time() + PATIENCE_S)
                    with contextlib.suppress(CallerGone):
                        await leg.answer()
                        return True
        return False

    async def idle(self) -> None:
        """Until the box knows, too, that the call is over."""
        for _ in range(round(GIVEN_UP_S / 0.25)):
            if self.line.free_channels() or not self.line.state().up:
                return
            await asyncio.sleep(0.25)
        raise AssertionError("a call that is over holds the line")


@dataclass
class World:
    """Two modems, each with its line."""

    tree: UsbTree
    network: MobileNetwork
    ours: Desk
    other: Desk
    finder: Finder
    dice: random.Random

    @property
    def stick(self) -> Stick:
        return self.ours.stick

    @property
    def modem(self) -> Ec25:
        return self.stick.modem

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def soon(self) -> Awaitable[None]:
        """Some seconds."""
        return asyncio.sleep(self.dice.uniform(0, 20))


@contextlib.asynccontextmanager
async def world(folder: Path, dice: random.Random) -> AsyncIterator[World]:
    """Both lines up."""
    tree, network = UsbTree(folder), MobileNetwork()
    sticks = [_stick(network, tree, folder, path) for path in (OURS, OTHERS)]
    finder = Finder(SimulatedBus(tree, sticks))
    desks = [_desk(stick, finder) for stick in sticks]
    for desk in desks:
        desk.stick.plug()
        await desk.line.start(desk.rings.put_nowait)
    one = World(tree, network, *desks, finder, dice)
    for desk in desks:
        await recovered(one, desk, 60)
        desk.states.clear()
    yield one
    for desk in desks:
        await desk.line.stop()
        desk.stick.unplug()
    await network.stop()


def _stick(network: MobileNetwork, tree: UsbTree, folder: Path, path: str) -> Stick:
    ports = folder / f"ports {path}"
    ports.mkdir()
    stick = Stick(Ec25(network, ports, "+37369000900", Faults()), tree, path)
    stick.boots_s, stick.deaf_s = BOOTS_S, DEAF_S
    stick.modem.listened_to = False  # nobody does
    return stick


def _desk(stick: Stick, finder: Finder) -> Desk:
    told = Modem(f"modem-{stick.path[-1]}", usb=stick.path)
    place = Place(told, finder, MODELS[told.model].restart)
    desk = Desk(stick, GsmLine(told, "MD", SoundDouble(place), place))
    desk.line.on_state = desk.states.append
    return desk


async def recovered(one: World, desk: Desk, within: float) -> float:
    """Somebody calls until the box answers; when that was. AssertionError after `within`."""
    began = one.now()
    while one.now() - began < within:
        if desk.line.state().up and await desk.answers(f"+373690{one.dice.randrange(10**5):05}"):
            return one.now()
        await asyncio.sleep(0.25)
    raise AssertionError(f"not answered within {within:g} s: {desk.line.state().words}")


# -- what goes wrong -------------------------------------------------------------------------------
# Each returns when the modem can be of use again, or from when on the box has to see to it.

Trouble = Callable[[World], Awaitable[float]]
UNPLUGGED: dict[str, Trouble] = {}
HUNG: dict[str, Trouble] = {}


def _in(table: dict[str, Trouble]) -> Callable[[Trouble], Trouble]:
    def put(trouble: Trouble) -> Trouble:
        table[trouble.__name__.replace("_", " ")] = trouble
        return trouble

    return put


async def _replugged(one: World) -> float:
    """Plugged in, and its ports are there."""
    one.stick.plug()
    await asyncio.sleep(BOOTS_S)
    return one.now()


@_in(UNPLUGGED)
async def unplugged(one: World) -> float:
    one.stick.unplug()
    await one.soon()
    return await _replugged(one)


@_in(UNPLUGGED)
async def unplugged_while_it_rings(one: World) -> float:
    await one.network.caller("+37369000777").call(one.modem)
    await asyncio.sleep(one.dice.uniform(0, 0.4))
    return await unplugged(one)


@_in(UNPLUGGED)
async def unplugged_in_a_call(one: World) -> float:
    await one.network.caller("+37369000777").call(one.modem)
    leg = await one.ours.rings.get()
    with contextlib.suppress(CallerGone):
        await leg.answer()
    end = await unplugged(one)
    assert leg.gone.done(), "a call over an unplugged modem goes on"
    return end


@_in(UNPLUGGED)
async def its_ports_vanish_one_by_one(one: World) -> float:
    for number in one.dice.sample([0, 1], 2):
        one.stick.lose(number)
        await asyncio.sleep(one.dice.uniform(0, 3))
    return await unplugged(one)


@_in(UNPLUGGED)
async def only_its_sound_vanishes(one: World) -> float:
    one.stick.lose(1)
    return await unplugged(one)


@_in(UNPLUGGED)
async def it_restarts_by_itself(one: World) -> float:
    one.stick.cycle()
    await asyncio.sleep(BOOTS_S)
    return one.now()


@_in(UNPLUGGED)
async def it_shows_itself_as_a_disk_first(one: World) -> float:
    one.stick.unplug()
    one.tree.show(OURS, EC25, {0: None}, STORAGE)
    await one.soon()
    one.tree.hide(OURS)
    return await _replugged(one)


@_in(UNPLUGGED)
async def a_loose_plug(one: World) -> float:
    for _ in range(5):
        one.stick.unplug()
        await asyncio.sleep(one.dice.uniform(0.1, 2))
        one.stick.plug()
        await asyncio.sleep(one.dice.uniform(0.1, 12))
    return await unplugged(one)


def _ill(name: str, cured_by: str, **faults: Any) -> None:
    """A hang that only the box can end, by this rung."""

    async def trouble(one: World) -> float:
        one.stick.falls_ill(cured_by, **faults)
        return one.now()

    HUNG[name] = trouble


def _for_a_while(name: str, **faults: Any) -> None:
    """A fault that ends by itself."""

    async def trouble(one: World) -> float:
        one.stick.falls_ill("nothing", **faults)
        await one.soon()
        one.stick.recovers()
        return one.now()

    HUNG[name] = trouble


_ill("silent until it is restarted", "restart")
_ill("silent until its USB is reset", "reset")
_ill("silent until its power is off", "power")
_ill("says ERROR to all, until it is restarted", "restart", every="ERROR")
_ill("says ERROR to all, until its power is off", "power", every="+CME ERROR: 100")
_ill("loses half of each answer, until it is restarted", "restart", half=True)
_ill("lists no calls, until it is restarted", "restart", answers={"AT+CLCC": "ERROR"})
_ill("never answers a call, until it is restarted", "restart", late={"ATA": 1e6})
_ill("refuses to answer a call, until it is restarted", "restart", answers={"ATA": "ERROR"})
_ill("slow beyond all patience, until its USB is reset", "reset", takes=100.0)
_for_a_while("silent for a while")
_for_a_while("every answer comes late for a while", takes=6.0)
_for_a_while("answers shifted by one for a while", late={"AT+CREG?": 5.5, "AT+CSQ": 5.2})
_for_a_while("without a network for a while", creg=2, cereg=2)
_for_a_while("refused by the network for a while", creg=3, cereg=3)
_for_a_while("unknown to 4G, known to 2G", creg=1, cereg=4)
_for_a_while("CR CR LF for a while", line_end="\r\r\n")
_for_a_while("torn to single bytes for a while", split=True)
_for_a_while("reports inside of answers for a while", inside='^RSSI:26\r\n\r\n+QIND: "csq",21,99')
_for_a_while("reports of calls are lost for a while", ends=False, reports=False, clip="none")


@_in(HUNG)
async def forgets_its_settings(one: World) -> float:
    one.modem.forgets()
    return one.now()


@_in(HUNG)
async def restarts_its_firmware_and_says_so(one: World) -> float:
    one.modem.forgets("RDY")
    return one.now()


@_in(HUNG)
async def its_sim_card_is_busy_after_a_restart(one: World) -> float:
    one.modem.faults.sim_busy = one.dice.randrange(1, 10)
    one.modem.forgets("RDY")
    return one.now()


@_in(HUNG)
async def no_sim_card_for_a_while(one: World) -> float:
    one.stick.falls_ill("nothing", answers={"AT+CPIN?": "+CME ERROR: 10"})
    one.modem.forgets("RDY")
    await one.soon()
    one.stick.recovers()
    return one.now()


@_in(HUNG)
async def stuck_at_a_prompt(one: World) -> float:
    one.modem.texts.prompting = 20
    return one.now()


@_in(HUNG)
async def flooded_with_texts(one: World) -> float:
    for _ in range(50):
        one.modem.babble(b'\r\n+CMTI: "SM",1\r\n' * 50)
        await asyncio.sleep(0.02)
    return one.now()


@_in(HUNG)
async def babbles(one: World) -> float:
    for _ in range(60):
        one.modem.babble(one.dice.randbytes(1000))
        await asyncio.sleep(0.02)
    return one.now()


@_in(HUNG)
async def does_not_end_a_call_until_it_is_restarted(one: World) -> float:
    await one.network.caller("+37369000778").call(one.modem)
    leg = await one.ours.rings.get()
    one.stick.falls_ill("restart", answers={"AT+CHUP": "OK", "ATH": "OK"})
    with contextlib.suppress(CallerGone):
        await leg.answer()
    leg.hang_up()
    return one.now()


@_in(HUNG)
async def silent_in_a_call_until_it_is_restarted(one: World) -> float:
    await one.network.caller("+37369000779").call(one.modem)
    leg = await one.ours.rings.get()
    with contextlib.suppress(CallerGone):
        await leg.answer()
    one.stick.falls_ill("restart")
    return one.now()


def _stands_still(one: World) -> None:
    """The box's process is stopped for minutes, as on a machine that sleeps, and goes on."""
    virtual.leap(one.dice.uniform(60, 600))


@_in(HUNG)
async def the_box_stood_still(one: World) -> float:
    _stands_still(one)
    return one.now()


@_in(HUNG)
async def the_box_stood_still_in_a_call(one: World) -> float:
    await one.network.caller("+37369000776").call(one.modem)
    leg = await one.ours.rings.get()
    while_it_rings = one.dice.random() < 0.5
    if while_it_rings:
        _stands_still(one)
    with contextlib.suppress(CallerGone):
        await leg.answer()
    if not while_it_rings:
        _stands_still(one)
    woke = one.now()
    leg.hang_up()
    return woke


@_in(HUNG)
async def the_box_stood_still_while_it_brought_a_modem_back(one: World) -> float:
    one.stick.falls_ill(one.dice.choice(["restart", "reset", "power"]))
    await asyncio.sleep(one.dice.uniform(0, 40))
    _stands_still(one)
    return one.now()


ALL = {name: (trouble, REPLUGGED_S) for name, trouble in UNPLUGGED.items()} | {
    name: (trouble, HUNG_S) for name, trouble in HUNG.items()
}


# -- the run ---------------------------------------------------------------------------------------


@dataclass
class Report:
    """Seconds to each recovery, by trouble; what never recovered, or too late."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)

    def of(self, table: dict[str, Trouble]) -> list[float]:
        return [seconds for name in table for seconds in self.took[name]]


async def soak(folder: Path, seed: int, names: list[str], report: Report) -> None:
    """These troubles, one after another, on the same daemon's lines."""
    dice = random.Random(seed)

    def fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        report.failures.append(f"a fault of the soak itself: {context}")
        loop.stop()

    asyncio.get_running_loop().set_exception_handler(fault)
    async with world(folder, dice) as one:
        for turn, name in enumerate(names):
            trouble, limit = ALL[name]
            await asyncio.sleep(one.dice.uniform(STEADY_S, STEADY_S + 10))
            since = await trouble(one)
            try:
                took = max(0.0, await recovered(one, one.ours, GIVEN_UP_S) - since)
            except AssertionError as why:
                report.failures.append(f"{name}, turn {turn}: {why}")
                return
            report.took[name].append(took)
            if took > limit:
                report.failures.append(f"{name}, turn {turn}: {took:.1f} s instead of {limit:g}")
            _clear(one)
            if turn % 100 == 99:
                print(f"{turn + 1} done; failures: {report.failures}", flush=True)
        down = [state.words for state in one.other.states if not state.up]
        if down:
            report.failures.append(f"the other line was disturbed: {down}")


def _clear(one: World) -> None:
    """Nothing of one trouble reaches the next."""
    one.stick.recovers()
    while not one.ours.rings.empty():
        one.ours.rings.get_nowait().hang_up()
    one.network.calls.clear()
    one.stick.done_to_it.clear()
    one.modem.commands.clear()


def run(seed: int, names: list[str], report: Report) -> None:
    """In a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        virtual.run(soak(Path(folder), seed, names, report))


def drawn(times: int, seed: int) -> list[str]:
    """So many unpluggings and so many hangs in a random order, each kind about as often."""
    dice = random.Random(seed)
    names = [sorted(table)[n % len(table)] for table in (UNPLUGGED, HUNG) for n in range(times)]
    dice.shuffle(names)
    return names


def main() -> int:
    """Entry point."""
    words = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    words.add_argument("times", type=int, nargs="?", default=1000, help="of each kind")
    words.add_argument("seed", type=int, nargs="?", default=secrets.randbelow(10**6))
    words.add_argument("--only", default="", help="a trouble; see the table")
    words.add_argument("--log", default="error", help="of the box: debug, info, warning, error")
    given = words.parse_args()
    logging.basicConfig(level=given.log.upper(), format="%(levelname)s %(message)s")
    names = [given.only] * given.times if given.only else drawn(given.times, given.seed)
    began, report = time.monotonic(), Report()
    print(f"seed {given.seed}: {len(names)} troubles")
    run(given.seed, names, report)
    for kind, table, limit in (("plugged in", UNPLUGGED, REPLUGGED_S), ("hung", HUNG, HUNG_S)):
        for name in sorted(table):
            _row(name, report.took[name], limit)
        _row(f"ALL {kind}", report.of(table), limit)
    print(f"{time.monotonic() - began:.0f} s; failures: {len(report.failures)}")
    for failure in report.failures:
        print("  " + failure)
    return 1 if report.failures else 0


def _row(name: str, took: list[float], limit: float) -> None:
    if took:
        took = sorted(took)
        p99 = took[min(len(took) - 1, len(took) * 99 // 100)]
        print(
            f"  {name:55} n {len(took):5}  p50 {statistics.median(took):5.1f} s  "
            f"p99 {p99:5.1f} s  max {took[-1]:5.1f} s  (limit {limit:g})"
        )


if __name__ == "__main__":
    sys.exit(main())
