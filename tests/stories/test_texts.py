"""Texts over the modem's SIM card: who is on duty is told, and nothing that comes is lost."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hotline.control.messages.status import StatusAnswer
from hotline.media.catalogue import Prompt
from hotline.storage import outbox
from hotline.storage.outbox import Letter, LetterState
from hotline.storage.schema import records_file
from tests.sim.gsm import Faults
from tests.sim.gsm.texts import TextCentre
from tests.sim.sip import OutgoingCall
from tests.sim.sound import Silence, noise
from tests.stories.modems import Mobiles, box_with_a_modem, clear
from tests.stories.stage import STAFF, beep, heard, number_of, office, person

ANA, ION = STAFF["ana"][0], STAFF["ion"][0]
LONG = "Жалоба: цветы завяли, а деньги не вернули. 🙂 " * 5
MOBILE = "+37379123456"
_told = itertools.count(1)


def new(words: str) -> str:
    """Words that are in no text yet, also where a story is tried again."""
    return f"{words} {next(_told)}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> AsyncIterator[Mobiles]:
    folder = tmp_path_factory.mktemp("box")
    async with box_with_a_modem(folder, spoken, sip_first=True, faults=Faults()) as mobiles:
        yield mobiles


@pytest_asyncio.fixture(loop_scope="session")
async def mobiles(shared: Mobiles) -> AsyncIterator[Mobiles]:
    yield shared
    shared.modem.texts.refuses = None
    shared.modem.faults.answers.clear()
    if not shared.stage.box.runs:
        await _starts(shared)
    await clear(shared)


@pytest.fixture
def texts(mobiles: Mobiles) -> TextCentre:
    return mobiles.modem.network.texts


async def complains(mobiles: Mobiles) -> OutgoingCall:
    """Somebody complains over the other line, and hangs up."""
    caller = await mobiles.sip.called(tone=Silence())
    await caller.press("2")
    await beep(caller)
    await caller.say(noise(1.5, seed=7))
    await caller.press("#")
    await heard(caller, Prompt.COMPLAINT_SAVED)
    await caller.hang_up()
    return caller


async def leaves(mobiles: Mobiles, number: str | None = None) -> OutgoingCall:
    """Somebody hears the greeting and hangs up."""
    caller = await mobiles.sip.called(number)
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.hang_up()
    await mobiles.sip.story(caller)
    return caller


async def filed(mobiles: Mobiles, *words: str) -> list[dict[str, Any]]:
    """What `hotline texts` prints of texts with these words, once there are any."""

    found: list[dict[str, Any]] = []
    async with asyncio.timeout(15):
        while not found:
            read = await mobiles.stage.box.records("texts")
            found = [one for one in read if one["text"] in words]
    return found


async def emptied(mobiles: Mobiles) -> None:
    """Wait until nothing is left on the SIM card."""
    await mobiles.stage.box.until(lambda _: not mobiles.modem.texts.store, "the store empty")


async def _starts(mobiles: Mobiles) -> None:
    await mobiles.stage.box.start()
    await mobiles.stage.box.until(_all_up, "all lines up", within=15)


def _all_up(status: StatusAnswer) -> bool:
    return all(line.up for line in status.lines)


def letters(mobiles: Mobiles, number: int) -> list[Letter]:
    with records_file(mobiles.stage.box.data).reading() as database:
        return outbox.of_case(database, number)


# -- who is told -----------------------------------------------------------------------------------


async def test_who_is_on_duty_gets_a_text_of_the_complaint(
    mobiles: Mobiles, texts: TextCentre
) -> None:
    away = {"person": "ion", "from": "2020-01-01", "to": "2120-01-01"}
    people = (person("ana"), person("ion"))
    await mobiles.stage.opens(office(*people, absences=[away], recording_notice={}))
    case = await mobiles.sip.filed(await complains(mobiles))
    told = f"Complaint {case.number}: {case.caller_number}"
    assert await texts.arrives(ANA, f"{case.number}") == told
    await mobiles.stage.box.until(
        lambda _: [one.state for one in letters(mobiles, case.number)] == [LetterState.DELIVERED],
        "the letter delivered",
    )
    assert not texts.got(ION)


async def test_who_is_on_duty_gets_a_text_of_a_missed_caller(
    mobiles: Mobiles, texts: TextCentre
) -> None:
    await mobiles.stage.opens(office(person("ana")))
    caller = await leaves(mobiles, MOBILE)
    await texts.arrives(ANA, f"Missed call: {number_of(caller)}, ")
    assert not texts.got(MOBILE)  # the office did not ask for it


async def test_nobody_is_sent_a_text_where_the_office_wants_none(
    mobiles: Mobiles, texts: TextCentre
) -> None:
    await mobiles.stage.opens(office(person("ana"), text_staff=False, recording_notice={}))
    case = await mobiles.sip.filed(await complains(mobiles))
    assert letters(mobiles, case.number) == []


async def test_a_missed_caller_is_told_once_a_day_and_only_on_a_mobile_of_the_country(
    mobiles: Mobiles, texts: TextCentre
) -> None:
    await mobiles.stage.opens(office(text_missed=True))
    mobile, abroad, landline = (
        f"{one}{next(_told):03}" for one in ("+37379123", "+40721000", "+37322900")
    )
    for number in (mobile, landline, abroad, "", mobile):
        await leaves(mobiles, number)
    assert await texts.arrives(mobile) == "We missed your call and will call you back. Flowers"
    with records_file(mobiles.stage.box.data).reading() as database:
        asked = [one.recipient for one in outbox.recent(database) if "We missed" in one.subject]
    assert asked.count(mobile) == 1
    assert not {landline, abroad, ""}.intersection(asked)


# -- what comes ------------------------------------------------------------------------------------


async def test_a_long_cyrillic_text_arrives_whole(mobiles: Mobiles, texts: TextCentre) -> None:
    words = new(LONG)
    texts.text(mobiles.modem, ANA, words)
    (text,) = await filed(mobiles, words)
    assert (text["number"], text["direction"], text["state"]) == (ANA, "in", "received")
    assert "Жалоба: цветы" in await mobiles.stage.box.command("texts")


async def test_a_text_to_the_hotline_is_told_to_the_office(
    mobiles: Mobiles, texts: TextCentre
) -> None:
    await mobiles.stage.opens(office(notify_to=["owner@example.org"]))
    asked = new("Is my bouquet ready?")
    texts.text(mobiles.modem, MOBILE, asked)
    await filed(mobiles, asked)

    def told(_: StatusAnswer) -> bool:
        with records_file(mobiles.stage.box.data).reading() as database:
            return any(asked in letter.body for letter in outbox.recent(database))

    await mobiles.stage.box.until(told, "a letter about the text")


async def test_a_text_that_came_while_the_box_was_off_is_filed_at_the_start(
    mobiles: Mobiles, texts: TextCentre
) -> None:
    await mobiles.stage.box.stop()
    words = new("while you slept")
    texts.text(mobiles.modem, ANA, words)
    assert len(mobiles.modem.texts.store) == 1
    await _starts(mobiles)
    assert len(await filed(mobiles, words)) == 1
    await emptied(mobiles)


async def test_the_same_text_is_filed_once_after_a_kill(
    mobiles: Mobiles, texts: TextCentre
) -> None:
    mobiles.modem.faults.answers["AT+CMGD=1"] = "ERROR"  # the power goes before it is deleted
    once, then = new("only once"), new("and then this")
    texts.text(mobiles.modem, ANA, once)
    await filed(mobiles, once)
    mobiles.stage.box.kill()
    await mobiles.stage.box.stop()
    assert len(mobiles.modem.texts.store) == 1
    mobiles.modem.faults.answers.clear()
    await _starts(mobiles)
    texts.text(mobiles.modem, ANA, then)
    await filed(mobiles, then)
    await emptied(mobiles)
    assert len(await filed(mobiles, once)) == 1


# -- trouble ---------------------------------------------------------------------------------------


async def test_a_modem_that_refuses_a_text_loses_neither_the_letter_nor_the_line(
    mobiles: Mobiles, texts: TextCentre
) -> None:
    mobiles.modem.texts.refuses = 21
    await mobiles.stage.opens(office(person("ana"), recording_notice={}))
    case = await mobiles.sip.filed(await complains(mobiles))
    await mobiles.stage.box.until(
        lambda _: any(one.attempts for one in letters(mobiles, case.number)), "an attempt"
    )
    (letter,) = letters(mobiles, case.number)
    assert letter.state is LetterState.WAITING
    assert "the network rejects the text" in letter.last_error
    caller = await mobiles.stage.called()  # over the modem
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.hang_up()
    mobiles.modem.texts.refuses = None
    await texts.arrives(ANA, f"Complaint {case.number}", within=30)


async def test_a_caller_who_rings_the_sim_card_is_not_kept_waiting_for_a_text(
    mobiles: Mobiles, texts: TextCentre
) -> None:
    """The text about the last call waits until this one is over."""
    await mobiles.stage.opens(office(person("ana"), recording_notice={}))
    caller = await mobiles.stage.called()
    await heard(caller, Prompt.GREETING_OPEN)
    case = await mobiles.sip.filed(await complains(mobiles))
    assert not texts.got(ANA, f"Complaint {case.number}")
    await caller.hang_up()
    await texts.arrives(ANA, f"Complaint {case.number}")
