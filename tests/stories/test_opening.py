"""What is open today, and for whom: campaigns, moved days, people who are away, swaps."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hotline.media.catalogue import Prompt
from tests.sim.sip import behaviours
from tests.stories.stage import STAFF, Stage, heard, hours, office, person

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA, ION = STAFF["ana"][1], STAFF["ion"][1]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALL_DAY = "00:00-24:00"


def today() -> date:
    """The day of the office, and the same until the story is over."""
    return datetime.now(ZoneInfo("Europe/Chisinau")).date()


def some_other_weekday() -> str:
    return DAYS[(today().weekday() + 3) % 7]


async def test_a_campaign_has_its_own_greeting_and_people_while_it_is_on(stage: Stage) -> None:
    stage.staff("ana", AT_ONCE)
    stage.staff("ion", AT_ONCE)
    season: dict[str, Any] = {"id": "season", "people": ["ion"], "greeting": {"en": "Roses week."}}
    shop = {"campaigns": [season | {"hours": hours(-1, 1)}]}
    await stage.opens(office(person("ana"), person("ion"), **shop))
    caller = await stage.called()
    await caller.hears_piece(await stage.words("Roses week."))
    await caller.press("1")
    await caller.hears(ION)
    shop = {"campaigns": [season | {"hours": hours(2, 3)}]}
    await stage.opens(office(person("ana"), person("ion"), **shop))
    later = await stage.called()
    await heard(later, Prompt.GREETING_OPEN)
    await later.press("1")
    await later.hears(ANA)


async def test_a_moved_day_works_as_another_weekday_also_on_a_holiday(stage: Stage) -> None:
    stage.staff("ana", AT_ONCE)
    other = some_other_weekday()
    shop: dict[str, Any] = {
        "hours": [{"days": other, "time": ALL_DAY}],
        "shifts": [{"person": "ana", "days": other, "time": ALL_DAY}],
        "closures": [{"from": str(today()), "to": str(today())}],
    }
    await stage.opens(office(person("ana"), **shop))
    closed = await stage.called()
    await heard(closed, Prompt.GREETING_CLOSED)
    await closed.hang_up()
    moved = {"moved_days": [{"date": str(today()), "as": other}]}
    await stage.opens(office(person("ana"), **shop | moved))
    caller = await stage.forwarded()
    await caller.hears(ANA)


async def test_who_is_away_is_not_rung_and_who_swapped_the_day_is(stage: Stage) -> None:
    people = person("ana"), person("ion"), person("eva")
    ana, ion = stage.staff("ana", AT_ONCE), stage.staff("ion", AT_ONCE)
    stage.staff("eva", AT_ONCE)
    every_day = {"days": "mon-sun", "time": ALL_DAY}
    yesterday, tomorrow = today() - timedelta(days=1), today() + timedelta(days=1)
    shop: dict[str, Any] = {
        "shifts": [{"person": name, **every_day} for name in ("ana", "eva")],
        "absences": [{"person": "ana", "from": str(yesterday), "to": str(tomorrow)}],
        "swaps": [{"day": str(today()), "between": ["eva", "ion"]}],
    }
    await stage.opens(office(*people, **shop))
    caller = await stage.forwarded()
    await caller.hears(ION)
    assert (len(ana.calls), len(ion.calls)) == (0, 1)
