"""Who took many calls is spared: in the last hour, and since the office's midnight."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline.lines.port import Cause
from hotline.routing.office import Person, Strategy
from tests.calls.hotline import ANA, OFFICE, Hotline

ION = Person("ion", "Ion", "+37369000102", ring_seconds=5)


async def test_the_last_hour_counts_and_no_longer(tmp_path: Path) -> None:
    here = Hotline(tmp_path, replace(OFFICE, people=(ANA, ION), calls_per_hour=2))
    taken = []
    for minutes in (0, 10, 10, 10, 45):
        here.time.pass_by(timedelta(minutes=minutes))
        caller = here.rings("1", f"+3732211{len(taken):04d}")
        await here.step(caller, "joined")
        caller.hang_up(Cause.HUNG_UP)
        taken.append((await here.over(caller)).call.person)
    assert taken == ["ana", "ana", "ion", "ion", "ana"]


async def test_the_calls_of_a_day_are_counted_from_the_offices_midnight(tmp_path: Path) -> None:
    office = replace(OFFICE, people=(ANA, ION), strategy=Strategy.FEWEST_CALLS)
    here = Hotline(tmp_path, office)
    here.time.at = datetime(2026, 11, 22, 23, 30, tzinfo=office.zone).astimezone(UTC)
    taken = []
    for minutes in (0, 10, 10, 20):  # three times before midnight, once after it
        here.time.pass_by(timedelta(minutes=minutes))
        caller = here.rings("1", f"+3732211{len(taken):04d}")
        await here.step(caller, "joined")
        caller.hang_up(Cause.HUNG_UP)
        taken.append((await here.over(caller)).call.person)
    assert taken == ["ana", "ion", "ana", "ana"]


async def test_a_clock_that_is_set_back_changes_nobodys_turn(tmp_path: Path) -> None:
    here = Hotline(tmp_path, replace(OFFICE, people=(ANA, ION), strategy=Strategy.LONGEST_IDLE))
    ticks = itertools.count()
    here.board.clock = replace(here.board.clock, monotonic=lambda: float(next(ticks)))
    taken = []
    for hours in (0, -2, 0):
        here.time.at += timedelta(hours=hours)
        caller = here.rings("1", f"+3732211{len(taken):04d}")
        await here.step(caller, "joined")
        caller.hang_up(Cause.HUNG_UP)
        taken.append((await here.over(caller)).call.person)
    assert taken == ["ana", "ion", "ana"]
