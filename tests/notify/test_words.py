"""What the letters say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline.at import pdu
from hotline.inbox.case import Case, CaseKind
from hotline.notify import words
from hotline.notify.words import About
from tests.storage.conftest import NOW

ABOUT = About("Магазин", ZoneInfo("Europe/Chisinau"), "ru", ("Ана", "Ион"))
CASE = Case(
    104,
    CaseKind.COMPLAINT,
    NOW,
    NOW + timedelta(hours=24),
    caller_number="+37369111222",
    caller_name="Пётр",
    recording="000104-complaint.wav",
    seconds=42.4,
    filed=True,
)
LANGUAGES = ["en", "ru", "uk", "ro"]


def test_a_letter_about_a_complaint_says_all_that_is_needed_to_answer_it() -> None:
    told = words.about_case(CASE, "заказы", ABOUT)
    assert told.subject == "Жалоба 104: заказы, +37369111222"
    assert told.body == (
        "Жалоба 104\n\n"
        "Тема: заказы\n"
        "Звонил: +37369111222 (Пётр)\n"
        "Когда: 22.11.2026 11:00\n"
        "Запись: 0:42\n"
        "Сейчас дежурит: Ана, Ион\n"
        "Ответить до: 23.11.2026 11:00\n\n"
        "Магазин\n"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(CaseKind))
def test_every_language_names_number_caller_and_time(language: str, kind: CaseKind) -> None:
    told = words.about_case(replace(CASE, kind=kind), "", replace(ABOUT, language=language))
    assert "104" in told.subject
    assert "+37369111222" in told.subject
    assert "11:00" in told.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_texts_of_its_own(language: str) -> None:
    others = [replace(ABOUT, language=other) for other in LANGUAGES if other != language]
    own = words.about_missed(None, "", NOW, replace(ABOUT, language=language))
    assert own not in [words.about_missed(None, "", NOW, other) for other in others]


def test_a_missed_call_says_who_is_to_be_called_back() -> None:
    told = words.about_missed("+37369111222", "", NOW, replace(ABOUT, language="ro"))
    assert told.subject == "Apel pierdut: +37369111222, 22.11.2026 11:00"
    assert "sunați înapoi" in told.body


def test_a_withheld_number_and_an_empty_shift_are_said_in_words() -> None:
    told = words.about_missed(None, "", NOW, replace(ABOUT, on_duty=(), language="en"))
    assert "number withheld" in told.subject
    assert "On duty now: nobody" in told.body


def test_an_unknown_language_falls_back_to_english() -> None:
    unknown, english = (
        words.about_missed(None, "", NOW, replace(ABOUT, language=language))
        for language in ("xx", "en")
    )
    assert unknown == english


def test_no_caller_writes_lines_into_the_letter() -> None:
    hostile = replace(
        CASE, caller_name="x\r\nBcc: eve@example.org\r\n\r\nPay here", caller_number="1\r\n2"
    )
    told = words.about_case(hostile, "a\nb", ABOUT)
    assert told.subject.splitlines() == [told.subject]
    assert told.body.count("\n") == words.about_case(CASE, "a b", ABOUT).body.count("\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_about_a_text_says_who_wrote_what(language: str) -> None:
    about = replace(ABOUT, language=language)
    told = words.about_text("+37369111222", "Flowers?\r\nTomorrow\x00!", NOW, about)
    assert told.subject.endswith("+37369111222, Flowers? Tomorrow !")
    assert "\nFlowers?\nTomorrow !\n" in told.body
    assert "+37369111222" in told.body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(CaseKind))
def test_a_text_of_a_case_is_one_part_in_every_language(language: str, kind: CaseKind) -> None:
    told = words.text_about_case(
        replace(CASE, number=9999, kind=kind),
        "Замовлення квітів на весілля та ювілеї",
        replace(ABOUT, language=language),
    )
    assert "9999" in told
    assert "+37369111222" in told
    assert len(pdu.encode("+37369000101", told)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_of_a_promise_given_up_is_one_part_in_every_language(language: str) -> None:
    told = words.about_given_up("+37369111222", NOW, 9999, replace(ABOUT, language=language))
    assert len(pdu.encode("+37369000101", told.subject)) == 1
    assert "9999" in told.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_of_a_missed_call_is_one_part_in_every_language(language: str) -> None:
    about = replace(ABOUT, language=language)
    for told in (
        words.text_about_missed("+37369111222", "Пётр", NOW, about),
        words.text_to_missed("Магазин цветов «Флоаря» на Штефана", language),
    ):
        assert len(pdu.encode("+37369000101", told)) == 1
