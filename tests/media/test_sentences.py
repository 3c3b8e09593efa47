"""The list of what callers hear has every sentence that can be recorded, once, in its words."""

from __future__ import annotations

from dataclasses import replace

from tests.calls.hotline import OFFICE

from hotline.media import catalogue
from hotline.media.catalogue import Prompt
from hotline.media.sentences import ALWAYS_SPOKEN, Group, Sentence, sentences
from hotline.routing.office import Answer, Do, Key, Menu

TELLS = Menu(
    "main",
    (
        Key("1", Do.PERSON, label={"en": "orders", "ru": "заказы"}),
        Key("3", Do.SAY, text={"en": "We open at nine."}),
        Key("9", Do.STAFF),
        Key("5", Do.ANSWER, "price"),
        Key("6", Do.CALLBACK),
        Key("8", Do.PERSON, label={"en": "help"}, ask_why=True),
    ),
)
PRICE = Answer("price", {"en": "What is it?"}, {"en": "Fifty lei.", "ru": "Пятьдесят леев."})
FULL = replace(
    OFFICE,
    answers=(PRICE,),
    menus=(TELLS,),
    languages=("en", "ru"),
    greeting={"en": "Hello, it is us."},
)


def found(office: object = FULL, language: str = "en") -> dict[str, Sentence]:
    listed = sentences(office, language, 30)  # type: ignore[arg-type]
    assert len({one.name for one in listed}) == len(listed)
    return {one.name: one for one in listed}


def test_every_sentence_of_the_box_is_listed_but_those_that_no_one_sound_can_say() -> None:
    assert set(Prompt) - set(found()) == ALWAYS_SPOKEN


def test_an_office_is_not_asked_for_sentences_that_its_callers_never_hear() -> None:
    plain = found(replace(FULL, menus=()))
    assert not set(plain) & {*catalogue.OF_STAFF, *catalogue.OF_WHY}
    assert not set(plain) & {*catalogue.OF_ANSWERS, *catalogue.OF_CALL_ME_BACK}


def test_the_words_are_those_that_callers_hear_in_their_language() -> None:
    assert found()["greeting_open"].words == "Hello, it is us."
    assert found(replace(FULL, greeting={}))["greeting_open"].words == (
        "Hello, you have reached Flowers."
    )
    assert found()["menu-main"].words == "For orders, press one. For help, press eight."
    assert "заказы" in found(language="ru")["menu-main"].words
    assert found()["key-main-3"].words == "We open at nine."
    assert found(language="ru")["answer-price"].words == "Пятьдесят леев."
    assert found()["recording_notice"].words.count("30") == 1


def test_what_only_the_call_knows_is_marked() -> None:
    assert found()["message_saved"].words.endswith("Your number is …")
    assert found()["message_saved"].adds
    assert not found()["goodbye"].adds


def test_greetings_come_first_and_what_callers_never_hear_comes_last() -> None:
    groups = [one.group for one in sentences(FULL, "en", 30)]
    assert groups == sorted(groups, key=list(Group).index)
    assert {one.group for one in found().values()} == set(Group)


def test_every_name_can_be_one_of_a_file() -> None:
    odd = Menu("Меню 1", TELLS.keys)
    names = found(replace(FULL, menus=(TELLS, odd)))
    assert all(name.isascii() and " " not in name for name in names)
