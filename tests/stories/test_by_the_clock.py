"""What the box does by the clock on the wall: it tells, it checks, it switches over."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from hotline.control.messages.status import StatusAnswer
from hotline.media.catalogue import Prompt
from hotline.storage import linetests, numberchecks, outbox
from hotline.storage.schema import records_file
from tests.sim.sip import behaviours
from tests.stories.clock import FAKETIME
from tests.stories.daytime import BOSS, Day
from tests.stories.stage import STAFF, heard, number_of, office, person

pytestmark = pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
(_, ANAS), (ION, IONS) = STAFF["ana"], STAFF["ion"]
DAY = timedelta(days=1)
WORK: dict[str, Any] = {"days": "mon-fri", "time": "09:00-18:00"}
TOLD: dict[str, Any] = {"supervisor": "ion", "notify_to": [BOSS], "hours": [WORK]}
PEOPLE = person("ana"), person("ion")


async def test_on_an_evening_with_nobody_waiting_the_owner_hears_of_tomorrows_hole_alone(
    day: Day,
) -> None:
    monday = day.monday()
    tuesday = monday + DAY
    works = {"person": "ana", **WORK}
    away = {"person": "ana", "from": str(tuesday), "to": str(tuesday)}
    await day.stage.opens(office(*PEOPLE, shifts=[works], absences=[away], **TOLD))
    before = letters(day)
    await day.is_on(monday, "18:01")
    hole = f"Nobody answers: {tuesday:%d.%m.} 09:00-18:00"
    assert "could stand in: Ion" in await day.letter(hole)
    assert await day.texts.arrives(ION, "Nobody answers") == hole
    await day.stage.box.until(lambda _: evening_was_looked_at(day, monday), "the evening")
    assert Counter(letters(day)) - Counter(before) == {hole: 2}  # the letter, and the text


def evening_was_looked_at(day: Day, when: date) -> bool:
    with records_file(day.stage.box.data).reading() as database:
        return bool(list(database.query("select 1 from evenings where day = ?", (str(when),))))


def letters(day: Day) -> list[str]:
    """Every letter and text, sent or not."""
    with records_file(day.stage.box.data).reading() as database:
        return [one.subject for one in outbox.recent(database)]


async def test_who_waits_when_the_day_is_over_is_told_with_their_number(day: Day) -> None:
    monday = day.monday()
    await day.stage.opens(office(*PEOPLE, text_staff=False, **TOLD))
    day.sets(monday, "17:50")
    caller = await day.stage.called()
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.hang_up()
    call = (await day.stage.story(caller)).call
    await day.is_on(monday, "18:01")
    number = number_of(caller)
    assert await day.texts.arrives(ION, number) == (
        f"Still waiting for a call: 1 (nobody 1). {number}"
    )
    assert f"{number}: since {monday} 17:5" in await day.letter("Still waiting for a call: 1")
    await day.stage.box.command("returned", str(call.id))


async def test_once_a_week_a_telephone_rings_at_work_and_who_pressed_no_key_is_told(
    day: Day,
) -> None:
    monday = day.monday()
    away = {"person": "ion", "from": str(monday + 7 * DAY), "to": str(monday + 7 * DAY)}
    evening = {"person": "eva", "days": "mon-sun", "time": "18:00-20:00"}
    shifts = [evening, *({"person": name, **WORK} for name in ("ion", "ana"))]
    people = person("eva"), person("ion"), person("ana")
    told = TOLD | {"hours": "always", "shifts": shifts, "absences": [away], "roll_call": True}
    await day.stage.opens(office(*people, **told))
    ana = day.stage.staff("ana", behaviours.presses_and_hangs_up(after=0.1, talks=0.2))
    ion = day.stage.staff("ion", behaviours.rejects(after=0.1))
    eva = day.stage.staff("eva", behaviours.answers(after=0.1, thinks=0))
    await day.is_on(monday, "10:00")
    await is_found(day, ion.number, "declined")
    await day.is_on(monday + 7 * DAY, "09:00")
    found = "Weekly check of telephones: 0 of 1 pressed the key. Ion: declined"
    await day.letter(found)
    assert await day.texts.arrives(ION, "Weekly check") == found
    await is_found(day, ana.number, "key")
    assert (len(ana.calls), len(ion.calls), len(eva.calls)) == (1, 1, 0)


async def test_a_campaign_switches_itself_on_and_off_and_then_its_report_comes(day: Day) -> None:
    monday = day.monday()
    name = f"Roses {monday}"
    roses: dict[str, Any] = {
        "id": f"roses{monday:%j}",
        "name": name,
        "from": str(monday),
        "to": str(monday),
        "hours": [{"days": "mon-sun", "time": "10:00-16:00"}],
        "greeting": {"en": "Roses day."},
        "people": ["ion"],
    }
    told = TOLD | {"hours": "always", "campaigns": [roses]}
    await day.stage.opens(office(*PEOPLE, **told))
    for one in ("ana", "ion"):
        day.stage.staff(one, behaviours.answers(after=0.1, thinks=0))
    for time, answers in (("09:59", ANAS), ("10:00", IONS), ("15:59", IONS), ("16:00", ANAS)):
        day.sets(monday, f"{time}:30" if time.endswith("59") else time)
        caller = await day.stage.called()
        if time == "10:00":
            await caller.hears_piece(await day.stage.words("Roses day."))
        await caller.press("1")
        await caller.hears(answers, within=10)
        await caller.hang_up()
        await day.stage.story(caller)
    await day.is_on(monday, "16:01")
    found = f"«{name}» is over: 2 calls, 2 answered, 0 missed"
    await day.letter(found)
    assert await day.texts.arrives(ION, name) == found
    kept, *_ = await day.stage.box.records("campaigns")
    assert (kept["name"], kept["calls"], kept["spoken"]) == (name, 2, 2)


async def is_found(day: Day, number: str, result: str) -> None:
    """Wait until this came of the check of a telephone."""

    def found(_: StatusAnswer) -> bool:
        with records_file(day.stage.box.data).reading() as database:
            checks = numberchecks.checks(database)
        return any((one.number, one.result) == (number, result) for one in checks)

    await day.stage.box.until(found, f"{number}: {result}")


async def test_each_day_the_box_calls_its_own_lines_and_the_doctor_tells_what_it_heard(
    day: Day,
) -> None:
    await day.stage.opens(office(*PEOPLE, self_call="11:00"))
    day.carry()
    monday, worked = day.monday(), dict[str, str]()
    await day.is_on(monday, "11:00")

    def seen(_: StatusAnswer) -> bool:
        with records_file(day.stage.box.data).reading() as database:
            called = [one for one in linetests.self_calls(database) if one.at.date() == monday]
        worked.update({one.line: one.words for one in called})
        return len(worked) == len(day.lines) and "It was cut off." not in worked.values()

    await day.stage.box.until(seen, "every line called", within=60)
    assert set(worked.values()) == {"It came in, and both ends heard each other."}
    doctor = await day.stage.box.command("doctor", code=None)
    for line in worked:
        assert f"{line}: Called by the box itself over " in doctor
    day.stage.others_were_dialled()
