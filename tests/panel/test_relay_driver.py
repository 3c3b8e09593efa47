"""The driver of hw/wiring/relay.svg, computed: it holds the line on a pulse and on nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from hotline.panel.relay import HALF_S

STEP_S = 0.0005
SUPPLY, PULL_UP, BLEED, C1, C2, DIODE_V = 5.0, 470.0, 82e3, 2.2e-6, 22e-6, 0.3
TOLERANCES = tuple(itertools.product((0.8, 1.2), (0.8, 1.2)))
THRESHOLDS = (0.65, 1.45)  # of Q2
EARLIEST_S, LATEST_S = 0.75, 4.0

Level = Callable[[float], bool]


def square(at: float) -> bool:
    return int(at / HALF_S) % 2 == 1


def gate(level: Level, seconds: float, c1: float, c2: float, volts: float = 0.0) -> list[float]:
    """The voltage at Q2's gate, step by step. Q1 pulls its end of C1 down while the pin is high."""
    across, found = 0.0, []  # across C1: Q1's end above the diodes'
    for step in range(int(seconds / STEP_S)):
        if level(step * STEP_S):
            across = min(across, DIODE_V)  # through D1, at once
        elif (drive := SUPPLY - across - DIODE_V - volts) > 0:
            charge = drive / PULL_UP * STEP_S
            volts, across = volts + charge / c2, across + charge / c1
        volts -= volts / BLEED * STEP_S / c2
        found.append(volts)
    return found


@pytest.mark.parametrize(("one", "two"), TOLERANCES)
def test_the_pulse_holds_the_line_and_its_end_gives_it_back(one: float, two: float) -> None:
    c1, c2 = one * C1, two * C2
    held = gate(square, 4.0, c1, c2)
    assert min(held[-400:]) > 1.2 * max(THRESHOLDS)
    for stays in (True, False):
        after = gate(lambda _, level=stays: level, 6.0, c1, c2, held[-1])
        dropped = [sum(volts > least for volts in after) * STEP_S for least in THRESHOLDS]
        assert max(dropped) < LATEST_S
        assert min(dropped) > EARLIEST_S


@pytest.mark.parametrize(("one", "two"), TOLERANCES)
def test_a_box_that_is_busy_for_a_moment_keeps_its_caller(one: float, two: float) -> None:
    def stumbling(at: float) -> bool:
        return square(at) if at % 2.0 < 1.7 else False

    held = gate(stumbling, 8.0, one * C1, two * C2)
    assert min(held[int(4 / STEP_S) :]) > max(THRESHOLDS)


@pytest.mark.parametrize("stays", [True, False])
@pytest.mark.parametrize(("one", "two"), TOLERANCES)
def test_no_level_takes_the_line_and_neither_does_switching_on(
    stays: bool, one: float, two: float
) -> None:
    assert max(gate(lambda _: stays, 6.0, one * C1, two * C2)) < min(THRESHOLDS)
