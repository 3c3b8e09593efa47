"""The staff steer who is rung by texting the box, over its SIM card; calls come any way."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hotline.control.messages.status import StatusAnswer
from hotline.inbox.case import Case
from hotline.media.catalogue import Prompt
from hotline.storage import outbox
from hotline.storage.outbox import Letter, LetterState
from hotline.storage.schema import records_file
from tests.sim.gsm import Faults, GsmModem
from tests.sim.gsm.texts import TextCentre
from tests.sim.sip import OutgoingCall, behaviours
from tests.sim.sound import Silence, Tone, noise
from tests.stories.modems import box_with_a_modem
from tests.stories.stage import STAFF, Stage, beep, heard, office, person
from tests.stories.ways import OVER, SIP, staged_over

ANA, ION = STAFF["ana"], STAFF["ion"]
AT_ONCE = behaviours.answers(after=0.1, thinks=0)
VERA = Tone(1800)
EXPIRED = 0x46  # TP-ST: the network gave up
REFUSED = 21  # +CMS ERROR


@dataclass(frozen=True)
class Shop:
    """Where callers come, and the modem whose SIM card the staff text."""

    stage: Stage
    modem: GsmModem


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_with_a_card(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[Shop]:
    folder, way = tmp_path_factory.mktemp("box"), request.config.getoption(OVER)
    if way == SIP:
        beside = box_with_a_modem(folder, spoken, sip_first=True, faults=Faults())
        async with beside as mobiles:
            yield Shop(mobiles.sip, mobiles.modem)
    else:
        async with staged_over(way, folder, spoken, tight=True) as stage:
            first: Any = stage.target
            yield Shop(stage, getattr(first, "modems", [first])[0])


@pytest_asyncio.fixture(loop_scope="session")
async def shop(shared_with_a_card: Shop) -> AsyncIterator[Shop]:
    yield shared_with_a_card
    await shared_with_a_card.stage.clear()


@pytest.fixture
def texts(shop: Shop) -> TextCentre:
    return shop.modem.network.texts


async def opens(shop: Shop, suffix: str, **more: Any) -> None:
    """Ana is rung first, then Ion; the suffix keeps the stories' people apart."""
    people = (person(name, id=f"{name}{suffix}") for name in ("ana", "ion"))
    await shop.stage.opens(office(*people, **more))


async def taken_by(shop: Shop) -> str:
    """Who takes the next call; each answers at once."""
    for name in ("ana", "ion"):
        shop.stage.staff(name, AT_ONCE)
    caller = await shop.stage.forwarded()
    await shop.stage.step(caller, "joined")
    await caller.hang_up()
    return (await shop.stage.story(caller)).call.person


async def test_who_texts_break_is_not_rung_and_is_again_when_back(
    shop: Shop, texts: TextCentre
) -> None:
    await opens(shop, "1")
    assert await taken_by(shop) == "ana1"
    texts.text(shop.modem, ANA[0], "Перерыв 15")
    await texts.arrives(ANA[0], "Break until ")
    assert await taken_by(shop) == "ion1"
    texts.text(shop.modem, ION[0], "break")
    await texts.arrives(ION[0], "Break denied, you are the last one.")
    texts.text(shop.modem, ANA[0], "1")
    await texts.arrives(ANA[0], "You are on until ")
    assert await taken_by(shop) == "ana1"


async def test_who_misses_calls_is_paused_and_rung_again_after_replying_1(
    shop: Shop, texts: TextCentre
) -> None:
    await opens(shop, "2", pause_after=2)
    ana = shop.stage.staff("ana", behaviours.never_answers())
    shop.stage.staff("ion", AT_ONCE)
    for _ in range(2):
        caller = await shop.stage.forwarded()
        await caller.hears(ION[1], within=12)
        await caller.hang_up()
        await shop.stage.story(caller)
    await texts.arrives(ANA[0], "You missed 2 calls")
    assert len(ana.calls) == 2
    assert await taken_by(shop) == "ion2"
    texts.text(shop.modem, ANA[0], "1")
    await texts.arrives(ANA[0], "You are on until ")
    assert await taken_by(shop) == "ana2"


async def test_who_texts_off_is_rung_no_more_and_who_asks_is_told_who_is_there(
    shop: Shop, texts: TextCentre
) -> None:
    await opens(shop, "6")
    texts.text(shop.modem, ANA[0], "OFF")
    await texts.arrives(ANA[0], "You are off until ")
    texts.text(shop.modem, ION[0], "who")
    there = await texts.arrives(ION[0], "On now: ")
    assert re.fullmatch(r"On now: Ana \(off [^)]+\), Ion\.", there)
    assert await taken_by(shop) == "ion6"
    texts.text(shop.modem, ANA[0], "ON")
    await texts.arrives(ANA[0], "You are on until ")
    assert await taken_by(shop) == "ana6"


