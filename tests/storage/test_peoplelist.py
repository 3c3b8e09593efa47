"""A list of people as offices have them is understood, and nothing that was in it is lost."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline.errors import HotlineError
from hotline.storage.peoplelist import MOST, NAME_LIMIT, Row, read_people

ANA, ION = Row("Ana", "069000101"), Row("Ion", "069000102")
BIDI = "\u202egnp.exe"


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("Ana 069 000 101", Row("Ana", "069 000 101")),
        ("Ana, 069000101", ANA),
        ("Ana;069000101", ANA),
        ("Ana\t069000101", ANA),
        ("Ana: 069000101", ANA),
        ("Ana – 069-000-101", Row("Ana", "069-000-101")),
        ("069000101 Ana", ANA),
        ("1. Ana 069000101", ANA),
        ("- Ana 069000101", ANA),
        ("Ana +373 (69) 000-101", Row("Ana", "+373 (69) 000-101")),
        ("Ana\u00a0069\u00a0000\u00a0101", Row("Ana", "069 000 101")),
        ("Ana, ana@flori.example, 069000101", ANA),
        ("Ana, 022123456, 069000101", Row("Ana", "069000101", ("022123456",))),
        ("Muntean, Ana; 069000101", Row("Muntean, Ana", "069000101")),
        ("Ana", Row("Ana", "")),
        ("069000101", Row("", "069000101")),
        ("Ana 0690", Row("Ana 0690", "")),
        ("=cmd|' /C calc'!A0,069000101", Row("=cmd|' /C calc'!A0", "069000101")),
        (f"{BIDI} 069000101", Row("gnp.exe", "069000101")),
        ("A\0na 069000101", ANA),
        ("<b>Ana</b> 069000101", Row("<b>Ana</b>", "069000101")),
    ],
)
def test_a_line_is_a_name_and_a_number(line: str, row: Row) -> None:
    assert read_people(line, "MD") == (row,)


def test_lines_that_say_nothing_are_nobody() -> None:
    assert read_people("\n \n;;\nAna 069000101\r\n\r\nIon;069000102\r", "MD") == (ANA, ION)


@pytest.mark.parametrize(
    "table",
    [
        "Nume,Telefon\nAna,069000101\nIon,069000102",
        "Имя;Мобильный\nAna;069000101\nIon;069000102",
        "Ім\u02bcя\tТелефон\nAna\t069000101\nIon\t069000102",
        "E-mail,Mobile phone,Name\na@b,069000101,Ana\n,069000102,Ion",
        'Name,Phone\n"Ana","069000101"\r\n"Ion","069000102"\r\n',
        'Name,Phone\nAna,="069000101"\nIon,="069000102"',
        "Ana,069000101\nIon,069000102",
    ],
)
def test_a_table_is_read_with_its_head_or_without(table: str) -> None:
    assert read_people(table, "MD") == (ANA, ION)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("Nume;Prenume;Telefon\nMuntean;Ana;069000101", Row("Ana Muntean", "069000101")),
        (
            "First Name,Last Name,Phone 1 - Label,Phone 1 - Value\nAna,,Mobile,069000101",
            ANA,
        ),
        (
            "Name,Telephone,Mobile\nAna,022123456,069000101",
            Row("Ana", "069000101", ("022123456",)),
        ),
        (
            "Name,Phone\nAna,022 123 456 ::: 069000101",
            Row("Ana", "069000101", ("022 123 456",)),
        ),
        ("Name,Phone\nAna,06-90", Row("Ana", "06-90")),
        ("Name,Phone\nAna,ask her", Row("Ana", "")),
    ],
)
def test_of_a_table_the_columns_count_that_say_who_and_where(table: str, row: Row) -> None:
    assert read_people(table, "MD") == (row,)


@pytest.mark.parametrize(
    ("coding", "name"),
    [
        ("utf-8", "Mărioara"),
        ("utf-8-sig", "Ана"),
        ("utf-16", "Ана"),
        ("cp1251", "Ана Мунтян"),
        ("cp1250", "Mărioara"),
    ],
)
def test_a_file_is_read_in_the_letters_it_was_written_in(coding: str, name: str) -> None:
    raw = f"{name};069000101\n".encode(coding)
    assert read_people(raw, "MD") == (Row(name, "069000101"),)


def test_a_stray_quote_swallows_nobody() -> None:
    assert len(read_people('"Ana,069000101\nIon,069000102\nEva,069000103', "MD")) == 3


def test_more_than_can_be_looked_through_are_refused_with_the_most() -> None:
    many = "\n".join(f"P{n},0690{n:05}" for n in range(MOST))
    assert len(read_people(many, "MD")) == MOST
    for lines in (f"{many}\nEva,069000103", "Ana 069000101\n" * 10_000):
        with pytest.raises(HotlineError, match="at most 100"):
            read_people(lines, "MD")


@pytest.mark.parametrize("filling", ["a", "1", '"', ",", "=", "@", "1 ", "a@", "\n=", ";", "(+"])
def test_a_megabyte_of_anything_is_read_or_refused(filling: str) -> None:
    try:
        rows = read_people(filling * (2**20 // len(filling)), "MD")
    except HotlineError:
        return
    assert len(rows) <= MOST


ANYTHING = st.text(
    st.one_of(st.characters(), st.sampled_from(list('0123456789+(),;\t\n"=.-\u202e\0')))
)


@given(st.one_of(ANYTHING, st.binary()))
@example("BEGIN:VCARD\nFN:=\nTEL;CELL:\nEND")
@example(b"\xff\xfe\x00")
def test_whatever_is_brought_every_name_is_one_visible_line(given_: str | bytes) -> None:
    try:
        rows = read_people(given_, "MD")
    except HotlineError:
        return
    for row in rows:
        assert row.name.isprintable()
        assert len(row.name) <= NAME_LIMIT
        assert all(one.isprintable() for one in (row.number, *row.others))


NAMES = st.text(st.sampled_from("abcdeăîțșабвгєї'"), min_size=1, max_size=20)
NUMBERS = st.integers(0, 9999).map(lambda n: f"0690{n:05}")


@given(st.lists(st.tuples(NAMES, NUMBERS), min_size=1, max_size=MOST), st.sampled_from(";,\t"))
def test_what_a_table_program_writes_is_read_back_whole(
    people: list[tuple[str, str]], mark: str
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows(people)
    assert [(row.name, row.number) for row in read_people(out.getvalue(), "MD")] == people
