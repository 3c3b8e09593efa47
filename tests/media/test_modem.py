"""A modem's sound reaches the bridge and back whole, at the modem's own pace."""

from __future__ import annotations

import asyncio
import os
import pty
import queue
import tty as terminal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.media.modem import FRAME_BYTES, MOST_FRAMES, REMEMBERED, Ear, Frames, Pace, Pump
from hotline.tty import BlockingTty, opened

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


def held(wire: Wire) -> BlockingTty:
    return BlockingTty(asyncio.run(opened(wire.path)))


# -- the thread ------------------------------------------------------------------------------------


def test_what_the_modem_gives_comes_back_from_the_bridge(wire: Wire) -> None:
    pump = Pump(Upside(), held(wire), lambda why: None)
    said = speech(3)
    os.write(wire.master, said)
    assert wire.take(len(said)) == Upside().swap(said)
    pump.stop()
    wire.unplug()


def test_a_frame_torn_within_a_sample_is_whole_again(wire: Wire) -> None:
    pump = Pump(Upside(), held(wire), lambda why: None)
    said = speech(2)
    for piece in (said[:77], said[77:321], said[321:]):
        os.write(wire.master, piece)
    assert wire.take(len(said)) == Upside().swap(said)
    pump.stop()
    wire.unplug()


def test_a_modem_that_is_pulled_out_is_told_once(wire: Wire) -> None:
    lost: queue.Queue[str] = queue.Queue()
    pump = Pump(Upside(), held(wire), lost.put)
    wire.unplug()
    assert lost.get(timeout=DEADLINE_S)
    pump.stop()
    assert lost.empty()


def test_a_port_that_is_let_go_is_not_told_as_lost(wire: Wire) -> None:
    lost: queue.Queue[str] = queue.Queue()
    Pump(Upside(), held(wire), lost.put).stop()
    assert lost.empty()
    held(wire).release()  # nobody holds it any more
    wire.unplug()


def test_a_modem_that_takes_nothing_costs_no_memory_and_stops_nobody(wire: Wire) -> None:
    pump = Pump(Upside(), held(wire), lambda why: None)
    for _ in range(200):
        os.write(wire.master, speech(1))
    assert len(pump._unsent) <= 2 * MOST_FRAMES * FRAME_BYTES
    pump.stop()
    wire.unplug()


# -- is anything heard? ----------------------------------------------------------------------------


class Ticking:
    """The monotonic clock, set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr("hotline.media.modem.time.monotonic", lambda: self.now)


STILLNESS = np.full(FRAME_BYTES // 2, -8, dtype="<i2").tobytes()  # what A-law makes of nothing


def test_a_port_that_gives_nothing_is_told_from_one_that_gives_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Ticking(monkeypatch)
    ear = Ear()
    clock.now += 5
    assert ear.silent_for() == (5.0, 5.0, 5.0)
    ear.hear(STILLNESS, clock.now)
    assert ear.silent_for() == (0.0, 5.0, 5.0)
    ear.hear(speech(1), clock.now)
    assert ear.silent_for() == (0.0, 0.0, 5.0)


def test_a_pause_the_modem_asked_for_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Ticking(monkeypatch)
    ear = Ear()
    ear.pause(True)
    clock.now += 60
    assert ear.silent_for() == (0.0, 0.0, 0.0)
    ear.pause(False)
    clock.now += 2
    assert ear.silent_for() == (2.0, 2.0, 2.0)


def test_a_modem_that_takes_nothing_is_told_from_one_that_does(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr(Ear, "hear", lambda _ear, _heard, _now: told.put("heard"))
    monkeypatch.setattr(Ear, "taken", lambda _ear, _now: told.put("taken"))
    pump = Pump(Upside(), held(wire), lambda why: None)
    os.write(wire.master, speech(1))
    assert [told.get(timeout=DEADLINE_S) for _ in range(2)] == ["heard", "taken"]
    monkeypatch.setattr(BlockingTty, "write", lambda _tty, _data: 0)
    os.write(wire.master, speech(1))
    assert told.get(timeout=DEADLINE_S) == "heard"
    pump.stop()
    assert told.empty()
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
