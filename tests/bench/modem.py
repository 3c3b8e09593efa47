"""What a modem's sound costs: delay and CPU of a call bridged to SIP, with crystals that differ."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tests.bench.figures import Figure, percentile, spread
from tests.bench.office import LIMITS, office_yaml, person
from tests.sim import listen
from tests.sim.box import BoxUnderTest, running, trunk
from tests.sim.gsm import Ec25, Faults, MobileNetwork
from tests.sim.sip import Provider, behaviours
from tests.sim.sound import RATE, Silence, Tone

CRYSTALS_PPM = (0, 200, -200)
STEADY = Tone(440)
BLOCK = 80  # 10 ms


@dataclass
class Bridged:
    """A SIP caller and somebody at a mobile who talk over the box's modem."""

    box: BoxUnderTest
    modem: Ec25
    caller: Any
    mobile: Any


@contextlib.asynccontextmanager
async def bridged(ppm: float) -> AsyncIterator[Bridged]:
    """A SIP caller and a mobile; the modem's clock is `ppm` faster than this machine's."""
    async with contextlib.AsyncExitStack() as closing:
        folder = Path(closing.enter_context(TemporaryDirectory(prefix="bench-")))
        provider = await closing.enter_async_context(await Provider.start(users={"a": "b"}))
        network = MobileNetwork()
        closing.push_async_callback(network.stop)
        modem = closing.enter_context(Ec25(network, folder, faults=Faults(ppm=ppm)))
        tables = trunk("sip", provider.address, user="a", password="b", more="outbound = false")
        box = BoxUnderTest(folder / "box", office_yaml(1), tables + _table("mobile", modem), LIMITS)
        await closing.enter_async_context(running(box))
        caller = provider.caller("+37322111222", tone=Silence())
        target = await provider.registered("a")
        yield await closing.enter_async_context(_talking(box, modem, caller, target, network))


@contextlib.asynccontextmanager
async def modems_bridged(ppm: float) -> AsyncIterator[Bridged]:
    """A mobile caller and a mobile, over two modems: one's clock is ahead, the other's behind."""
    async with contextlib.AsyncExitStack() as closing:
        folder = Path(closing.enter_context(TemporaryDirectory(prefix="bench-")))
        network = MobileNetwork()
        closing.push_async_callback(network.stop)
        tables, modems = "", []
        for name, faults in (("first", Faults(ppm=ppm)), ("second", Faults(ppm=-ppm))):
            ports = folder / name
            ports.mkdir()
            modem = closing.enter_context(Ec25(network, ports, faults=faults))
            tables += _table(name, modem)
            modems.append(modem)
        box = BoxUnderTest(folder / "box", office_yaml(1), tables, LIMITS)
        await closing.enter_async_context(running(box))
        caller = network.caller("+37369000555", tone=Silence())
        first = modems[0]
        yield await closing.enter_async_context(_talking(box, first, caller, first, network))


def _table(name: str, modem: Ec25) -> str:
    return f"""
[[modem]]
name = "{name}"
at = "{modem.at}"
sound = "{modem.sound}"
model = "ec25"
"""


@contextlib.asynccontextmanager
async def _talking(
    box: BoxUnderTest, modem: Ec25, caller: Any, target: Any, network: MobileNetwork
) -> AsyncIterator[Bridged]:
    """The caller rings the target, and is joined with a mobile."""
    await box.until(lambda status: all(line.up for line in status.lines), "lines up")
    ana = network.mobile(person(1), behaviours.answers(0.0, "1"), tone=Silence())
    call = await caller.call(target)
    await call.answered(within=10)
    await call.hears_any(within=10)
    await call.press("1")
    leg = await ana.rings(within=10)
    await leg.answered()
    await box.until(_joined, "the two talking", within=20)
    yield Bridged(box, modem, call, leg)
    await call.hang_up()
    await box.idle()


def _joined(status: Any) -> bool:
    return any(step.what == "joined" for live in status.live for step in live.steps)


