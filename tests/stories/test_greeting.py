"""A caller hears at once whether the office is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.media.catalogue import Prompt
from tests.sim.sip import behaviours
from tests.stories.clock import FAKETIME, set_clock, with_clock
from tests.stories.stage import (
    CLOSED,
    SIGNS,
    Stage,
    heard,
    hours,
    office,
    person,
    was_heard,
)
from tests.stories.ways import OwnBox

AT_ONCE = behaviours.answers(after=0.1, thinks=0)


async def test_who_calls_within_the_hours_is_greeted(stage: Stage) -> None:
    await stage.opens(office(person("ana"), hours=hours(-1, 1)))
    caller = await stage.called()
    await heard(caller, Prompt.GREETING_OPEN)
    assert not was_heard(caller, SIGNS[Prompt.GREETING_CLOSED])


async def test_who_calls_outside_the_hours_hears_that_it_is_closed(stage: Stage) -> None:
    await stage.opens(office(person("ana"), hours=hours(2, 3)))
    caller = await stage.called()
    await heard(caller, Prompt.GREETING_CLOSED)
    assert not was_heard(caller, SIGNS[Prompt.GREETING_OPEN])


async def test_while_closed_nobody_is_rung_whatever_is_pressed(stage: Stage) -> None:
    await stage.opens(office(person("ana"), hours=hours(2, 3)))
    stage.staff("ana", AT_ONCE)
    caller = await stage.forwarded()
    await heard(caller, Prompt.MESSAGE_INTRO)
    assert stage.dialled == []


async def test_a_holiday_is_told_in_the_words_of_the_office(stage: Stage) -> None:
    words = "Happy new year."
    closed = [CLOSED[0] | {"notice": {"en": words}}]
    await stage.opens(office(person("ana"), closures=closed))
    caller = await stage.called()
    await caller.hears_piece(await stage.words(words))


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
async def test_the_clock_on_the_wall_opens_and_closes_the_office(
    own_box: OwnBox, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    async with own_box(prefix=with_clock(clock, "2026-12-07 00:00:00")) as stage:
        weekdays = [{"days": "mon-fri", "time": "09:00-18:00"}]
        await stage.opens(office(person("ana"), hours=weekdays))
        for now, sign in (
            ("2026-12-07 06:59:30", Prompt.GREETING_CLOSED),  # a Monday in Chisinau, UTC+2
            ("2026-12-07 07:00:10", Prompt.GREETING_OPEN),
            ("2026-12-07 16:00:10", Prompt.GREETING_CLOSED),
            ("2026-07-06 06:00:10", Prompt.GREETING_OPEN),  # summer: UTC+3
            ("2026-07-05 09:00:10", Prompt.GREETING_CLOSED),  # a Sunday
        ):
            set_clock(clock, now)
            caller = await stage.called()
            await heard(caller, sign)
            await caller.hang_up()
