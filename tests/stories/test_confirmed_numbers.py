"""Callers are sent to nobody but who keyed the code; whoever holds the page changes nothing of it.

Each box here begins with nobody confirmed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline.control.client import Refused
from hotline.storage import audit, confirmations, outbox
from hotline.storage.audit import Act
from hotline.storage.confirmations import Confirmation
from hotline.storage.schema import records_file
from tests.sim.sip import Mobile, behaviours
from tests.stories.stage import STAFF, Stage, beep, office, person
from tests.stories.ways import OwnBox

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA_NUMBER, ANA = STAFF["ana"]
ABROAD, PREMIUM, STRANGER = "+40722123456", "+37390012345", "+37379123456"
TELL = {"notify_to": ["owner@example.org"]}


@pytest_asyncio.fixture(loop_scope="session")
async def stage(own_box: OwnBox) -> AsyncIterator[Stage]:
    async with own_box(confirmed=()) as one:
        yield one


def confirmed(stage: Stage) -> list[Confirmation]:
    with records_file(stage.box.data).reading() as database:
        return confirmations.known(database)


def acts(stage: Stage) -> list[Act]:
    with records_file(stage.box.data).reading() as database:
        return [entry.what for entry in audit.newest(database)][::-1]


def letters(stage: Stage) -> list[str]:
    with records_file(stage.box.data).reading() as database:
        return sorted(letter.subject for letter in outbox.waiting(database))


async def keys(mobile: Mobile, code: str) -> None:
    """The owner of the telephone picks up, listens, and keys this."""
    call = await mobile.rings(within=15)
    call.answer()
    await call.hears_speech(within=10)
    if code:
        await call.press(code)
        await call.ended(within=15)
    else:
        await call.hang_up()  # as a voicemail does that has recorded enough


async def test_ana_is_rung_once_she_has_keyed_the_code_and_after_a_power_cut_too(
    stage: Stage,
) -> None:
    await stage.opens(office(person("ana"), **TELL))
    ana = stage.staff("ana")
    caller = await stage.forwarded()
    await beep(caller)
    await caller.hang_up()
    assert stage.dialled == []
    box = stage.box
    assert "Ana's number is not confirmed yet: Ana is not rung." in await box.command("who")
    assert "hotline numbers confirm ana" in await box.command("doctor", code=1)
    asked = await asyncio.create_subprocess_exec(
        *box.hotline("numbers", "confirm", "ana"),
        stdout=asyncio.subprocess.PIPE,
        env=box.environment_of_commands(),
    )
    assert asked.stdout
    code = re.search(r"\b[0-9]{4}\b", (await asked.stdout.readline()).decode())
    assert code
    await keys(ana, code[0])
    assert "Ana is rung from now on." in (await asked.stdout.read()).decode()
    assert await asked.wait() == 0
    subject = "A new telephone may now receive callers: +373 69… 01 (Ana)"
    await box.until(lambda _: subject in letters(stage), "the letter about it")
    log = await box.records("numbers", "log")
    assert [(one["what"], one["person"]) for one in log] == [
        ("confirmed", "Ana"),
        ("asked", "Ana"),
        ("refused", "Ana"),
    ]
    assert all(one["by"] for one in log[:2])
    box.kill()
    await box.ended()
    await stage.switched_on()
    ana.behaviour = AT_ONCE
    caller = await stage.forwarded()
    await caller.hears(ANA)
    await caller.hang_up()
    await box.command("numbers", "forget", "ana")
    caller = await stage.forwarded()
    await beep(caller)


async def test_a_voicemail_confirms_nothing_and_the_command_says_so(stage: Stage) -> None:
    await stage.opens(office(person("ana"), person("ion"), **TELL))
    ion = stage.staff("ion")
    await asyncio.to_thread(stage.box.control.number_confirm, "ion", "maria")
    await keys(ion, "")
    await stage.box.until(lambda _: Act.NOT_CONFIRMED in acts(stage), "the end of it")
    assert confirmed(stage) == []
    found = {p["person"]: p["tried"] for p in (await stage.box.records("numbers"))["people"]}
    assert found == {"ana": "", "ion": "silent"}


async def test_whoever_holds_the_page_sends_no_caller_to_a_number_nobody_confirmed(
    stage: Stage,
) -> None:
    """A stolen session, or the whole process of the page: it can say what it likes."""
    control = stage.box.control
    await stage.opens(office(person("ana"), **TELL))
    for number in (ABROAD, PREMIUM, "112", "+881612345678"):
        stolen = office(person("ana", number=number), **TELL)
        with pytest.raises(Refused):
            await asyncio.to_thread(control.office_put, stolen, "thief")
    await stage.opens(office(person("ana", number=STRANGER), person("ion"), **TELL))
    for _ in range(2):
        caller = await stage.forwarded()
        await beep(caller)
        await caller.hang_up()
        await stage.story(caller)
    with pytest.raises(Refused):
        await asyncio.to_thread(control.number_confirm, "eva", "thief")
    assert stage.dialled == []
    told = letters(stage)
    assert told.count(f"The box was to dial {ABROAD} and refused") == 1
    assert sum("the number" in subject for subject in told) == 2  # of Ana and of Ion, once each
    assert acts(stage).count(Act.REFUSED) == 6


async def test_who_calls_under_the_number_of_the_staff_opens_nothing(stage: Stage) -> None:
    await stage.opens(office(person("ana"), person("ion"), **TELL))
    stage.staff("ana")
    caller = await stage.forwarded(number=ANA_NUMBER)
    await caller.press("0000#1*9")
    await caller.hang_up()
    await stage.story(caller)
    assert stage.dialled == []
    assert confirmed(stage) == []


@pytest.mark.sip_only
async def test_a_telephone_that_is_being_asked_can_neither_redirect_nor_transfer(
    stage: Stage,
) -> None:
    await stage.opens(office(person("ana"), person("ion"), **TELL))
    host, port = stage.exchange.address
    away = f"<sip:{STRANGER}@{host}:{port}>"
    stage.staff("ion", behaviours.redirects(f"sip:{STRANGER}@{host}:{port}"))
    await asyncio.to_thread(stage.box.control.number_confirm, "ion", "maria")
    ana = stage.staff("ana")
    await asyncio.to_thread(stage.box.control.number_confirm, "ana", "maria")
    call = await ana.rings()
    call.answer()
    await call.hears_speech(within=10)
    assert (await call.request("REFER", ("Refer-To", away))).status >= 400
    await call.hang_up()
    await stage.box.idle()
    assert set(stage.dialled) <= {ANA_NUMBER, STAFF["ion"][0]}
    assert confirmed(stage) == []
