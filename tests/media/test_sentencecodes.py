"""Each sentence has digits of its own, and keeps them while the office changes around it."""

from __future__ import annotations

from dataclasses import replace

from tests.calls.hotline import OFFICE

from hotline.media.sentencecodes import DIGITS, sentence_codes
from hotline.media.sentences import sentences
from hotline.routing.office import Do, Key, Menu

FULL = replace(
    OFFICE,
    languages=("en", "ro", "ru", "uk"),
    menus=(Menu("main", (Key("1", Do.PERSON, ask_why=True), Key("#", Do.STAFF))),),
)


def test_every_sentence_in_every_language_has_digits_of_its_own() -> None:
    codes = sentence_codes(FULL, 90)
    all_of_them = {
        (language, one.name) for language in FULL.languages for one in sentences(FULL, language, 90)
    }
    assert len(all_of_them) > 300, "enough that some would have had the same"
    assert set(codes.values()) == all_of_them
    assert len(codes) == len(all_of_them)
    assert all(len(code) == DIGITS and code.isdecimal() for code in codes)


def test_a_sentence_keeps_its_digits_when_another_one_comes() -> None:
    more = Menu("more", (Key("5", Do.SAY, text={"en": "Yes."}),))
    before = sentence_codes(OFFICE, 90)
    after = sentence_codes(replace(OFFICE, menus=(*OFFICE.menus, more)), 90)
    assert len(after) > len(before)
    moved = [code for code, where in before.items() if after.get(code) != where]
    assert moved == []
