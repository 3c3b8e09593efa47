"""A hole in the plan is told the day before, once, with who could stand in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls.planwatch import PlanWatch
from hotline.routing.coverage import holes_to_tell
from hotline.routing.office import Office, Person
from hotline.storage.toldholes import ToldHoles
from tests.calls.hotline import ANA, OFFICE, Hotline
from tests.routing.shop import at, hours, office, person, shift

ION = Person("ion", "Ion", "+37369000102")
# Sunday the 22nd, 11 o'clock in Chisinau, is when the tests' clock begins.
PLAN = (shift("ana", "mon", "09:00-12:00"), shift("ana", "sun", "00:00-24:00"))
SHOP = replace(OFFICE, people=(ANA, ION), shifts=PLAN, hours=(hours("sun-mon", "09:00-13:00"),))


def watched(folder: Path, shop: Office = SHOP) -> tuple[Hotline, PlanWatch]:
    here = Hotline(folder, shop)
    writer: Any = here.records
    return here, PlanWatch(here.exchange, ToldHoles(writer))


def told(here: Hotline) -> list[str]:
    return [letter.subject for letter in here.outbox.waiting()]


async def test_tomorrows_hole_is_told_from_noon_on_and_once(tmp_path: Path) -> None:
    here, watch = watched(tmp_path)
    await watch.look()
    assert told(here) == []
    here.time.pass_by(timedelta(hours=1, minutes=1))
    await watch.look()
    assert told(here) == ["Nobody answers: 23.11. 12:00-13:00"]
    assert "could stand in: Ion" in here.outbox.waiting()[0].body
    writer: Any = here.records
    for again in (watch, PlanWatch(here.exchange, ToldHoles(writer))):
        here.time.pass_by(timedelta(minutes=10))
        await again.look()
    assert len(told(here)) == 1


async def test_a_hole_that_is_there_already_is_told_once_however_long_it_lasts(
    tmp_path: Path,
) -> None:
    here, watch = watched(tmp_path, replace(SHOP, shifts=PLAN[:1]))
    for _ in range(3):
        await watch.look()
        here.time.pass_by(timedelta(minutes=10))
    assert told(here) == ["Nobody answers: 22.11. 11:00-13:00"]


async def test_a_plan_without_holes_is_not_worth_a_letter(tmp_path: Path) -> None:
    here, watch = watched(tmp_path, replace(SHOP, hours=(hours("sun-mon", "09:00-12:00"),)))
    here.time.pass_by(timedelta(hours=3))
    await watch.look()
    assert told(here) == []


@pytest.mark.parametrize(("now", "found"), [("11:59", 0), ("12:00", 1)])
def test_before_noon_only_today_counts(now: str, found: int) -> None:
    shop = office(
        person("Ana"),
        hours=(hours("tue", "09:00-10:00"),),
        shifts=(shift("ana", "mon", "09:00-12:00"),),
    )
    assert len(holes_to_tell(shop, at(f"2026-11-23 {now}"))) == found
