"""The coach sees what would annoy a caller, and says nothing where all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hotline.routing.announced import announced, named
from hotline.routing.coach import advice
from hotline.routing.office import Campaign, Do, Key, Menu, Office
from hotline.routing.remarks import Remark
from hotline.routing.wording import days_in, praise_in
from hotline.said import Said

TODAY = date(2026, 12, 1)
PERSON = Key("1", Do.PERSON, label={"ro": "comenzi", "ru": "Сделать заказ"})
SHOP = Office(
    name="Flori",
    zone=ZoneInfo("Europe/Chisinau"),
    country="MD",
    languages=("ro", "ru"),
    greeting={"ro": "Bună ziua.", "ru": "Здравствуйте."},
    menus=(Menu("main", (PERSON,)),),
)


def told(office: Office) -> list[Remark]:
    return list(advice(office, TODAY))


def with_keys(*keys: Key, prompt: dict[str, str] | None = None, **more: Any) -> Office:
    return replace(SHOP, menus=(Menu("main", keys, prompt or {}),), **more)


def only(office: Office) -> str:
    (one,) = told(office)
    return one.words


def test_a_good_menu_is_left_in_peace() -> None:
    assert told(SHOP) == []


def test_every_remark_says_a_cause_and_one_thing_to_do_in_any_language() -> None:
    (one,) = told(replace(SHOP, greeting={"ro": "Cel mai bun magazin.", "ru": "Магазин."}))
    assert isinstance(one.words, Said)
    assert len(one.words.parts) == 2


def test_more_keys_than_callers_remember_are_told() -> None:
    keys = tuple(replace(PERSON, key=str(digit)) for digit in range(1, 7))
    assert "choices" in only(replace(with_keys(*keys), greeting={}))


def test_languages_are_no_choices_to_remember() -> None:
    keys = (
        *(replace(PERSON, key=str(digit)) for digit in range(1, 6)),
        Key("9", Do.LANGUAGE, "ru"),
    )
    assert told(replace(with_keys(*keys), greeting={})) == []


def test_a_greeting_that_keeps_callers_waiting_is_told() -> None:
    long = {"ro": "Bună ziua. " * 40, "ru": "Здравствуйте."}
    assert only(replace(SHOP, greeting=long)).endswith(
        "(ro). Shorten the greeting, or take a key out."
    )


def test_a_text_in_one_language_alone_is_told() -> None:
    assert only(replace(SHOP, greeting={"ro": "Bună ziua."})).startswith("This is not said in: ru.")


def test_a_key_without_words_in_a_language_is_told_once() -> None:
    office = with_keys(replace(PERSON, label={"ro": "comenzi"}))
    assert only(office) == "key 1 has no label in: ru"


def test_an_offer_that_is_over_is_told_from_the_next_day_on() -> None:
    say = Key("2", Do.SAY, "", PERSON.label, {"ro": "Reduceri până la 1.12.2026.", "ru": "Скидки."})
    office = with_keys(PERSON, say)
    assert told(office) == []
    (late,) = advice(office, date(2026, 12, 2))
    assert late.place == ("menus", 0, "keys", 1, "text", "ro")


def test_the_greeting_of_a_campaign_is_looked_at_too() -> None:
    season = Campaign("season", greeting={"ro": "Cele mai bune flori.", "ru": "Цветы."})
    assert [one.place[:2] for one in told(replace(SHOP, campaigns=(season,)))] == [("campaigns", 0)]


def test_the_office_may_be_called_whatever_it_is_called() -> None:
    office = replace(SHOP, greeting={"ro": "Bună ziua, Cel mai bun.", "ru": "Здравствуйте."})
    assert len(told(office)) == 1
    assert told(replace(office, name="Cel mai bun")) == []


def test_a_name_that_is_never_to_be_said_is_found_however_it_is_written() -> None:
    office = replace(SHOP, never_said=("Concurentul",))
    assert told(office) == []
    office = replace(office, greeting={"ro": "Nu ca la CONCURENTUL.", "ru": "Здравствуйте."})
    assert "never" in only(office)


def test_a_key_that_is_told_of_and_is_not_there_is_told() -> None:
    office = replace(SHOP, languages=("ro",), greeting={})
    menu = Menu("main", (PERSON,), {"ro": "Pentru comenzi apăsați tasta unu, pentru preț tasta 4."})
    assert told(replace(office, menus=(menu,))) == []  # only what callers are told to press
    menu = replace(menu, prompt={"ro": "Pentru comenzi apăsați unu, pentru preț apăsați tasta 4."})
    assert "press 4" in only(replace(office, menus=(menu,)))


def test_a_key_the_own_words_leave_out_is_told() -> None:
    office = replace(SHOP, languages=("ro",), greeting={})
    message = Key("2", Do.MESSAGE, label={"ro": "un mesaj"})
    menu = Menu("main", (PERSON, message), {"ro": "Pentru comenzi apăsați unu."})
    assert only(replace(office, menus=(menu,))).startswith("Key 2 works")


@pytest.mark.parametrize(
    ("language", "text", "keys"),
    [
        ("en", "For orders press one, or press 2 or 3.", ["1", "2", "3"]),
        ("en", "Press the key star.", ["*"]),
        ("en", "Press on for the one you want.", []),
        ("ro", "Apăsați tasta doi sau tasta trei.", ["2"]),
        ("ro", "Apasati 4, 5 sau 6.", ["4", "5", "6"]),
        ("ro", "Tastaţi şase.", ["6"]),
        ("ru", "Нажмите на кнопку три или решётку.", ["3", "#"]),
        ("ru", "Нажмите единицу. Нас трое.", ["1"]),
        ("uk", "Натисніть п’ять або зірочку.", ["5", "*"]),
        ("uk", "Натисніть клавішу нуль.", ["0"]),
    ],
)
def test_keys_are_understood_as_people_write_them(
    language: str, text: str, keys: list[str]
) -> None:
    assert announced(text, language) == keys
    assert named(text, language) >= set(keys)


@pytest.mark.parametrize(
    "text",
    [
        "We are the best.",
        "The best prices in town.",
        "Better than others.",
        "Мы лучшие в городе.",
        "Магазин №1.",
        "Лучше, чем у других.",
        "Самые низкие цены.",
        "Найкращий сервіс.",
        "Кращі ніж інші.",
        "Cel mai bun magazin.",
        "Cele mai ieftine flori.",
        "Mai bun decât alții.",
    ],
)
def test_praise_and_comparisons_are_found(text: str) -> None:
    assert praise_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Best regards.",
        "Лучше позвоните завтра.",
        "Всего наилучшего.",
        "Вы позвонили в школу №1.",
        "Ați sunat la Liceul nr. 1.",
        "Краще зателефонуйте завтра.",
        "Cel mai apropiat magazin este pe strada mare.",
        "Bună ziua, magazinul Floarea.",
    ],
)
def test_ordinary_words_are_no_praise(text: str) -> None:
    assert praise_in(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "until 31.12.2026",
        "2026-12-31",
        "until 31 December 2026",
        "December 31st, 2026",
        "până la 31 decembrie 2026",
        "до 31 декабря 2026 года",
        "до 31 грудня 2026 року",
        "31/12/2026",
    ],
)
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert days_in(text) == [date(2026, 12, 31)]


def test_what_is_no_day_is_none() -> None:
    assert days_in("39.13.2026, 12.5 lei, 31 of 2026, room 12 2026-99-99") == []
