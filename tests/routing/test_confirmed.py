"""A number nobody confirmed is nobody's for the plan, and is still the office's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.routing.confirmed import numbers_of, only_confirmed, waiting
from hotline.routing.office import Absence, Office, Person, Strategy
from hotline.routing.plan import plan_for
from hotline.storage.officewriting import write_office

ANA = Person("ana", "Ana", "+37369000101")
ION = Person("ion", "Ion", "+37369000102")
EVA = Person("eva", "Eva", None)
OFFICE = Office("Flori", ZoneInfo("Europe/Chisinau"), "MD", ("ro",), people=(ANA, ION, EVA))
NOON = datetime(2026, 12, 2, 12, tzinfo=UTC)


def only(*numbers: str | None) -> Office:
    return only_confirmed(OFFICE, set(numbers).__contains__)


def rung(office: Office) -> list[str]:
    plan = plan_for("+37322111222", office, NOON)
    return [c.person.id for tier in plan.tiers for c in tier.candidates]


def test_only_who_confirmed_is_in_the_plan_and_the_others_are_named() -> None:
    office = only(ION.number)
    plan = plan_for("+37322111222", office, NOON)
    assert rung(office) == ["ion"]
    assert [person.id for person in plan.unconfirmed] == ["ana"]
    assert [person.id for person in waiting(office)] == ["ana"]


def test_who_is_not_confirmed_is_neither_busy_nor_waited_for() -> None:
    plan = plan_for("+37322111222", only(), NOON)
    assert (plan.tiers, plan.busy, len(plan.unconfirmed)) == ((), (), 2)


def test_nobody_is_promised_who_answers_only_after_confirming() -> None:
    plan = plan_for("+37322111222", only(), NOON)
    assert plan.next_opening is None


def test_who_is_not_there_is_not_named() -> None:
    day = NOON.date()
    away = replace(only(), absences=(Absence("ana", day, day),))
    plan = plan_for("+37322111222", away, NOON)
    assert [person.id for person in plan.unconfirmed] == ["ion"]


def test_who_answers_for_something_else_is_not_named() -> None:
    people = (replace(ANA, topics=frozenset({"roses"})), ION)
    office = only_confirmed(replace(OFFICE, people=people), lambda _number: False)
    plan = plan_for("+37322111222", office, NOON, topic="orders")
    assert [person.id for person in plan.unconfirmed] == ["ion"]


def test_a_caller_who_is_one_of_the_people_is_not_named() -> None:
    plan = plan_for(ANA.number, only(), NOON)
    assert [person.id for person in plan.unconfirmed] == ["ion"]


def test_the_directory_is_held_to_the_same() -> None:
    bank = Person("bank", "The bank", "+37322000202")
    office = only_confirmed(replace(OFFICE, directory=(bank,)), lambda _number: False)
    assert (office.directory[0].number, office.directory[0].unconfirmed) == (None, bank.number)
    assert bank.number in numbers_of(office)
    assert "bank" in [one.id for one in waiting(office)]


@pytest.mark.parametrize("strategy", Strategy)
def test_all_strategies_leave_out_who_is_not_confirmed(strategy: Strategy) -> None:
    assert rung(replace(only(ANA.number), strategy=strategy)) == ["ana"]


@given(st.sets(st.sampled_from([ANA.number, ION.number])))
def test_whether_a_number_is_confirmed_changes_nothing_of_the_office(some: set[str]) -> None:
    office = only_confirmed(OFFICE, some.__contains__)
    assert numbers_of(office) == {ANA.number, ION.number}
    assert write_office(office) == write_office(OFFICE)
    assert only_confirmed(office, lambda _number: True) == OFFICE
    assert {person.number for person in office.people} - {None} == some
