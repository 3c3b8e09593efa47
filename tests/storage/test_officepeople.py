"""Somebody comes, changes or leaves, and the office file still fits together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.storage.officefile import read_office
from hotline.storage.officepeople import (
    Hanging,
    added,
    changed,
    entry,
    hanging,
    new_id,
    without,
)
from hotline.storage.officesections import sections_of, with_sections
from hotline.storage.officewriting import write_office

YAML = write_office(
    read_office(
        """
name: Flori
zone: Europe/Chisinau
country: MD
languages: [ro]
people:
- {id: ana, name: Ana, number: "+37369000101", topics: [orders], weight: 3}
- {id: ion, name: Ion, number: "+37369000102", topics: [delivery]}
- {id: eva, name: Eva, number: "+37369000103", topics: [delivery]}
directory:
- {id: bank, name: The bank, number: "+37322123456"}
topics:
- {id: orders, name: {ro: comenzi}}
- {id: delivery, name: {ro: livrare}}
shifts:
- {person: ana, days: mon-fri, time: 09:00-18:00}
- {person: ana, days: sat, time: 09:00-12:00}
- {person: ion, days: mon-fri, time: 09:00-18:00}
absences:
- {person: ana, from: 2026-12-24}
swaps:
- {day: 2026-12-07, between: [ana, ion]}
overflow: [ana, eva]
supervisor: ana
campaigns:
- {id: spring, people: [ana]}
- {id: winter, people: [ana, ion]}
""",
        "office.yaml",
    )[0]
)
SECTIONS = sections_of(YAML)
NOBODY_NAMED = {"shifts": [], "absences": [], "swaps": [], "overflow": [], "supervisor": ""}
NOBODY_NAMED |= {"campaigns": []}


def test_somebody_new_stands_behind_the_others_and_is_taken_by_the_office() -> None:
    office, _ = with_sections(YAML, added(SECTIONS, "people", [("Ana Rusu", "069000104")]))
    assert [(one.id, one.number) for one in office.people][-2:] == [
        ("eva", "+37369000103"),
        ("ana-rusu", "+37369000104"),
    ]
    assert added({}, "people", [("Ana", "069000104")])["people"][0]["id"] == "ana"


def test_a_change_keeps_what_it_does_not_speak_of() -> None:
    ana = entry(SECTIONS, "people", "ana")
    assert ana
    office, _ = with_sections(YAML, changed(SECTIONS, "people", ana | {"name": "Anna"}))
    found = office.person("ana")
    assert found
    assert (found.name, found.weight, len(office.people)) == ("Anna", 3, 3)
    assert entry(SECTIONS, "people", "nobody") is None


def test_what_hangs_on_somebody_is_told_and_leaves_with_them() -> None:
    assert hanging(SECTIONS, "ana") == Hanging(
        shifts=2,
        absences=1,
        swaps=1,
        overflow=True,
        supervisor=True,
        campaigns=("spring", "winter"),
        emptied=("spring",),
        alone=("orders",),
    )
    office, _ = with_sections(YAML, without(SECTIONS, "ana"))
    assert [one.id for one in office.people] == ["ion", "eva"]
    assert [one.person for one in office.shifts] == ["ion"]
    assert (office.absences, office.swaps) == ((), ())
    assert (office.overflow, office.supervisor) == (("eva",), "")
    assert [one.people for one in office.campaigns] == [(), ("ion",)]


def test_nothing_else_is_written_anew_when_nothing_hangs_on_somebody() -> None:
    assert set(without(SECTIONS, "bank")) == {"directory"}
    assert not hanging(SECTIONS, "bank")
    assert without(SECTIONS, "nobody") == {}


@pytest.mark.parametrize(
    ("name", "taken", "made"),
    [
        ("Ana", (), "ana"),
        ("Ana Rusu", ("ana",), "ana-rusu"),
        ("Ana", ("ana",), "ana-2"),
        ("Ana Rusu", ("ana", "ana-rusu"), "ana-2"),
        ("Ана Мунтян", (), "ана"),
        ("Țurcanu", (), "țurcanu"),
        ("!!!", (), "person"),
        ("!!!", ("person",), "person-2"),
    ],
)
def test_everybody_gets_a_short_name_of_their_own(
    name: str, taken: tuple[str, ...], made: str
) -> None:
    assert new_id(name, taken) == made


@given(st.lists(st.text(min_size=1, max_size=120), max_size=12))
def test_whatever_people_are_called_the_office_takes_their_ids(names: list[str]) -> None:
    section = added({}, "people", [(name, "069000101") for name in names])["people"]
    ids = [one["id"] for one in section]
    assert len(set(ids)) == len(ids)
    office, _ = with_sections(
        YAML, {"people": [{"id": i, "name": "x"} for i in ids]} | NOBODY_NAMED
    )
    assert [one.id for one in office.people] == ids