async def answering(calls: int) -> list[Figure]:
    """How soon the box gives the answer command, where +CLIP tells the number and where not."""
    figures: list[Figure] = []
    async with contextlib.AsyncExitStack() as closing:
        folder = Path(closing.enter_context(TemporaryDirectory(prefix="bench-")))
        network = MobileNetwork()
        closing.push_async_callback(network.stop)
        modem = closing.enter_context(Ec25(network, folder))
        box = BoxUnderTest(folder / "box", office_yaml(1), _table("mobile", modem), LIMITS)
        await closing.enter_async_context(running(box))
        await box.until(lambda status: all(line.up for line in status.lines), "lines up")
        for clip, known_after, words in (
            ("full", modem.faults.clip_after, "the caller's number"),
            ("none", 0.0, "the first ring, without +CLIP"),
        ):
            modem.faults.clip = clip
            known = known_after + modem.faults.answer_takes
            times = [await _answer_time(box, network) - known for _ in range(calls)]
            figures += spread(f"answer command after {words}", times, {50: 500, 99: 500})
    return figures


async def _answer_time(box: BoxUnderTest, network: MobileNetwork) -> float:
    """Seconds from the first ring until the call is answered."""
    call = await network.caller("+37369000555", tone=Silence()).call()
    answered = await call.answered(within=10)
    await call.hang_up()
    await box.idle()
    return float(answered - call.begun_at)


async def sound(clicks: int) -> list[Figure]:
    """Delay each way, steadiness and CPU for each pair of crystals."""
    figures: list[Figure] = []
    for ppm in CRYSTALS_PPM:
        async with bridged(ppm) as call:
            there = await _delays(call.caller, call.mobile, clicks)
            back = await _delays(call.mobile, call.caller, clicks)
            figures += spread(f"delay SIP to modem, {ppm:+} ppm", there, {50: 40, 99: 80})
            figures += spread(f"delay modem to SIP, {ppm:+} ppm", back, {50: 40, 99: 80})
            figures += await _steady(call, seconds=clicks / 2, ppm=ppm)
    async with modems_bridged(max(CRYSTALS_PPM)) as call:
        both = [
            *await _delays(call.caller, call.mobile, clicks),
            *await _delays(call.mobile, call.caller, clicks),
        ]
        figures += spread("delay modem to modem, clocks 400 ppm apart", both, {50: 80, 99: 160})
    return figures


async def _delays(one: Any, other: Any, clicks: int) -> list[float]:
    delays = []
    for number in range(clicks):
        burst = Tone(900 + 50 * (number % 8)).lasting(0.06)
        await one.lasts(0.3 + 0.007 * (number % 3))
        start = len(other.heard)
        said = await one.say(burst)
        heard = await other.hears_any(within=3, since=start)
        delays.append(heard.at - said)
    return delays


async def _steady(call: Bridged, seconds: float, ppm: float) -> list[Figure]:
    """A steady tone from the mobile: how much of it is louder or softer than the rest."""
    call.mobile.rtp.sound = STEADY
    await call.caller.hears(STEADY, within=5, lasting=0.5)
    start, begun = len(call.caller.heard), cpu_seconds(call.box.pid)
    await call.caller.lasts(seconds)
    used = cpu_seconds(call.box.pid) - begun
    call.mobile.rtp.sound = Silence()
    heard = call.caller.heard[start:]
    blocks = heard[: len(heard) // BLOCK * BLOCK].reshape(-1, BLOCK)
    loud = np.array([listen.loudness(block) for block in blocks])
    usual = float(np.median(loud))
    odd = float(np.mean((loud < usual * 0.7) | (loud > usual * 1.4)))
    late = percentile(call.modem.beats_late, 99) * 1000
    note = f"{len(heard) / RATE:.0f} s; the modem's own clock late by {late:.1f} ms p99"
    return [
        Figure(f"odd 10 ms of a tone, modem to SIP, {ppm:+} ppm", 100 * odd, "%", None, note),
        Figure(f"CPU of a call SIP-modem, {ppm:+} ppm", used / seconds * 60, "s/call-min"),
    ]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