async def leaves_word(shop: Shop) -> OutgoingCall:
    """Somebody leaves a message, and hangs up."""
    caller = await shop.stage.called(tone=Silence())
    await caller.press("3")
    await beep(caller)
    await caller.say(noise(1.5, seed=7))
    await caller.press("#")
    await heard(caller, Prompt.MESSAGE_SAVED)
    await caller.hang_up()
    return caller


async def until_a_letter(shop: Shop, case: Case, so: Callable[[Letter], bool]) -> None:
    """Wait until that is so of a text about this case."""

    def found(_: StatusAnswer) -> bool:
        with records_file(shop.stage.box.data).reading() as database:
            return any(so(letter) for letter in outbox.of_case(database, case.number))

    await shop.stage.box.until(found, "a text of which that is so")


async def test_who_texts_back_and_a_case_talks_with_whoever_left_it(
    shop: Shop, texts: TextCentre
) -> None:
    stage = shop.stage
    await opens(shop, "7", recording_notice={})
    case = await stage.filed(await leaves_word(shop))
    ana = stage.staff("ana", AT_ONCE)
    theirs = stage.anywhere(case.caller_number, behaviours.answers_silently(after=0.1), VERA)
    texts.text(shop.modem, ANA[0], f"back {case.number}")
    mine, call = await ana.rings(within=20), await theirs.rings(within=20)
    await call.hears(ANA[1])
    await mine.hears(VERA)
    await call.hang_up()
    await mine.ended()
    await texts.arrives(ANA[0], "Ana is rung now")
    stage.others_were_dialled()


async def test_a_text_that_the_network_does_not_take_keeps_no_caller_waiting_and_is_sent_again(
    shop: Shop, texts: TextCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opens(shop, "8", recording_notice={})
    for modem in shop.modem.network.modems:
        monkeypatch.setattr(modem.texts, "refuses", REFUSED)
    case = await shop.stage.filed(await leaves_word(shop))

    await until_a_letter(shop, case, lambda one: "the network rejects" in one.last_error)
    assert await taken_by(shop) == "ana8"
    monkeypatch.undo()
    await texts.arrives(ANA[0], f"Message {case.number}", within=40)


async def test_a_text_that_never_reached_the_telephone_says_so(
    shop: Shop, texts: TextCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opens(shop, "9", recording_notice={})
    monkeypatch.setitem(texts.statuses, ANA[0], EXPIRED)
    case = await shop.stage.filed(await leaves_word(shop))
    await texts.arrives(ANA[0], f"Message {case.number}")
    await until_a_letter(shop, case, lambda one: one.state is LetterState.FAILED)


async def test_a_break_outlives_a_kill_of_the_box(shop: Shop, texts: TextCentre) -> None:
    await opens(shop, "3")
    texts.text(shop.modem, ANA[0], "BREAK 15")
    await texts.arrives(ANA[0], "Break until ")
    shop.stage.box.kill()
    await shop.stage.box.stop()
    await shop.stage.switched_on()
    assert await taken_by(shop) == "ion3"


async def test_the_same_by_command_and_who_asked_what_stands_in_the_trail(
    shop: Shop,
) -> None:
    await opens(shop, "4")
    box = shop.stage.box
    assert "Ana is on a break until" in await box.command("staff", "ana4", "break", "20")
    assert "the last one" in await box.command("staff", "Ion", "break", code=1)
    assert "Ana is on a break until" in await box.command("who")
    there = await box.records("staff")
    assert [(one["name"], one["away"]) for one in there] == [("Ana", "break"), ("Ion", None)]
    assert await taken_by(shop) == "ion4"
    await box.command("staff", "ana4", "on")
    asked = [(one["person"], one["asked"]) for one in await box.records("staff", "--trail")][:3]
    assert asked == [("ana4", "on"), ("ion4", "break 15"), ("ana4", "break 20")]


async def test_a_swap_two_people_agree_on_by_text_stands_in_the_plan(
    shop: Shop, texts: TextCentre
) -> None:
    all_day = {"days": "mon-sun", "time": "00:00-24:00"}
    days = [{"person": name, **all_day} for name in ("ana5", "ion5")]
    await opens(shop, "5", shifts=days)
    texts.text(shop.modem, ANA[0], "swap ion 14.12")
    await texts.arrives(ION[0], "Ana asks to swap duties with you on 14.12.")
    await texts.arrives(ANA[0], "Ion was asked")
    assert "swaps: []" in await shop.stage.box.command("office", "export", "-")
    texts.text(shop.modem, ION[0], "1")
    for number in (ANA[0], ION[0]):
        await texts.arrives(number, "Swapped: on 14.12 Ana and Ion")
    assert "between: [ana5, ion5]" in await shop.stage.box.command("office", "export", "-")
