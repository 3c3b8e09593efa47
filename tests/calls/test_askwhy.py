"""Where the menu says so, callers are asked why they call, and whoever is rung hears it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from hotline.calls import askwhy, offer
from hotline.media.catalogue import Prompt
from hotline.routing.office import Do, Key, Menu, Topic
from hotline.storage.files import Recordings, why_name
from tests.calls.hotline import ANA, BEEP, OFFICE, Hotline, Tape, Telephone

ASKS = Menu("main", (Key("1", Do.TOPIC, "orders", ask_why=True), Key("2", Do.PERSON)))
SHOP = replace(
    OFFICE, menus=(ASKS,), topics=(Topic("orders", {"en": "orders"}),), survey=False, people=(ANA,)
)
WHY = why_name(1)


@pytest.fixture
def shop(tmp_path: Path) -> Hotline:
    return Hotline(tmp_path, SHOP)


def whispered(shop: Hotline) -> list[str]:
    """What the first who was rung heard."""
    return [Path(heard).name for heard in shop.line.rung[0].heard]


async def test_whoever_is_rung_hears_the_callers_words_after_who_and_topic_and_before_the_keys(
    shop: Hotline,
) -> None:
    caller = shop.rings("1")
    await shop.step(caller, "joined")
    assert whispered(shop)[:3] == [Prompt.WHISPER_ABOUT, WHY, Prompt.WHISPER_KEYS]
    assert shop.words.values[Prompt.WHISPER_ABOUT]["topic"] == "orders"
    caller.hang_up()
    assert (await shop.over(caller)).call.outcome == "spoken"


async def test_it_is_recorded_only_after_the_notice_and_the_beep(shop: Hotline) -> None:
    caller = shop.rings("1")
    await shop.step(caller, "joined")
    asked = [Prompt.RECORDING_NOTICE, Prompt.ASK_WHY, BEEP, Prompt.PLEASE_HOLD]
    assert [one for one in caller.heard if one in asked] == asked
    caller.hang_up()
    await shop.over(caller)


async def test_the_callers_words_are_a_step_of_the_call_and_no_case(shop: Hotline) -> None:
    caller = shop.rings("1")
    await shop.step(caller, "joined")
    caller.hang_up()
    story = await shop.over(caller)
    (said,) = [step for step in story.steps if step.what == "why_said"]
    assert said.facts == {"seconds": 4.0, "recording": WHY}
    assert shop.cases() == []


async def test_who_presses_a_key_before_the_beep_is_not_recorded_and_goes_on(
    shop: Hotline,
) -> None:
    caller = shop.rings("1")
    caller.presses = {**caller.presses, Prompt.ASK_WHY: "#"}
    await shop.step(caller, "joined")
    assert BEEP not in caller.heard
    assert whispered(shop)[0] == Prompt.WHISPER
    caller.hang_up()
    await shop.over(caller)


async def test_of_who_says_nothing_nothing_is_kept_and_nothing_is_whispered(
    tmp_path: Path,
) -> None:
    shop = Hotline(tmp_path, SHOP, speech_seconds=0.0)
    (tmp_path / WHY).write_bytes(b"silence")
    caller = shop.rings("1")
    await shop.step(caller, "joined")
    assert whispered(shop)[0] == Prompt.WHISPER
    caller.hang_up()
    story = await shop.over(caller)
    assert "why_said" not in {step.what for step in story.steps}
    assert not (tmp_path / WHY).exists()


async def test_a_disk_that_does_not_answer_keeps_nobody_from_being_rung(
    shop: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(askwhy, "DISK_PATIENCE_S", 0.0)
    monkeypatch.setattr(Tape, "stop", lambda _: asyncio.get_running_loop().create_future())
    caller = shop.rings("1")
    await shop.step(caller, "joined")
    assert whispered(shop)[0] == Prompt.WHISPER
    caller.hang_up()
    await shop.over(caller)


async def test_the_one_who_listens_is_given_the_time_that_the_callers_words_take(
    shop: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offer, "WHISPER_PATIENCE_S", -Tape.seconds + 0.5)
    caller = shop.rings("1")
    await shop.step(caller, "joined")
    caller.hang_up()
    await shop.over(caller)


async def test_who_hangs_up_while_speaking_is_missed_and_what_was_said_is_kept(
    shop: Hotline,
) -> None:
    caller = shop.rings("1")
    caller.leaves_on(BEEP)
    story = await shop.over(caller)
    assert story.call.outcome == "missed"
    assert [step.facts["recording"] for step in story.steps if step.what == "why_said"] == [WHY]
    assert shop.line.rung == []


@pytest.mark.parametrize("key", ["2", "0"])
async def test_only_the_keys_that_say_so_ask(shop: Hotline, key: str) -> None:
    caller = shop.rings(key)
    await shop.step(caller, "joined")
    assert Prompt.ASK_WHY not in caller.heard
    caller.hang_up()
    await shop.over(caller)


async def test_nobody_is_asked_where_nobody_can_be_rung(tmp_path: Path) -> None:
    shop = Hotline(tmp_path, replace(SHOP, people=()))
    caller: Telephone = shop.rings("1")
    await shop.over(caller)
    assert Prompt.ASK_WHY not in caller.heard
    assert Prompt.NOBODY_NOW in caller.heard


def test_the_file_of_a_call_is_no_recording_of_a_case(tmp_path: Path) -> None:
    kept = Recordings(tmp_path)
    kept.path(WHY).write_bytes(b"")
    assert kept.names() == []
    assert kept.whys() == [1]
