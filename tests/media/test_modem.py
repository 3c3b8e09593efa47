"""A modem's sound reaches the bridge and back whole, at the modem's own pace."""

from __future__ import annotations

import asyncio
import os
import pty
import queue
import tty as terminal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from tests.media.test_mixer import Bridge, shared_bridge
from tests.sim import listen
from tests.sim.sound import Tone

from hotline.media.modem import FRAME_BYTES, MOST_FRAMES, REMEMBERED, Frames, Pace, Pump
from hotline.media.pjsua import ModemPort
from hotline.tty import BlockingTty

DEADLINE_S = 10


class Wire:
    """A port whose other end is here."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        terminal.setraw(self.slave)
        self.path = Path(os.ttyname(self.slave))

    def unplug(self) -> None:
        os.close(self.master)
        os.close(self.slave)

    def take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            taken += os.read(self.master, size - len(taken))
        return taken


class Upside:
    """A bridge that answers with what it heard, upside down."""

    def swap(self, heard: bytes) -> bytes:
        return (-np.frombuffer(heard, dtype="<i2")).astype("<i2").tobytes()


@pytest.fixture
def wire() -> Wire:
    return Wire()


def speech(frames: int) -> bytes:
    shape = np.random.default_rng(5).integers(-9000, 9000, frames * FRAME_BYTES // 2)
    return shape.astype("<i2").tobytes()


# -- the thread ------------------------------------------------------------------------------------


def test_what_the_modem_gives_comes_back_from_the_bridge(wire: Wire) -> None:
    pump = Pump(Upside(), BlockingTty(wire.path), lambda why: None)
    said = speech(3)
    os.write(wire.master, said)
    assert wire.take(len(said)) == Upside().swap(said)
    pump.stop()
    wire.unplug()


def test_a_frame_torn_within_a_sample_is_whole_again(wire: Wire) -> None:
    pump = Pump(Upside(), BlockingTty(wire.path), lambda why: None)
    said = speech(2)
    for piece in (said[:77], said[77:321], said[321:]):
        os.write(wire.master, piece)
    assert wire.take(len(said)) == Upside().swap(said)
    pump.stop()
    wire.unplug()


def test_a_modem_that_is_pulled_out_is_told_once(wire: Wire) -> None:
    lost: queue.Queue[str] = queue.Queue()
    pump = Pump(Upside(), BlockingTty(wire.path), lost.put)
    wire.unplug()
    assert lost.get(timeout=DEADLINE_S)
    pump.stop()
    assert lost.empty()


def test_a_port_that_is_let_go_is_not_told_as_lost(wire: Wire) -> None:
    lost: queue.Queue[str] = queue.Queue()
    Pump(Upside(), BlockingTty(wire.path), lost.put).stop()
    assert lost.empty()
    BlockingTty(wire.path).release()  # nobody holds it any more
    wire.unplug()


def test_a_modem_that_takes_nothing_costs_no_memory_and_stops_nobody(wire: Wire) -> None:
    pump = Pump(Upside(), BlockingTty(wire.path), lambda why: None)
    for _ in range(200):
        os.write(wire.master, speech(1))
    assert len(pump._unsent) <= 2 * MOST_FRAMES * FRAME_BYTES
    pump.stop()
    wire.unplug()


# -- frames and pace -------------------------------------------------------------------------------


@given(sizes=st.lists(st.integers(1, 2 * FRAME_BYTES), min_size=1, max_size=40))
def test_no_sample_is_lost_or_turned_however_reads_end(sizes: list[int]) -> None:
    said, frames, cut = speech(2 * len(sizes) + 1), Frames(), b""
    place = 0
    for size in sizes:
        cut += frames.cut(said[place : place + size])
        place += size
    assert said.startswith(cut)
    assert place - len(cut) < FRAME_BYTES


def test_after_a_stall_the_newest_sound_counts() -> None:
    said = speech(3 * MOST_FRAMES)
    assert Frames().cut(said) == said[-MOST_FRAMES * FRAME_BYTES :]


def test_what_comes_too_late_is_not_left_in_the_modem_as_delay() -> None:
    pace = Pace()
    assert [pace.late(FRAME_BYTES) for _ in range(REMEMBERED)] == [0] * REMEMBERED
    assert pace.late(3 * FRAME_BYTES) == 2
    assert pace.late(FRAME_BYTES) == 0


@pytest.mark.parametrize("usual", [[3.0], [1.4], [1, 1, 2], [0.4, 0.6]])
def test_a_modem_that_gives_in_bunches_gets_all_of_them_back(usual: list[float]) -> None:
    pace = Pace()
    sizes = [round(one * FRAME_BYTES) for one in usual] * REMEMBERED
    assert sum(pace.late(size) for size in sizes) == 0


# -- on the bridge ---------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bridge(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bridge]:
    async with shared_bridge(tmp_path_factory.mktemp("sounds")) as one:
        yield one


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("ppm", [-5000, 0, 5000])
async def test_a_modem_whose_clock_differs_is_heard_without_a_gap(bridge: Bridge, ppm: int) -> None:
    """Far more than crystals differ, so that a few seconds show what an hour does."""
    one, other = ModemPort(bridge.stack), ModemPort(bridge.stack)
    await bridge.turn()
    await bridge.stack.ask(lambda: bridge.stack.bridge.connect(one, other))
    heard, begun = b"", asyncio.get_running_loop().time()
    for number in range(200):
        one.swap(Tone(440).at(number * 160, 160).astype("<i2").tobytes())
        heard += other.swap(bytes(FRAME_BYTES))
        due = begun + (number + 1) * 0.020 / (1 + ppm * 1e-6)
        await asyncio.sleep(max(0, due - asyncio.get_running_loop().time()))
    await bridge.stack.ask(lambda: bridge.stack.bridge.disconnect(one, other))
    samples = np.frombuffer(heard, dtype="<i2")[8000:]
    windows = samples[: len(samples) // 480 * 480].reshape(-1, 480)
    steady = [listen.level_at(window.astype(np.int16), 440) > 0.15 for window in windows]
    assert np.mean(steady) > 0.95


@pytest.mark.asyncio(loop_scope="module")
async def test_a_port_that_has_died_gives_silence_and_no_crash(bridge: Bridge) -> None:
    port = ModemPort(bridge.stack)
    assert port.swap(bytes(FRAME_BYTES)) == bytes(FRAME_BYTES)
    await bridge.turn()
    await bridge.stack.ask(port.die)
    assert port.swap(Tone(440).at(0, 160).astype("<i2").tobytes()) == bytes(FRAME_BYTES)
    with pytest.raises(ValueError, match="whole frames"):
        ModemPort.swap(await _made(bridge), b"xyz")


async def _made(bridge: Bridge) -> ModemPort:
    port = ModemPort(bridge.stack)
    await bridge.turn()
    return port
