"""A draft of the plan connects no caller; with one command it is in force for the next one."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hotline.control.messages.office import PlanAway
from tests.sim.sip import behaviours
from tests.stories.stage import STAFF, Stage, office, person

ANA, ION = (STAFF[name][1] for name in ("ana", "ion"))
AT_ONCE = behaviours.answers(after=0.1, thinks=0)
DAY = timedelta(days=1)


async def test_callers_reach_who_is_planned_until_the_draft_is_published(stage: Stage) -> None:
    always = [{"person": one, "days": "mon-sun", "time": "00:00-24:00"} for one in ("ana", "ion")]
    await stage.opens(office(person("ana"), person("ion"), shifts=always))
    ana, ion = stage.staff("ana", AT_ONCE), stage.staff("ion", AT_ONCE)
    today = datetime.now(ZoneInfo("Europe/Chisinau")).date()
    away = PlanAway(person="ana", first=today - DAY, last=today + DAY, by="maria", draft=True)
    stage.box.control.change(away)

    told = await stage.box.command("office", "draft")
    assert "Ana, away (maria)" in told
    assert f"{today:%a %d.%m.%Y} Ana: 00:00–00:00 -> free" in told
    caller = await stage.forwarded()
    await caller.hears(ANA)
    await caller.hang_up()
    await stage.story(caller)

    assert "The plan is changed." in await stage.box.command("office", "publish")
    caller = await stage.forwarded()
    await caller.hears(ION)
    await caller.hang_up()
    await stage.story(caller)
    assert (len(ana.calls), len(ion.calls)) == (1, 1)

    stage.box.control.change(away.model_copy(update={"person": "ion"}))
    assert "Taken out of the draft." in await stage.box.command("office", "discard")
    assert "The draft is empty." in await stage.box.command("office", "draft")
