"""What a modem's sound costs: delay, drift and CPU of a bridged call, with crystals that differ.

Delay counts from when the first packet of a sound left a SIP caller, or the simulation wrote its
first frame to a modem's sound port, until the packet came to the SIP caller, or the last byte of
the frame was read from the modem's sound port. What the simulated modem does before and after that
is not counted (it takes sound every 20 ms), nor the 20 ms in which a packet or a frame is filled.

Drift is read from noise that is found again in pieces of 20 ms: how many samples fewer or more came
than were said, and the largest jump from one piece to the next.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import numpy as np

from tests.bench.figures import Figure, percentile, spread
from tests.bench.office import LIMITS, office_yaml, person
from tests.sim.box import BoxUnderTest, running, trunk
from tests.sim.g711 import Samples
from tests.sim.gsm import Ec25, Faults, MobileNetwork
from tests.sim.sip import Provider, behaviours
from tests.sim.sound import FRAME, RATE, Loop, Silence, Tone, noise

CRYSTALS_PPM = (0, 200, -200)
NOISE_S = 10
SETTLED_S = 5.0
AROUND = 240  # samples: a piece is looked for so far from where the last one was
FAR = 4000  # at first
ALIKE = 0.5


@dataclass
class Bridged:
    """A SIP caller and somebody at a mobile who talk over the box's modem."""

    box: BoxUnderTest
    caller: Any
    mobile: Any
    modems: list[Ec25]


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
        yield await closing.enter_async_context(_talking(box, [modem], caller, target, network))


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
        yield await closing.enter_async_context(_talking(box, modems, caller, modems[0], network))


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
    box: BoxUnderTest, modems: list[Ec25], caller: Any, target: Any, network: MobileNetwork
) -> AsyncIterator[Bridged]:
    """The caller rings the target, and is joined with a mobile."""
    for modem in modems:
        modem.note_arrivals()
    await box.until(lambda status: all(line.up for line in status.lines), "lines up")
    ana = network.mobile(person(1), behaviours.answers(0.0, "1"), tone=Silence())
    call = await caller.call(target)
    await call.answered(within=10)
    await call.hears_any(within=10)
    await call.press("1")
    leg = await ana.rings(within=10)
    await leg.answered()
    await box.until(_joined, "the two talking", within=20)
    yield Bridged(box, call, leg, modems)
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
    """Delay and drift each way, and CPU, for each pair of crystals."""
    figures: list[Figure] = []
    for ppm in CRYSTALS_PPM:
        async with bridged(ppm) as call:
            there = await _delays(call.caller, call.mobile, clicks)
            back = await _delays(call.mobile, call.caller, clicks)
            figures += spread(f"delay SIP to modem, {ppm:+} ppm", there, {50: 40, 99: 80})
            figures += spread(f"delay modem to SIP, {ppm:+} ppm", back, {50: 40, 99: 80})
            ways = f"SIP to modem, {ppm:+} ppm", f"modem to SIP, {ppm:+} ppm"
            figures += await _steady(call, 2 * clicks, f"SIP-modem, {ppm:+} ppm", ways)
    ppm = max(CRYSTALS_PPM)
    async with modems_bridged(ppm) as call:
        both = [
            *await _delays(call.caller, call.mobile, clicks),
            *await _delays(call.mobile, call.caller, clicks),
        ]
        what = f"clocks {2 * ppm} ppm apart"
        figures += spread(f"delay modem to modem, {what}", both, {50: 80, 99: 160})
        ways = f"faster to slower modem, {what}", f"slower to faster modem, {what}"
        figures += await _steady(call, 2 * clicks, f"modem-modem, {what}", ways)
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


async def _steady(call: Bridged, seconds: float, name: str, ways: tuple[str, str]) -> list[Figure]:
    """Noise both ways at once: what became of it, and the CPU that took."""
    ends = call.caller, call.mobile
    for end, seed in zip(ends, (1, 2), strict=True):
        end.rtp.sound = Loop(noise(NOISE_S, seed))
    await call.caller.lasts(SETTLED_S)
    starts = [(one.rtp.spoken.length, len(other.heard)) for one, other in (ends, ends[::-1])]
    used, begun = cpu_seconds(call.box.pid), monotonic()
    await call.caller.lasts(seconds)
    used, passed = cpu_seconds(call.box.pid) - used, monotonic() - begun
    late = max(percentile(modem.beats_late, 99) for modem in call.modems) * 1000
    note = f"{passed:.0f} s; a modem's own clock late by {late:.1f} ms p99"
    figures = [Figure(f"CPU of a call {name}", used / passed * 60, "s/call-min", None, note)]
    for way, (one, other), (said, heard) in zip(ways, (ends, ends[::-1]), starts, strict=True):
        figures.append(_drift(way, one.rtp.spoken.samples(), other.heard[heard:], said, note))
    return figures


def _drift(way: str, said: Samples, heard: Samples, start: int, note: str) -> Figure:
    """What became of `said` in `heard`; when that began, sample `start` was being said."""
    places = _places(said.astype(np.float64), heard.astype(np.float64), start)
    found = [(n, place - n * FRAME) for n, place in enumerate(places) if place is not None]
    steps = np.diff([ahead for _, ahead in found])
    minutes = len(places) * FRAME / RATE / 60
    skipped, added = steps[steps > 0].sum() / minutes, abs(steps[steps < 0].sum()) / minutes
    torn = 100 - 100 * len(found) / len(places)
    told = f"samples a minute: {skipped:.0f} skipped, {added:.0f} added; "
    told += f"{torn:.1f} % of 20 ms not as said; {note}"
    return Figure(
        f"largest jump, {way}", float(np.abs(steps).max()) / RATE * 1000, "ms", None, told
    )


def _places(said: Any, heard: Any, start: int) -> list[int | None]:
    """Where in `said` each 20 ms of `heard` come from."""
    places: list[int | None] = []
    expected, around = start, FAR
    for at in range(0, len(heard) - FRAME, FRAME):
        begin = max(0, expected - around)
        window = said[begin : expected + around + FRAME]
        place = _found(heard[at : at + FRAME], window)
        if place is not None:
            expected, around = begin + place, AROUND
        places.append(None if place is None else expected)
        expected += FRAME
    return places


def _found(piece: Any, window: Any) -> int | None:
    """Where the piece lies in the window, None if nowhere."""
    if len(window) < FRAME or not piece.any():
        return None
    alike = np.correlate(window, piece, "valid")
    best = int(alike.argmax())
    there = window[best : best + FRAME]
    size = np.sqrt(np.dot(there, there) * np.dot(piece, piece))
    return best if size and alike[best] / size > ALIKE else None


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
