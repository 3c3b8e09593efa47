"""Address cards that telephones export are read, whichever of the three forms they write."""

from __future__ import annotations

import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.storage.peoplelist import Row, read_people
from hotline.storage.vcards import Card, are_cards, read_cards

QUOTED = (
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=9C=D1=83=D0=BD=D1=82=D1=8F=D0=BD;=\r\n"
    "=D0=90=D0=BD=D0=B0;;;"
)


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))


@pytest.mark.parametrize(
    ("lines", "read"),
    [
        (("FN:Ana Muntean", "TEL;TYPE=CELL:069000101"), Card("Ana Muntean", ("069000101",))),
        (("N:Muntean;Ana;;;", "TEL;CELL:069000101"), Card("Ana Muntean", ("069000101",))),
        ((QUOTED, "TEL;CELL:069000101"), Card("Ана Мунтян", ("069000101",))),
        (("ORG:Flori;Depozit", "TEL:022123456"), Card("Flori Depozit", ("022123456",))),
        (("FN:Muntean\\, Ana\\; Flori",), Card("Muntean, Ana; Flori", ())),
        (("FN:Ana Mun", " tean"), Card("Ana Muntean", ())),
        (
            ("FN:Ana", 'item1.TEL;TYPE="cell,voice";VALUE=uri:tel:+373-69-000-101;ext=3'),
            Card("Ana", ("+373-69-000-101",)),
        ),
        (
            ("FN:Ana", "TEL;TYPE=FAX:022111111", "TEL;TYPE=HOME:022222222", "TEL;CELL:069000101"),
            Card("Ana", ("069000101", "022222222", "022111111")),
        ),
        (
            (
                "FN:Ana",
                "PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ",
                " SkZJRgTEL:069000102",
                "TEL:069000101",
            ),
            Card("Ana", ("069000101",)),
        ),
    ],
)
@pytest.mark.parametrize("version", ["2.1", "3.0", "4.0"])
def test_a_card_says_who_and_where(lines: tuple[str, ...], read: Card, version: str) -> None:
    assert list(read_cards(card(*lines, version=version))) == [read]


def test_cards_follow_one_another_and_the_last_may_be_cut_off() -> None:
    text = card("FN:Ana", "TEL:069000101") + "BEGIN:VCARD\nFN:Ion\nTEL:069000102"
    assert [one.name for one in read_cards(text)] == ["Ana", "Ion"]
    cut = "BEGIN:VCARD\nFN:Ana\nTEL:069000101\n" + card("FN:Ion")
    assert [one.name for one in read_cards(cut)] == ["Ana", "Ion"]


def test_the_card_of_a_secretary_inside_is_not_the_person() -> None:
    inner = card("FN:Secretary", "TEL:069000109", version="2.1").strip()
    outer = card("FN:Ana", "AGENT:", *inner.split("\r\n"), "TEL:069000101")
    assert list(read_cards(outer)) == [Card("Ana", ("069000101",))]


def test_letters_of_an_old_telephone_are_read_too() -> None:
    name = quopri.encodestring("Ана".encode("cp1251")).decode().strip()
    for charset in ("WINDOWS-1251", "NO-SUCH-CHARSET"):
        line = f"FN;CHARSET={charset};ENCODING=QUOTED-PRINTABLE:{name}"
        assert list(read_cards(card(line))) == [Card("Ана", ())]


def test_the_mobile_is_brought_and_the_other_numbers_are_shown() -> None:
    text = card("FN:Ana", "TEL;TYPE=WORK:022123456", "TEL;TYPE=WORK:069000101")
    assert read_people(text, "MD") == (Row("Ana", "069000101", ("022123456",)),)


@given(st.lists(st.text(st.characters(codec="utf-8"))).map("\n".join))
def test_whatever_stands_between_no_card_is_refused(text: str) -> None:
    whole = f"BEGIN:VCARD\n{text}\nEND:VCARD"
    assert are_cards(whole)
    assert len(list(read_cards(whole))) >= 1
