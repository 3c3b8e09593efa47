# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound between a modem's clock and ours: nothing is heard of what they differ by, little waits."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("pjsua2")

from tests.boot.crossing import LOUD, SAW, Crossing

Sound = NDArray[np.float64]
SETTLED_S = 8
FRAME_MS = 20.0


class Run:
    """One crossing and what came out of it. heard: from when it has settled."""

    def __init__(self, file: Path, **how: Any) -> None:
        self.plan = Crossing(str(file), **how)
        program = str(Path(__file__).with_name("crossing.py"))
        subprocess.run([sys.executable, program, json.dumps(asdict(self.plan))], check=True)
        self.all = np.fromfile(file, "<i2").astype(np.float64)
        self.from_ = SETTLED_S * self.plan.rate
        self.heard = self.all[self.from_ :]

    def loudness(self) -> Sound:
        """Of the tone, over 5 ms, against what was said; at each sample."""
        rate, hertz = self.plan.rate, self.plan.hertz
        turned = self.heard * np.exp(-2j * np.pi * hertz * np.arange(len(self.heard)) / rate)
        whole = np.convolve(turned, np.ones(rate // 200) / (rate // 200), "valid")
        loud: Sound = 2 * np.abs(whole) / LOUD
        return loud

    def clicks(self) -> int:
        """Bends of the sound that no tone of this frequency has."""
        sharpest = LOUD * (2 * np.pi * self.plan.hertz / self.plan.rate) ** 2
        return int(np.sum(np.abs(np.diff(self.heard, 2)) > 1.1 * sharpest + 4))

    def positions(self) -> tuple[Sound, Sound]:
        """Samples 10 ms apart, and which of those said each one is; not those at the saw's end."""
        place = np.arange(self.from_, len(self.all) - 1, self.plan.rate // 100)
        value = self.all[place] + SAW / 2
        steps = np.abs(self.all[place + 1] - self.all[place - 1] - 2)
        known = (value > 100) & (value < SAW - 100) & (steps <= 2)
        place, value = place[known].astype(np.float64), value[known]
        return place, place - (place - value + SAW / 2) % SAW + SAW / 2

    def delays_ms(self) -> Sound:
        """From when a sample had come, with its frame, to when it is given."""
        plan = self.plan
        place, which = self.positions()
        came = which / plan.rate / (1 + plan.ppm * 1e-6) + plan.phase
        whole = (plan.bunch - 1) * FRAME_MS
        delays: Sound = 1000 * (place / plan.rate - came) - whole
        return delays


@pytest.mark.parametrize(
    ("ppm", "rate"),
    [(0, 8000), (200, 8000), (-200, 8000), (500, 8000), (200, 16000), (-200, 16000)],
)
def test_a_tone_stays_a_tone_whatever_the_crystals_differ_by(
    tmp_path: Path, ppm: float, rate: int
) -> None:
    run = Run(tmp_path / "heard", ppm=ppm, rate=rate, phase=0.007)
    loud = run.loudness()
    assert loud.min() > 0.99
    assert loud.max() < 1.01
    assert run.clicks() == 0


@pytest.mark.parametrize("ppm", [200, -200])
def test_what_the_crystals_differ_by_is_made_up_without_a_jump(tmp_path: Path, ppm: float) -> None:
    run = Run(tmp_path / "heard", ppm=ppm, hertz=0)
    place, which = run.positions()
    near = np.diff(place) < run.plan.rate / 50
    steps = (np.diff(which) - np.diff(place))[near]
    assert np.abs(steps).max() <= 2, "of 80, rounded twice"
    minutes = (place[-1] - place[0]) / run.plan.rate / 60
    gained = (which[-1] - place[-1] - which[0] + place[0]) / minutes
    assert gained == pytest.approx(run.plan.rate * 60 * ppm * 1e-6, abs=90)


@pytest.mark.parametrize("ppm", [0, 200, -200])
@pytest.mark.parametrize("phase", [0.0, 0.015])
def test_a_frame_waits_little_wherever_the_clocks_stand(
    tmp_path: Path, ppm: float, phase: float
) -> None:
    delays = Run(tmp_path / "heard", ppm=ppm, phase=phase, hertz=0).delays_ms()
    assert delays.min() > 0, "else the measurement is wrong"
    assert np.median(delays) < 28
    assert delays.max() < 33


@pytest.mark.parametrize("bunch", [2, 3])
def test_a_modem_that_gives_its_frames_in_bunches_is_heard_whole(
    tmp_path: Path, bunch: int
) -> None:
    run = Run(tmp_path / "heard", ppm=200, bunch=bunch)
    assert run.loudness().min() > 0.99
    assert run.clicks() == 0


def test_frames_that_are_often_a_little_late_are_waited_for(tmp_path: Path) -> None:
    run = Run(tmp_path / "heard", ppm=200, jitter=0.012)
    assert run.loudness().min() > 0.99


@pytest.mark.parametrize("late", [0.015, 0.03, 0.09])
def test_a_frame_that_comes_much_too_late_is_no_click(tmp_path: Path, late: float) -> None:
    frames = {str(number): late for number in range(600, 6000, 700)}
    run = Run(tmp_path / "heard", late=frames, phase=0.007)
    assert run.loudness().min() < 0.7, "else none was missed"
    assert run.clicks() == 0


def test_what_comes_after_a_pause_does_not_wait_behind_it(tmp_path: Path) -> None:
    run = Run(tmp_path / "heard", stops=500, again=1500, seconds=60, hertz=0, phase=0.007)
    begun = 1500 * run.plan.frame
    assert not np.any(run.all[begun - 800 * run.plan.frame : begun]), "silence meanwhile"
    said, heard = run.plan.said()[begun + 400], run.all[begun + 400 : begun + 1200]
    assert np.abs(heard - said).min() <= 1, "heard within 100 ms"
    assert int(np.abs(heard - said).argmin()) < 0.03 * run.plan.rate
