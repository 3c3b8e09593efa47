"""What the page and the commands do to people: by id or name, in plain words, with the trail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hotline.control.messages.people import StaffAsk
from hotline.control.staffdesk import StaffDesk
from hotline.errors import HotlineError
from hotline.routing.office import Person, Shift, WallTime
from hotline.storage import presence
from tests.calls.hotline import ANA, OFFICE, Hotline

ION = Person("ion", "Ion Țurcanu", "+37369000102")
TWIN = Person("ion2", "Ion Popa", None)
EVA = Person("eva", "Eva", "+37369000103")
EVERY = frozenset(range(7))
SHIFTS = (
    Shift("ana", EVERY, WallTime(9 * 60), WallTime(18 * 60)),
    Shift("ion", EVERY, WallTime(9 * 60), WallTime(18 * 60)),
    Shift("eva", EVERY, WallTime(18 * 60), WallTime(22 * 60)),
)
SHOP = replace(OFFICE, people=(ANA, ION, TWIN, EVA), shifts=SHIFTS)


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    return Hotline(tmp_path, SHOP)


def said(hotline: Hotline, person: str, what: str, minutes: int = 15) -> tuple[bool, str]:
    desk = StaffDesk(hotline.staff, hotline.exchange.office)
    ask = StaffAsk(person=person, what=what, minutes=minutes, by="page: Maria")  # type: ignore[arg-type]
    answer = desk.ask(ask)
    return answer.done, str(answer.words)


def test_a_break_is_given_and_ended(hotline: Hotline) -> None:
    assert said(hotline, "ana", "break", 20) == (True, "Ana is on a break until 11:20.")
    assert said(hotline, "Ana", "on") == (True, "Ana is rung again.")
    assert said(hotline, "turcanu", "off") == (True, "Ion Țurcanu is off until 18:00.")
    assert [turn.by for turn in presence.trail(hotline.records.database)] == ["page: Maria"] * 3


def test_what_is_denied_says_why(hotline: Hotline) -> None:
    said(hotline, "ion", "off")
    last = (False, "Break denied: Ana is the last one.")
    assert said(hotline, "ana", "break") == last
    assert said(hotline, "eva", "off") == (False, "Eva is not on duty now, but from 22.11 18:00.")
    assert said(hotline, "ion2", "on") == (False, "Ion Popa is not on duty in the weeks to come.")


def test_too_few_is_said_to_be_too_few(hotline: Hotline) -> None:
    hotline.changes(replace(SHOP, least_on_duty=2))
    assert said(hotline, "ana", "break") == (False, "Break denied: too few people would stay.")


def test_a_name_with_a_typo_is_understood_and_a_strange_one_refused(hotline: Hotline) -> None:
    assert said(hotline, "Țurcan", "on")[0]
    with pytest.raises(HotlineError) as refused:
        said(hotline, "bob", "on")
    assert str(refused.value) == "Nobody here is called bob. There are: ana, ion, ion2, eva."


def test_two_of_one_name_are_told_apart_by_the_whole_name(hotline: Hotline) -> None:
    people = (ANA, replace(ION, id="one"), replace(TWIN, id="two"))
    hotline.changes(replace(SHOP, people=people, shifts=()))
    with pytest.raises(HotlineError, match="Several are called Ion"):
        said(hotline, "Ion", "off")
    assert said(hotline, "ion popa", "off")[0]


def test_the_status_says_who_is_away_and_until_when(hotline: Hotline) -> None:
    said(hotline, "ana", "break")
    desk = StaffDesk(hotline.staff, hotline.exchange.office)
    found = desk.on_duty(hotline.time.now())
    assert [(one.name, one.away) for one in found] == [("Ana", "break"), ("Ion Țurcanu", None)]
    assert found[0].away_until == hotline.staff.away()["ana"].until
