"""Trying the menu tells what a caller would hear, sentence by sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.control.menutrial import tried
from hotline.control.messages.office import MenuTried, MenuTry
from hotline.media.catalogue import Prompt
from hotline.storage.officefile import read_office

NOW = datetime(2026, 12, 7, 10, tzinfo=UTC)
SHOP, _ = read_office(
    """
name: Flori
zone: Europe/Chisinau
country: MD
languages: [en, ro]
greeting: {en: "Good day, Flori.", ro: "Bună ziua, Flori."}
topics: [{id: orders, name: {en: orders, ro: comenzi}}]
menus:
  - id: main
    keys:
      - {key: 1, do: topic, target: orders, ask_why: true, label: {en: an order, ro: o comandă}}
      - {key: 2, do: say, label: {en: hours, ro: program}, text: {en: From nine., ro: De la nouă.}}
      - {key: 3, do: message, label: {en: a message, ro: un mesaj}}
      - {key: 9, do: language, target: ro}
""",
    "office.yaml",
)


async def heard(keys: str = "", **more: bool) -> list[str]:
    return [one.words for one in (await tried(SHOP, MenuTry(keys=keys, **more), NOW)).heard]


async def after(keys: str, **more: bool) -> MenuTried:
    return await tried(SHOP, MenuTry(keys=keys, **more), NOW)


async def test_first_comes_the_greeting_and_then_every_key() -> None:
    assert await heard() == [
        "Good day, Flori.",
        "For an order, press one.",
        "For hours, press two.",
        "For a message, press three.",
        "Pentru limba română, apăsați tasta nouă.",
        "To speak to a person, press zero.",
    ]


async def test_while_closed_nobody_is_offered_who_is_not_there() -> None:
    told = await heard(closed=True)
    assert told[0].startswith("Hello, you have reached Flori. We are closed now.")
    assert not any("order" in words or "person" in words for words in told)


async def test_information_is_said_and_then_the_menu_again() -> None:
    assert (await heard("2"))[:2] == ["From nine.", "For an order, press one."]


@pytest.mark.parametrize(("key", "words"), [("7", "that key"), ("_", "not notice a key")])
async def test_what_leads_nowhere_is_told_and_the_menu_offered_again(key: str, words: str) -> None:
    told = await heard(key)
    assert words in told[0]
    assert "For an order, press one." in told


async def test_a_chosen_language_is_spoken() -> None:
    found = await after("92")
    assert found.language == "ro"
    assert found.heard[0].words == "De la nouă."


async def test_who_is_to_be_rung_is_told_with_the_topic() -> None:
    found = await after("1")
    assert (found.leads, found.topic, found.offered) == ("topic", "orders", "")
    assert ["it is about" in one.words for one in found.heard] == [True, False]


async def test_keys_after_the_end_do_not_count() -> None:
    assert (await after("3999")).keys == "3"


async def test_who_presses_nothing_three_times_is_led_on() -> None:
    assert ((await after("___")).leads, (await after("___", closed=True)).leads) == (
        "person",
        "message",
    )
    assert not (await after("___")).chosen


async def test_keys_that_work_by_themselves_are_among_those_offered() -> None:
    assert (await after("")).offered == "12390*"


class Speaking:
    """A voice that writes down what it speaks."""

    def __init__(self) -> None:
        self.spoken: list[str] = []

    async def files(self, language: str, prompt: Prompt, **values: object) -> list[Path]:
        self.spoken.append(prompt)
        return [Path(f"{prompt}.wav")]

    async def say(self, language: str, text: str, own: str = "") -> list[Path]:
        self.spoken.append(text)
        return [Path(f"{own}.wav")]


async def test_as_sound_it_is_the_same_in_the_same_order() -> None:
    found = await tried(SHOP, MenuTry(keys="2"), NOW, Speaking())
    assert found.files == (
        "key-main-2.wav",
        *["menu_item.wav"] * 3,
        "language_choice.wav",
        "menu_person.wav",
    )
