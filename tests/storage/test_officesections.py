"""A part of the office is changed on a page; the rest of it stays as it was."""

from __future__ import annotations

from typing import Any

import pytest

from hotline.errors import BadSettings
from hotline.storage.officefile import read_office
from hotline.storage.officesections import mark_of, sections_of, with_sections
from hotline.storage.officewriting import write_office

YAML = write_office(
    read_office(
        """
name: Flori
zone: Europe/Chisinau
country: MD
languages: [ro, ru]
people:
- {id: ana, name: Ana, number: "+37369000101"}
topics:
- {id: orders, name: {ro: comenzi, ru: заказы}}
menus:
- {id: main, prompt: {ro: Apasati., ru: Нажмите.}, keys: [{key: "1", do: topic, target: orders}]}
""",
        "office.yaml",
    )[0]
)
NINE = [{"days": "mon-fri", "time": "09:00-18:00"}]
ABROAD = "+40722123456"


def people(*numbers: str) -> dict[str, Any]:
    return {
        "people": [
            {"id": f"p{n}", "name": f"P {n}", "number": number} for n, number in enumerate(numbers)
        ]
    }


def test_other_hours_leave_everything_else_as_it_was() -> None:
    office, _ = with_sections(YAML, {"hours": NINE})
    before, after = sections_of(YAML), sections_of(write_office(office))
    assert after.pop("hours") == NINE
    assert before.pop("hours") == "always"
    assert after == before


def test_each_mistake_is_told_with_its_place() -> None:
    with pytest.raises(BadSettings) as wrong:
        with_sections(YAML, people("+37369000101", "+373", "nothing") | {"zone": "Nowhere/At all"})
    places = [place for place, _ in wrong.value.places]
    assert places == [("zone",), ("people", 1, "number"), ("people", 2, "number")]


def test_a_number_that_is_never_dialled_is_told_of_with_its_reason() -> None:
    with pytest.raises(BadSettings) as wrong:
        with_sections(YAML, people("+37390012345"))
    assert [number for number, _ in wrong.value.refused] == ["+37390012345"]


def test_what_was_wrong_before_does_not_refuse_what_is_right_now() -> None:
    old = YAML.replace("+37369000101", "+3736")
    office, _ = with_sections(old, {"hours": NINE})
    assert len(office.hours) == 1
    with pytest.raises(BadSettings) as wrong:
        with_sections(old, {"hours": [{"days": "mon-fri", "time": "25:00-26:00"}]})
    assert [place[0] for place, _ in wrong.value.places] == ["hours"]


@pytest.mark.parametrize("yes", [True, "yes", "true"])
def test_yes_and_numbers_may_be_such_and_not_only_text(yes: object) -> None:
    office, _ = with_sections(YAML, {"text_missed": yes, "pause_after": 4})
    assert office.pause_after == 4
    assert office.text_missed


def test_a_key_that_no_office_has_is_refused() -> None:
    with pytest.raises(BadSettings, match="colour"):
        with_sections(YAML, {"colour": "green"})


def test_whoever_looked_at_something_else_has_another_mark() -> None:
    seen = sections_of(YAML)
    changed = seen | {"hours": NINE}
    assert mark_of(seen, ["zone", "people"]) == mark_of(changed, ["people", "zone"])
    assert mark_of(seen, ["hours"]) != mark_of(changed, ["hours"])


def test_a_number_abroad_is_taken_and_kept_where_the_country_may_be_dialled() -> None:
    with pytest.raises(BadSettings):
        with_sections(YAML, people(ABROAD))
    office, _ = with_sections(YAML, people(ABROAD), {"MD", "RO"})
    office, _ = with_sections(write_office(office), {"hours": NINE}, {"MD", "RO"})
    assert ABROAD in {person.number for person in office.people}
