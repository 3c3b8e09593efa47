"""A hotline that can dial out costs no more than its owner allowed, and dials nobody else."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime

import pytest

from hotline.control.client import Refused
from hotline.media.catalogue import Prompt
from hotline.storage import outbox
from hotline.storage.database import text_of
from hotline.storage.schema import records_file
from tests.sim.sip import IncomingCall, behaviours
from tests.stories.stage import STAFF, Stage, heard, office, person
from tests.stories.ways import OwnBox

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA, ION = STAFF["ana"][1], STAFF["ion"][1]
PREMIUM, ABROAD = "+37390000000", "+40722123456"


async def test_no_more_callers_are_forwarded_at_once_than_allowed(own_box: OwnBox) -> None:
    limits = "[limits]\nconcurrent = 1\n"
    async with own_box(settings=limits) as stage:
        await stage.opens(office(person("ana"), person("ion")))
        ana, ion = stage.staff("ana", AT_ONCE), stage.staff("ion", AT_ONCE)
        first = await stage.forwarded()
        await first.hears(ANA)
        second = await stage.forwarded()
        await stage.step(second, "waiting")
        assert (len(ana.calls), len(ion.calls)) == (1, 0)
        await first.hang_up()
        await second.hears(ANA)


async def test_with_no_minutes_left_nobody_is_rung_and_the_caller_leaves_a_message(
    own_box: OwnBox,
) -> None:
    async with own_box(settings="[limits]\nminutes_per_day = 0\n") as stage:
        await stage.opens(office(person("ana")))
        stage.staff("ana", AT_ONCE)
        caller = await stage.forwarded()
        await heard(caller, Prompt.MESSAGE_INTRO)
        assert stage.dialled == []


async def test_the_minutes_of_test_calls_count_after_a_restart_too(own_box: OwnBox) -> None:
    async with own_box(settings="[limits]\nminutes_per_day = 1\n") as stage:
        await stage.opens(office(person("ana")))
        stage.staff("ana", behaviours.answers_and_hangs_up(after=0.1, holds=0.5))
        box = stage.box
        line = box.status().lines[0].name
        await asyncio.to_thread(box.control.line_test, line, STAFF["ana"][0])
        await box.stop()
        with sqlite3.connect(records_file(box.data).path) as records:
            # It took that long.
            records.execute("update uses set amount = amount + 60 where what = 'talked'")
        await stage.switched_on()
        with pytest.raises(Refused, match="1 minutes"):
            await asyncio.to_thread(box.control.line_test, line, STAFF["ana"][0])


async def test_used_up_minutes_are_told_once_and_one_command_lets_callers_through(
    own_box: OwnBox,
) -> None:
    async with own_box(settings="[limits]\nminutes_per_day = 2\n") as stage:
        await stage.opens(office(person("ana"), notify_to=["owner@example.org"]))
        stage.staff("ana", AT_ONCE)
        box = stage.box
        await box.stop()
        with sqlite3.connect(records_file(box.data).path) as records:
            records.execute(
                "insert into uses (at, what, number, amount) values (?, 'talked', ?, 120)",
                (text_of(datetime.now(UTC)), STAFF["ana"][0]),
            )
        await stage.switched_on()
        for _ in range(2):
            caller = await stage.forwarded()
            await heard(caller, Prompt.MESSAGE_INTRO)
            await caller.hang_up()
            await stage.story(caller)
        used = await box.command("caps")
        assert "2 of 2 minutes of forwarded calls are used today: Ana 2." in used
        assert "2 of 2 minutes" in await box.command("doctor", code=1)
        assert "1 more minutes" in await box.command("caps", "resume")
        caller = await stage.forwarded()
        await caller.hears(ANA)
        assert "once a day" in await box.command("caps", "resume", code=1)
        with records_file(box.data).reading() as database:
            subjects = [letter.subject for letter in outbox.waiting(database)]
        assert sum("used up" in subject for subject in subjects) == 1


async def test_one_number_is_not_rung_more_often_in_an_hour_than_allowed(own_box: OwnBox) -> None:
    limits = "[limits]\ncalls_per_hour_per_number = 1\n"
    async with own_box(settings=limits) as stage:
        await stage.opens(office(person("ana"), person("ion")))
        ana, ion = stage.staff("ana", AT_ONCE), stage.staff("ion", AT_ONCE)
        first = await stage.forwarded()
        await first.hears(ANA)
        await first.hang_up()
        await stage.story(first)
        second = await stage.forwarded()
        await second.hears(ION)
        assert (len(ana.calls), len(ion.calls)) == (1, 1)


async def test_a_colleague_abroad_is_rung_where_the_owner_named_the_country(
    own_box: OwnBox,
) -> None:
    with_ana_abroad = office(person("ana", number=ABROAD), person("ion"))
    async with own_box(confirmed=(ABROAD, STAFF["ion"][0])) as stage:
        box = stage.box
        await stage.opens(office(person("ion")))
        with pytest.raises(Refused) as refusal:
            await asyncio.to_thread(box.control.office_put, with_ana_abroad, "the story")
        assert "abroad (RO)" in str(refusal.value.problems)
        await box.stop()
        box.settings = '[limits]\ncountries = ["RO"]\n'
        box.write_settings()
        await stage.switched_on()
        (box.data / "office.yaml").write_text(with_ana_abroad)
        await box.command("office", "import", str(box.data / "office.yaml"))
        assert ABROAD in await box.command("office", "export", "-")
        stage.telephone(ABROAD, AT_ONCE, tone=ANA)
        caller = await stage.forwarded()
        await caller.hears(ANA)
        assert stage.dialled == [ABROAD]


@pytest.mark.sip_only
async def test_a_mobile_that_redirects_the_call_is_not_followed(stage: Stage) -> None:
    async def elsewhere(call: IncomingCall) -> None:
        host, port = stage.exchange.address
        call.reject(302, ("Contact", f"<sip:{PREMIUM}@{host}:{port}>"))

    await stage.opens(office(person("ana"), person("ion")))
    stage.staff("ana", elsewhere)
    stage.staff("ion", AT_ONCE)
    caller = await stage.forwarded()
    await caller.hears(ION)
    assert stage.dialled == [STAFF["ana"][0], STAFF["ion"][0]]


@pytest.mark.sip_only
async def test_nobody_can_have_the_box_transfer_a_call(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    ana = stage.staff("ana", AT_ONCE)
    caller = await stage.forwarded()
    await caller.hears(ANA)
    host, port = stage.exchange.address
    target = ("Refer-To", f"<sip:{PREMIUM}@{host}:{port}>")
    for call in (caller, ana.calls[0]):
        assert (await call.request("REFER", target)).status >= 400
    since = caller.rtp.heard.length
    await caller.hears(ANA, since=since)
    assert stage.dialled == [STAFF["ana"][0]]


async def test_keys_of_a_caller_never_dial(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    stage.staff("ana", AT_ONCE)
    caller = await stage.forwarded()
    await caller.hears(ANA)
    await caller.press("90000")
    since = caller.rtp.heard.length
    await caller.hears(ANA, since=since)
    assert stage.dialled == [STAFF["ana"][0]]
