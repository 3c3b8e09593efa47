"""Many calls at once, made and taken by SIPp: CPU, gaps in the sound, memory.

The callers and the staff's mobiles lie behind one gateway. What the box sends is captured on the
loopback interface; a gap is a stream of the box that paused for more than 40 ms.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import struct
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from hotline.control.messages.calls import LiveCall
from tests.bench.figures import Figure
from tests.bench.office import LIMITS, office_yaml
from tests.sim import g711
from tests.sim.box import RTP_PORTS, BoxUnderTest, free_port, free_rtp_range, running, trunk
from tests.sim.fxo import VoiceModem
from tests.sim.gsm import Ec25, MobileNetwork
from tests.sim.scenario import Scenario, ask, reply, sdp
from tests.sim.sipp import Sipp
from tests.sim.sound import RATE, noise
from tests.stories.modems import modem_table

LONGEST_GAP_S = 0.040
START_LEFTOVER_S = 2.0  # what is done behind a start is no part of a call's cost
VOICE_READY_S = 300.0
# PJSIP sets 20 KB aside for each call it may carry; few offices have even twenty at once.
OFFICE_CHANNELS, LOAD_CHANNELS = 20, 200
# The pools grow with the most calls there ever were at once, and SIP keeps an ended call for 32 s.
WARM_CALLS = 6000
OTHERS_S = 20.0  # so much earlier than another load one may be steady, when both are measured
TICKS = os.sysconf("SC_CLK_TCK")
STEADY_STEP = {"prompt": "ringing", "bridged": "joined", "recording": "recording"}


@dataclass(frozen=True)
class People:
    """Where they call from: the address of the staff's gateway and its port, and the callers'."""

    staff: str = "127.0.0.3"
    callers: str = "127.0.0.4"
    staff_port: int = field(default_factory=free_port)


@dataclass
class Load:
    """One load: what callers press, how mobiles behave, seconds until the sound is steady."""

    name: str
    key: str
    mobile: Scenario
    settling: float


@dataclass(frozen=True)
class Measured:
    """What one load cost over the window: CPU seconds, gaps in seconds; packets of sound sent."""

    load: str
    calls: int
    seconds: float
    cpu: float
    gaps: list[float]
    packets_per_s: float

    @property
    def per_minute(self) -> float:
        """CPU seconds per minute of a call."""
        return self.cpu / (self.calls * self.seconds / 60)


class Answers(Protocol):
    """What answers the calls: the box, or what it is compared with.

    events: the payload type under which it offers keys to the staff's mobiles. sound_ports: the
    first and last from which it sends; other boxes may live on the same address.
    """

    @property
    def events(self) -> int: ...

    @property
    def sound_ports(self) -> tuple[int, int]: ...

    @property
    def pid(self) -> int: ...

    @property
    def address(self) -> tuple[str, int]: ...

    async def steady(self, load: str, calls: int, within: float) -> None:
        """Wait until that many calls have come to the step that is measured."""


Started = Callable[[Path, People], AbstractAsyncContextManager[Answers]]
"""Starts one in a folder, for these people."""


class TheBox:
    """The real daemon."""

    events = 121  # where PJSIP offers keys at 8 kHz, beside Opus

    def __init__(self, box: BoxUnderTest) -> None:
        self._box, first = box, free_rtp_range()
        self.sound_ports = (first, first + RTP_PORTS - 1)

    @property
    def pid(self) -> int:
        return self._box.pid

    @property
    def address(self) -> tuple[str, int]:
        return self._box.address

    async def steady(self, load: str, calls: int, within: float) -> None:
        step = STEADY_STEP[load]

        def come(live: LiveCall) -> bool:
            return any(done.what == step for done in live.steps)

        await self._box.until(
            lambda s: sum(map(come, s.live)) >= calls, f"{calls} calls {load}", within
        )


async def all_loads(sizes: tuple[int, ...], seconds: float) -> list[Figure]:
    """CPU and gaps for prompt, bridged and recording at each size."""
    figures: list[Figure] = []
    for size in sizes:
        for name in STEADY_STEP:
            figures += _figures(await one_load(the_box, name, size, seconds))
    return figures


MIB = 1.048576  # megabytes: the promise for an idle box is in those, that for growth is not


async def memory(calls: int) -> list[Figure]:
    """The daemon idle after its first start and the next one, and its growth over short calls.

    It has lines of every kind: two trunks, a GSM modem, and the office's own line.
    """
    with tempfile.TemporaryDirectory(prefix="hotline-load-") as folder:
        room = Path(folder)
        async with (
            _modems(room) as tables,
            _box(room, People(), OFFICE_CHANNELS, tables) as box,
        ):
            first = await _idle_mib(box)
            await box.stop()
            await box.start()
            again = await _idle_mib(box)
            await _short_calls(box, room / "first", WARM_CALLS)
            warm = _memory_mib(box.pid)
            await _short_calls(box, room / "then", calls)
            grown = (_memory_mib(box.pid) - warm) * 10_000 / calls
    about = f"2 trunks of {OFFICE_CHANNELS} calls, 2 modems"
    return [
        Figure("memory, idle after the first start", first * MIB, "MB", 80, about),
        Figure("memory, idle after a restart", again * MIB, "MB", 80, about),
        Figure("memory grows per 10,000 calls", grown, "MiB", 1, f"over {calls} calls, after warm"),
    ]


@contextlib.asynccontextmanager
async def the_box(room: Path, people: People) -> AsyncIterator[TheBox]:
    """The daemon as something that answers a load."""
    async with _box(room, people, LOAD_CHANNELS) as box:
        yield TheBox(box)


@contextlib.asynccontextmanager
async def _modems(room: Path) -> AsyncIterator[str]:
    """A modem of each kind, and the tables of box.toml that make lines of them."""
    async with contextlib.AsyncExitStack() as closing:
        places = [room / kind for kind in ("mobile", "office")]
        networks = [MobileNetwork() for _ in places]
        for place, network in zip(places, networks, strict=True):
            place.mkdir()
            closing.push_async_callback(network.stop)
        mobile = closing.enter_context(Ec25(networks[0], places[0]))
        office = closing.enter_context(VoiceModem(networks[1], places[1]))
        yield modem_table("mobile", mobile) + (
            f'[[voice_modem]]\nname = "office"\nport = "{office.port}"\nmodel = "usr5637"\n'
        )


@contextlib.asynccontextmanager
async def _box(
    room: Path, people: People, channels: int, more: str = ""
) -> AsyncIterator[BoxUnderTest]:
    """A box with the staff's gateway and the callers' gateway, each with so many channels.

    more: further lines, as tables of box.toml.
    """
    staff, callers = (people.staff, people.staff_port), (people.callers, 5060)
    trunks = trunk("staff", staff, more="keep_alive_seconds = 0") + trunk(
        "callers", callers, more="keep_alive_seconds = 0\noutbound = false"
    )
    trunks = trunks.replace("channels = 20", f"channels = {channels}")
    box = BoxUnderTest(room / "box", office_yaml(), trunks + more, LIMITS)
    async with running(box):
        await box.until(lambda s: all(line.up for line in s.lines), "the lines up")
        yield box


async def one_load(
    started: Started,
    name: str,
    size: int,
    seconds: float,
    people: People | None = None,
    together: asyncio.Barrier | None = None,
) -> Measured:
    """So many calls of one kind at once, measured over a window once all are steady.

    together: where several loads wait for each other, to be measured in the same window.
    """
    people, together = people or People(), together or asyncio.Barrier(1)
    with tempfile.TemporaryDirectory(prefix="hotline-load-") as folder:
        room = Path(folder)
        async with started(room, people) as answers:
            load = _loads(room, answers.events)[name]
            async with _calling(load, size, seconds, room, people, answers.address):
                await answers.steady(name, size, load.settling + size / 10 + 20)
                await asyncio.sleep(START_LEFTOVER_S)
                async with together:
                    measured = await _measure(answers, load, size, seconds, room)
                async with together:  # nobody's calls end within the window of another
                    return measured


@contextlib.asynccontextmanager
async def _calling(
    load: Load, size: int, seconds: float, room: Path, people: People, to: tuple[str, int]
) -> AsyncIterator[None]:
    """The staff waiting and the callers calling, ten more each second."""
    staff = await Sipp.start(
        room / "staff", load.mobile.write(room), "-p", str(people.staff_port),
        "-timeout", "600", host=people.staff, calls=100_000,
    )  # fmt: skip
    length = load.settling + size / 10 + seconds + OTHERS_S
    callers = await Sipp.start(
        room / "callers", _caller(load.key, length, room).write(room),
        "-r", "10", "-l", str(size), "-timeout", "600", to=to, host=people.callers, calls=size,
    )  # fmt: skip
    async with staff, callers:
        yield


def _figures(told: Measured) -> list[Figure]:
    about = f"{told.calls} calls {told.load}"
    note = f"{100 * told.cpu / told.seconds:.1f} % of a core"
    bridged_promise = 0.0 if told.load == "bridged" else None
    longest = f"longest {max(told.gaps) * 1000:.0f} ms" if told.gaps else ""
    return [
        Figure(f"CPU, {about}", told.per_minute, "s per call-minute", None, note),
        Figure(f"gaps > 40 ms, {about}", len(told.gaps), "", bridged_promise, longest),
    ]


def _loads(room: Path, events: int) -> dict[str, Load]:
    one = room / "one.pcap"
    one.write_bytes(key_capture("1", events))
    audio = sdp(port="[auto_media_port]").replace("101", str(events))
    talks = (
        Scenario("mobile")
        .expect_request("INVITE")
        .send(reply("200 OK", body=audio))
        .expect_request("ACK")
        .pause(700)
        .play(one)
        .pause(500)
        .stream(_speech(room), times=-1)
        .expect_request("BYE", within=600_000)
        .send(reply("200 OK", tag=False), repeat=False)
    )
    rings = (
        Scenario("ringing")
        .expect_request("INVITE")
        .send(reply("180 Ringing"), repeat=False)
        .expect_request("CANCEL", within=600_000)
        .send(reply("200 OK", tag=False), repeat=False)
    )
    return {
        "prompt": Load("prompt", "1", rings, 2),
        "bridged": Load("bridged", "1", talks, 4),
        "recording": Load("recording", "2", rings, 28),
    }


def _caller(key: str, seconds: float, room: Path) -> Scenario:
    """Presses a key, speaks, and hangs up after so many seconds."""
    pressed = room / "key.pcap"
    pressed.write_bytes(key_capture(key, 101))
    return (
        Scenario("caller")
        .send(ask("INVITE", body=sdp(port="[auto_media_port]")))
        .expect(100, optional=True)
        .expect(180, optional=True)
        .expect(200)
        .send(ask("ACK", inside=True))
        .pause(300)
        .play(pressed)
        .pause(500)
        .stream(_speech(room), times=-1)
        .pause(round(seconds * 1000))
        .send(ask("BYE", cseq=2, inside=True))
        .expect(200)
    )


def _speech(room: Path) -> Path:
    """Noise in syllables: what never pauses would pass for the hum of the line, as silence."""
    file, length = room / "speech.pcma", 5
    syllables = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * np.arange(length * RATE) / RATE)
    sound = (noise(length, seed=1, level=0.1) * syllables).astype(np.int16)
    file.write_bytes(g711.encode(sound, 8))
    return file


async def _idle_mib(box: BoxUnderTest) -> float:
    """Memory once the lines are up and the voice has prepared what it will say."""
    await box.until(lambda s: all(line.up for line in s.lines), "the lines up")
    await asyncio.sleep(START_LEFTOVER_S)
    deadline = time.monotonic() + VOICE_READY_S
    while time.monotonic() < deadline:
        if not _children(box.pid):
            return _memory_mib(box.pid)
        await asyncio.sleep(0.5)
    raise AssertionError(f"the voice was still at work after {VOICE_READY_S} s")


def _children(pid: int) -> list[str]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [child for each in threads for child in (each / "children").read_text().split()]


async def _short_calls(box: BoxUnderTest, room: Path, calls: int) -> None:
    """Calls that hear the beginning of the greeting and hang up, 20 a second."""
    scenario = (
        Scenario("short")
        .send(ask("INVITE", body=sdp(port="[auto_media_port]")))
        .expect(100, optional=True)
        .expect(180, optional=True)
        .expect(200)
        .send(ask("ACK", inside=True))
        .pause(500)
        .send(ask("BYE", cseq=2, inside=True))
        .expect(200)
    )
    most = calls / 20 * 2 + 120
    async with await Sipp.start(
        room, scenario.write(room), "-r", "20", "-timeout", str(round(most)),
        to=box.address, host=People.callers, calls=calls,
    ) as sipp:  # fmt: skip
        await sipp.succeeds(within=most)
    await box.idle(within=60)


# -- measuring -----------------------------------------------------------------------------


async def _measure(
    answers: Answers, load: Load, calls: int, seconds: float, room: Path
) -> Measured:
    """CPU seconds of the process over the window, and what it sent meanwhile."""
    (host, _), (first, last), capture = answers.address, answers.sound_ports, room / "sent.pcap"
    dumpcap = await asyncio.create_subprocess_exec(
        "dumpcap", "-q", "-P", "-i", "lo", "-s", "64", "-B", "64", "-a", f"duration:{seconds:.0f}",
        "-f", f"udp and src host {host} and src portrange {first}-{last}", "-w", str(capture),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    before, began = _cpu(answers.pid), time.monotonic()
    await dumpcap.wait()
    cpu, lasted = _cpu(answers.pid) - before, time.monotonic() - began
    sent = capture.read_bytes()
    times = [at for at, packet in _packets(sent) if not _is_rtcp(packet)]
    if len(times) < 2:
        raise AssertionError(f"no sound came from {host} during {calls} calls {load.name}")
    rate = len(times) / (times[-1] - times[0])
    return Measured(load.name, calls, lasted, cpu, gaps_in(sent), rate)


def gaps_in(capture: bytes) -> list[float]:
    """Seconds of each pause of more than 40 ms within a UDP stream of a capture file."""
    last: dict[bytes, float] = {}
    gaps: list[float] = []
    for at, packet in _packets(capture):
        stream = packet[34:38]  # source and destination port behind Ethernet and IPv4
        if _is_rtcp(packet):
            continue
        if at - last.get(stream, at) > LONGEST_GAP_S:
            gaps.append(at - last[stream])
        last[stream] = at
    return gaps


def _is_rtcp(packet: bytes) -> bool:
    return packet[35] % 2 == 1  # from odd ports, every five seconds


def _packets(capture: bytes) -> list[tuple[float, bytes]]:
    found, place = [], 24
    while place + 16 <= len(capture):
        seconds, micro, kept, _ = struct.unpack_from("<IIII", capture, place)
        found.append((seconds + micro / 1e6, capture[place + 16 : place + 16 + kept]))
        place += 16 + kept
    return found


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory_mib(pid: int) -> float:
    rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(rows["VmRSS"].split()[0]) / 1024


def key_capture(key: str, payload_type: int) -> bytes:
    """A capture file with one key of 100 ms as RFC 4733 events; SIPp puts in the addresses."""
    event = "0123456789*#ABCD".index(key)
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    durations = [160, 320, 480, 640, 800, 800, 800]
    for number, duration in enumerate(durations):
        volume = 10 | (0x80 if number >= 4 else 0)
        marker = 0x80 if number == 0 else 0
        head = (0x80, payload_type | marker, 1000 + number, 160_000, 0x4B455953)
        rtp = struct.pack("!BBHII", *head)
        out += _frame(rtp + struct.pack("!BBH", event, volume, duration), number * 20_000)
    return out


def _frame(payload: bytes, micro: int) -> bytes:
    udp = struct.pack("!HHHH", 4000, 4000, 8 + len(payload), 0) + payload
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + bytes(
        (127, 0, 0, 1, 127, 0, 0, 1)
    )
    frame = bytes(12) + b"\x08\x00" + ip + udp
    return struct.pack("<IIII", 0, micro, len(frame), len(frame)) + frame
