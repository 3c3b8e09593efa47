"""Whoever takes a menu that is ready made has a menu that works, in every language."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from hotline.routing.coach import advice
from hotline.routing.menuwalk import leaving, walked
from hotline.routing.office import Do, Office
from hotline.storage.menutemplate import NAMES, template, templates
from hotline.storage.officefile import read_office
from hotline.storage.officeform import LANGUAGES
from hotline.storage.officesections import sections_of, with_sections
from hotline.storage.officewriting import write_office

TODAY = date(2026, 12, 1)


def yaml(languages: tuple[str, ...], more: str = "") -> str:
    head = f"name: Floarea\nzone: Europe/Chisinau\ncountry: MD\nlanguages: {list(languages)}\n"
    return write_office(read_office(head + more, "the office")[0])


def taken(name: str, before: str) -> Office:
    return with_sections(before, template(name).taken(sections_of(before)))[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_menu_nobody_could_better(name: str, language: str) -> None:
    office = taken(name, yaml((language,)))
    assert office.language == language
    assert list(advice(office, TODAY)) == []
    assert "Floarea" in office.greeting[language]
    assert all(key.label[language] for key in office.menus[0].keys)


@pytest.mark.parametrize("languages", [*permutations(LANGUAGES, 2), LANGUAGES])
@pytest.mark.parametrize("name", NAMES)
def test_who_speaks_another_language_of_the_office_can_choose_it(
    name: str, languages: tuple[str, ...]
) -> None:
    office = taken(name, yaml(languages))
    chosen = [key.target for key in office.menus[0].keys if key.do is Do.LANGUAGE]
    assert chosen == list(languages[1:])


@pytest.mark.parametrize("name", NAMES)
def test_every_key_leads_out_of_the_menu_by_day_and_by_night(name: str) -> None:
    office = taken(name, yaml(("ro",)))
    keys = office.menus[0].keys
    assert 3 <= len(keys) <= 5
    for key in keys:
        pressed = key.key + "0" * (key.do is Do.ANSWER)  # behind an answer, zero is a person
        for open_now in (True, False):
            assert leaving(office, walked(office, pressed), open_now) is not None


def test_what_people_know_about_and_campaigns_say_stays() -> None:
    before = yaml(
        ("ro",),
        """
people: [{id: ana, name: Ana, topics: [roses]}]
topics: [{id: roses, name: {ro: trandafiri}}, {id: old, name: {ro: vechi}}]
menus:
  - {id: main, keys: [{key: 1, do: topic, target: old, label: {ro: vechi}}]}
  - {id: season, keys: [{key: 1, do: menu, target: below, label: {ro: mai mult}}]}
  - {id: below, keys: [{key: 2, do: complaint, label: {ro: o reclamație}}]}
campaigns: [{id: spring, menu: season, from: 2027-03-01}]
""",
    )
    office = taken("shop", before)
    assert [menu.id for menu in office.menus] == ["main", "season", "below"]
    assert [topic.id for topic in office.topics] == ["orders", "delivery", "roses"]


def test_there_is_one_for_each_kind_of_office_named_in_every_language() -> None:
    assert [one.name for one in templates()] == list(NAMES)
    assert all(set(one.title) == set(LANGUAGES) for one in templates())


def test_nobody_takes_what_is_not_there() -> None:
    with pytest.raises(KeyError):
        template("../officeform")
