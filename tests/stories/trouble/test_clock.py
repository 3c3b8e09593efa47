"""A box that has lost the time, as after a power cut, turns nobody away."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.media.catalogue import Prompt
from tests.sim.gsm import Faults
from tests.sim.sip import behaviours
from tests.stories.clock import FAKETIME, set_clock, with_clock
from tests.stories.modems import box_with_a_modem
from tests.stories.stage import STAFF, Stage, heard, office, person
from tests.stories.ways import OwnBox

pytestmark = pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
ANA = STAFF["ana"][1]
WEEKDAYS = [{"days": "mon-fri", "time": "09:00-18:00"}]
SHOP = office(person("ana"), hours=WEEKDAYS)


async def test_in_1970_the_caller_is_connected_whatever_the_hours_are(
    own_box: OwnBox, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    prefix = with_clock(clock, "1970-01-04 03:00:00")  # a Sunday
    async with own_box(prefix=prefix) as stage:
        await stage.opens(SHOP)
        stage.staff("ana", behaviours.answers(after=0.1, thinks=0))
        caller = await stage.forwarded()
        await caller.hears(ANA)
        await caller.hang_up()


async def test_in_1970_a_box_with_a_sim_card_learns_the_time_from_the_mobile_network(
    tmp_path: Path, spoken: Path
) -> None:
    prefix = with_clock(tmp_path / "clock", "1970-01-04 03:00:00")
    sunday = datetime(2026, 12, 6, 8, tzinfo=UTC)
    async with box_with_a_modem(
        tmp_path / "box", spoken, faults=Faults(), network_time=sunday, prefix=prefix
    ) as mobiles:
        await mobiles.stage.opens(SHOP)
        await _greeted(mobiles.stage, Prompt.GREETING_CLOSED)
        assert mobiles.stage.box.status().now.date() == sunday.date()


async def test_a_clock_behind_the_last_call_is_not_believed_until_it_is_set(
    own_box: OwnBox, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    prefix = with_clock(clock, "2026-12-07 08:00:00")  # a Monday
    async with own_box(prefix=prefix) as stage:
        await stage.opens(SHOP)
        await _greeted(stage, Prompt.GREETING_OPEN)
        await stage.box.stop()
        set_clock(clock, "2026-12-06 08:00:00")  # the Sunday before
        await stage.switched_on()
        await _greeted(stage, Prompt.GREETING_OPEN)
        set_clock(clock, "2026-12-07 20:00:00")
        await _greeted(stage, Prompt.GREETING_CLOSED)


async def test_neither_the_night_the_clocks_go_back_nor_a_clock_that_is_set_touches_a_talk(
    own_box: OwnBox, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    prefix = with_clock(clock, "2026-10-25 00:59:55")  # 03:59:55, then 03:00:00 once more
    night = [{"person": "ana", "days": "mon-sun", "time": "22:00-06:00"}]
    async with own_box(prefix=prefix) as stage:
        await stage.opens(office(person("ana"), shifts=night))
        ana = stage.staff("ana", behaviours.answers(after=0.1, thinks=0))
        caller = await stage.forwarded()
        await caller.hears(ANA)
        for now in ("2026-10-25 01:00:05", "2026-10-25 02:30:00", "2026-10-25 01:10:00"):
            set_clock(clock, now)
            await caller.hears(ANA, lasting=0.5)
        await caller.hang_up()
        story = await stage.story(caller)
        assert (story.call.outcome, story.call.person) == ("spoken", "ana")
        (cost,) = [step.facts["seconds"] for step in story.steps if step.what == "leg_cost"]
        assert 1 < cost < 60
        again = await stage.forwarded()
        await again.hears(ANA)
        assert len(ana.calls) == 2


async def _greeted(stage: Stage, sign: Prompt) -> None:
    caller = await stage.called()
    await heard(caller, sign)
    await caller.hang_up()
