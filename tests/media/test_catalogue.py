"""The box says the same things in four languages, and never half a sentence."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hotline.media import catalogue
from hotline.media.catalogue import LANGUAGES, Prompt

BOOKS = {
    code: yaml.safe_load(
        (Path(catalogue.__file__).parent / "prompts" / f"{code}.yaml").read_text("utf-8")
    )
    for code in LANGUAGES
}
EVERYTHING = {
    "office": "Flora", "when": "tomorrow", "days": 90, "label": "orders", "key": "1", "n": 3,
    "case": "1042", "topic": "orders", "caller": "+37369123456", "colleague": "Ana",
    "name": "Ana", "names": "Ana, Ion", "away": "Eva", "next": "Ion",
    "closes": "today", "opens": "tomorrow", "then": "later", "closed": "on Monday",
    "again": "on Tuesday", "email": "office at flora dot md", "site": "flora dot md",
}  # fmt: skip
ALPHABET = {
    "en": r"[A-Za-z]",
    "ru": r"[А-Яа-яЁё]",
    "uk": r"[А-ЩЬЮЯҐЄІЇа-щьюяґєії]",
    "ro": r"[A-Za-zĂÂÎȘȚăâîșț]",
}


def said(language: str, prompt: Prompt, **values: object) -> str:
    """The whole prompt as text, digits in brackets."""
    spoken = catalogue.pieces(language, prompt, values)
    return " ".join(piece.text or f"[{piece.digits}]" for piece in spoken)


@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryLanguage:
    def test_has_every_sentence_and_no_other(self, language: str) -> None:
        assert set(BOOKS[language]["prompts"]) == {prompt.value for prompt in Prompt}

    def test_uses_exactly_the_values_a_sentence_takes(self, language: str) -> None:
        used = {
            prompt: frozenset(re.findall(r"\{(\w+)\}", BOOKS[language]["prompts"][prompt]))
            for prompt in Prompt
        }
        assert used == {prompt: catalogue.VALUES.get(prompt, frozenset()) for prompt in Prompt}

    def test_is_written_in_its_own_letters(self, language: str) -> None:
        texts = re.sub(r"\{\w+\}", "", repr(BOOKS[language]["prompts"].values()))
        letters = {c for c in texts.partition("(")[2] if c.isalpha()}
        assert {c for c in letters if not re.match(ALPHABET[language], c)} == set()

    def test_says_every_sentence_with_all_its_values(self, language: str) -> None:
        for prompt in Prompt:
            text = said(language, prompt, **EVERYTHING)
            assert text
            assert "{" not in text

    def test_has_a_word_for_every_key(self, language: str) -> None:
        words = {catalogue.digit_word(language, key) for key in "0123456789*#"}
        assert len(words) == 12
        assert "" not in words

    def test_has_words_for_every_hour_day_and_month(self, language: str) -> None:
        when = BOOKS[language]["when"]
        assert [len(set(when[name])) for name in ("weekdays", "days", "months", "hours")] == [
            7, 31, 12, 24,
        ]  # fmt: skip
        assert set(when["minutes"]) == set(range(0, 60, 5))

    @given(
        now=st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)),
        wait=st.timedeltas(timedelta(0), timedelta(days=400)),
    )
    def test_says_any_opening_time_in_words(
        self, language: str, now: datetime, wait: timedelta
    ) -> None:
        text = catalogue.opening_words(language, now + wait, now)
        assert text
        assert not re.search(r"[{}]", text)


class TestASentence:
    def test_without_its_value_is_left_out(self) -> None:
        whisper = said("en", Prompt.WHISPER, office="Flora", topic="orders", caller=None)
        assert "orders" in whisper
        assert "number" not in whisper
        closed = said("ru", Prompt.GREETING_CLOSED, office="Флора", when=None)
        assert "Сейчас мы не работаем" in closed
        assert "откроемся" not in closed

    def test_with_a_case_number_speaks_it_digit_by_digit(self) -> None:
        assert said("en", Prompt.MESSAGE_SAVED, case="1042") == (
            "Thank you. Your message has been saved. Your number is [1042]"
        )

    def test_says_keys_as_words(self) -> None:
        assert said("uk", Prompt.MENU_ITEM, label="Доставка", key="*") == (
            "Доставка: натисніть зірочку."
        )

    def test_in_a_language_the_box_does_not_speak_is_english(self) -> None:
        assert said("fr", Prompt.GOODBYE) == said("en", Prompt.GOODBYE)


class TestOpeningTimes:
    NOW = datetime(2026, 11, 22, 2, 0)  # a Sunday

    @pytest.mark.parametrize(
        ("language", "opens", "words"),
        [
            ("en", datetime(2026, 11, 22, 21, 30), "today at nine thirty in the evening"),
            ("en", datetime(2026, 11, 23, 9, 0), "tomorrow at nine o'clock in the morning"),
            ("en", datetime(2026, 11, 24, 0, 0), "on Tuesday at twelve o'clock at night"),
            ("ru", datetime(2026, 11, 23, 9, 0), "завтра в девять часов"),
            (
                "ru",
                datetime(2026, 11, 24, 21, 45),
                "во вторник в двадцать один час сорок пять минут",
            ),
            ("uk", datetime(2026, 11, 26, 11, 0), "у четвер об одинадцятій годині"),
            (
                "ro",
                datetime(2026, 11, 28, 12, 20),
                "sâmbătă, la ora douăsprezece și douăzeci de minute",
            ),
            ("ro", datetime(2026, 11, 23, 9, 0), "mâine, la ora nouă"),
        ],
    )
    def test_are_said_as_people_say_them(self, language: str, opens: datetime, words: str) -> None:
        assert catalogue.opening_words(language, opens, self.NOW) == words

    def test_a_week_ahead_are_said_by_date(self) -> None:
        in_a_week = datetime(2026, 11, 29, 9, 0)
        assert catalogue.opening_words("ru", in_a_week, self.NOW) == (
            "двадцать девятого ноября в девять часов"
        )


class TestAHostileText:
    @pytest.mark.parametrize(
        ("text", "harmless"),
        [
            ("hello [[h@l'oU]] there", "hello h@l'oU there"),
            ('<break time="9999s"/>hi', 'break time="9999s"/ hi'),
            ("a\x01+20s\x00\x1b[2Jb", "a +20s [2Jb"),
            ("[[[[x]]]]", "x"),
            ("[<[x]>]", "[ [x] ]"),
        ],
    )
    def test_loses_what_a_voice_program_would_obey(self, text: str, harmless: str) -> None:
        assert catalogue.plain(text) == harmless

    @given(st.text(max_size=3000))
    def test_never_keeps_an_escape_and_never_grows(self, text: str) -> None:
        plain = catalogue.plain(text)
        assert len(plain) <= catalogue.LONGEST_TEXT
        assert plain.isprintable()
        assert not any(escape in plain for escape in ("[[", "]]", "<", ">"))
        assert catalogue.plain(plain) == plain

    def test_that_is_endless_is_cut(self) -> None:
        assert len(catalogue.plain("слово " * 5000)) == catalogue.LONGEST_TEXT

    def test_in_a_value_cannot_take_another_value(self) -> None:
        assert said("en", Prompt.GREETING_OPEN, office="{case} {0.__class__}") == (
            "Hello, you have reached {case} {0.__class__}."
        )
