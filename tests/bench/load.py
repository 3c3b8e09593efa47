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
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from hotline.control.messages import LiveCall
from tests.bench.figures import Figure
from tests.bench.office import LIMITS, office_yaml
from tests.sim import g711
from tests.sim.box import LISTEN, BoxUnderTest, free_port, running, trunk
from tests.sim.scenario import Scenario, ask, reply, sdp
from tests.sim.sipp import Sipp
from tests.sim.sound import noise

STAFF, CALLERS = "127.0.0.3", "127.0.0.4"
EVENTS = 121  # the payload type under which PJSIP offers keys at 8 kHz, beside Opus
LONGEST_GAP_S = 0.040
WARM_CALLS = 2500  # SIP keeps an ended call for 32 s: at 20 a second the pools fill until then
TICKS = os.sysconf("SC_CLK_TCK")
STEADY_STEP = {"prompt": "ringing", "bridged": "joined", "recording": "recording"}


@dataclass
class Load:
    """One load: what callers press, how mobiles behave, seconds until the sound is steady."""

    name: str
    key: str
    mobile: Scenario
    settling: float


async def all_loads(sizes: tuple[int, ...], seconds: float) -> list[Figure]:
    """CPU and gaps for prompt, bridged and recording at each size."""
    figures: list[Figure] = []
    for size in sizes:
        for name in STEADY_STEP:
            with tempfile.TemporaryDirectory(prefix="hotline-load-") as folder:
                figures += await _one_load(name, size, seconds, Path(folder))
    return figures


async def memory(calls: int) -> list[Figure]:
    """Growth of the daemon over many short calls."""
    with tempfile.TemporaryDirectory(prefix="hotline-load-") as folder:
        room = Path(folder)
        async with _box(room) as (box, _):
            before_any = _memory_mb(box.pid)
            await _short_calls(box, room / "first", WARM_CALLS)
            warm = _memory_mb(box.pid)
            await _short_calls(box, room / "then", calls)
            grown = (_memory_mb(box.pid) - warm) * 10_000 / calls
    return [
        Figure("memory, idle", before_any, "MiB", 80),
        Figure("memory grows per 10,000 calls", grown, "MiB", 1, f"over {calls} calls, after warm"),
    ]


@contextlib.asynccontextmanager
async def _box(room: Path) -> AsyncIterator[tuple[BoxUnderTest, int]]:
    """A box with the staff's gateway and the callers' gateway; gives the staff's port too."""
    staff_port = free_port()
    trunks = trunk("staff", (STAFF, staff_port), more="keep_alive_seconds = 0") + trunk(
        "callers", (CALLERS, 5060), more="keep_alive_seconds = 0\noutbound = false"
    )
    trunks = trunks.replace("channels = 20", "channels = 200")
    box = BoxUnderTest(room / "box", office_yaml(), trunks, LIMITS)
    async with running(box):
        await box.until(lambda s: all(line.up for line in s.lines), "the lines up")
        yield box, staff_port


async def _one_load(name: str, size: int, seconds: float, room: Path) -> list[Figure]:
    load = _loads(room)[name]
    async with _box(room) as (box, staff_port):
        staff = await Sipp.start(
            room / "staff", load.mobile.write(room), "-p", str(staff_port),
            "-timeout", "600", host=STAFF, calls=100_000,
        )  # fmt: skip
        length = load.settling + size / 10 + seconds + 4
        scenario = _caller(load.key, length, room).write(room)
        callers = await Sipp.start(
            room / "callers", scenario, "-r", "10", "-l", str(size), "-timeout", "600",
            to=box.address, host=CALLERS, calls=size,
        )  # fmt: skip
        async with staff, callers:
            await box.until(
                lambda s: sum(_steady(name, call) for call in s.live) >= size,
                f"{size} calls {name}",
                within=load.settling + size / 10 + 20,
            )
            measured = await _measure(box, seconds, room)
    return _figures(name, size, seconds, *measured)


def _steady(name: str, call: LiveCall) -> bool:
    return any(step.what == STEADY_STEP[name] for step in call.steps)


def _figures(name: str, size: int, seconds: float, cpu: float, gaps: list[float]) -> list[Figure]:
    per_minute = cpu / (size * seconds / 60)
    note = f"{100 * cpu / seconds:.1f} % of a core"
    bridged_promise = 0.0 if name == "bridged" else None
    longest = f"longest {max(gaps) * 1000:.0f} ms" if gaps else ""
    return [
        Figure(f"CPU, {size} calls {name}", per_minute, "s per call-minute", None, note),
        Figure(f"gaps > 40 ms, {size} calls {name}", len(gaps), "", bridged_promise, longest),
    ]


def _loads(room: Path) -> dict[str, Load]:
    one = room / "one.pcap"
    one.write_bytes(key_capture("1", EVENTS))
    audio = sdp(port="[auto_media_port]").replace("101", str(EVENTS))
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
    file = room / "speech.pcma"
    file.write_bytes(g711.encode(noise(5, seed=1, level=0.1), 8))
    return file


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
        to=box.address, host=CALLERS, calls=calls,
    ) as sipp:  # fmt: skip
        await sipp.succeeds(within=most)
    await box.idle(within=60)


# -- measuring -----------------------------------------------------------------------------


async def _measure(box: BoxUnderTest, seconds: float, room: Path) -> tuple[float, list[float]]:
    """CPU seconds of the daemon over the window, and the gaps in what it sent meanwhile."""
    capture = room / "sent.pcap"
    dumpcap = await asyncio.create_subprocess_exec(
        "dumpcap", "-q", "-P", "-i", "lo", "-s", "64", "-B", "64", "-a", f"duration:{seconds:.0f}",
        "-f", f"udp and src host {LISTEN} and not port {box.port}", "-w", str(capture),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    before = _cpu(box.pid)
    await dumpcap.wait()
    return _cpu(box.pid) - before, gaps_in(capture.read_bytes())


def gaps_in(capture: bytes) -> list[float]:
    """Seconds of each pause of more than 40 ms within a UDP stream of a capture file."""
    last: dict[bytes, float] = {}
    gaps: list[float] = []
    for at, packet in _packets(capture):
        stream = packet[34:38]  # source and destination port behind Ethernet and IPv4
        if stream[1] % 2:
            continue  # RTCP goes to odd ports, every five seconds
        if at - last.get(stream, at) > LONGEST_GAP_S:
            gaps.append(at - last[stream])
        last[stream] = at
    return gaps


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


def _memory_mb(pid: int) -> float:
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
