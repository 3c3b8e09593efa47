"""Emergency services and short numbers are dialled by no door of the box.

Whatever somebody dials on a telephone beside the box, on the same line, does not pass through it:
it lets the line go at once
(`tests/lines/test_fxo.py`, test_a_telephone_picked_up_beside_the_box_has_the_call_at_once).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from phonenumbers import shortnumberinfo

from hotline.calls.confirming import Confirming
from hotline.calls.diverting import Diverting
from hotline.calls.selftest import SelfTests
from hotline.errors import BadSettings, NumberRefused
from hotline.lines.port import Caller, LineState
from hotline.numbering import dialable
from hotline.options import Limits
from hotline.options.file import read_options
from hotline.routing.office import Person
from hotline.storage.audit import Audit
from hotline.storage.diverts import DivertOrders
from hotline.storage.linetests import LineTests
from hotline.storage.officefile import read_office, read_stored_office
from tests.calls.hotline import OFFICE, Hotline, Telephone
from tests.calls.test_handed_on import CARD, OfficeLine

PRODUCT = ("MD", "RO", "UA", "RU")
UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT SE SI SK"
EU = tuple(re.findall(r"\w+", UNION))
BY_HEART = ("112", "911", "999", "000", "101", "102", "103", "104", "01", "02", "03", "04")


@cache
def emergency() -> tuple[str, ...]:
    """What the plans of these countries call an emergency number, and what people know."""
    digits = [f"{n:03d}" for n in range(1000)]
    known = {
        number
        for country in PRODUCT + EU
        for number in digits
        if shortnumberinfo.is_emergency_number(number, country)
    }
    return tuple(sorted(known | set(BY_HEART)))


def written(number: str) -> tuple[str, ...]:
    """As people, thieves and import files write it."""
    spaced = " ".join(number)
    return (number, spaced, f"0{number}", f"+373{number}", f"00373{number}", f"+{number}")


def test_the_list_has_what_people_know_of_each_country() -> None:
    assert {"112", "911", "101", "102", "103"} <= set(emergency())
    assert len(emergency()) > 25


@pytest.mark.parametrize("country", PRODUCT)
def test_no_number_of_up_to_four_digits_is_dialled(country: str) -> None:
    short = [f"{n:0{width}d}" for width in (2, 3, 4) for n in range(10**width)]
    assert [one for one in short if _dials(one, country)] == []


@pytest.mark.parametrize("country", EU)
def test_in_no_country_of_the_union_a_number_of_three_digits_is_dialled(country: str) -> None:
    assert [n for n in range(1000) if _dials(f"{n:03d}", country)] == []


@pytest.mark.parametrize("country", PRODUCT + EU)
def test_however_an_emergency_number_is_written_it_is_not_dialled(country: str) -> None:
    forms = [form for number in emergency() for form in written(number)]
    assert [form for form in forms if _dials(form, country)] == []


def _dials(number: str, country: str) -> bool:
    try:
        dialable(number, country, frozenset(PRODUCT + EU))
    except NumberRefused:
        return False
    return True


# -- the doors -------------------------------------------------------------------------------------


class Mobile:
    """A line with a SIM card; remembers where it was told to send callers."""

    name = "mobile"

    def __init__(self) -> None:
        self.sent_to: list[str] = []

    def state(self) -> LineState:
        return LineState(True, "Ready.")

    async def order(self, number: str | None) -> None:
        self.sent_to.append(number or "")

    def wish(self, number: str | None) -> None:
        self.sent_to += [number] if number else []


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    one = Hotline(tmp_path)
    one.board.caps.limits = Limits(calls_per_hour_per_number=1000)  # or that would refuse them
    return one


def _of(number: str) -> Person:
    return Person("ana", "Ana", number)


async def _forward(hotline: Hotline, number: str) -> None:
    """A shift: it stands in the office, however it came there, and everybody is confirmed."""
    hotline._in_force = replace(OFFICE, people=(_of(number),))
    taken = hotline.board.engage(_of(number), lambda _seconds: None)
    assert taken
    try:
        hotline.board.dial(taken)
    finally:
        taken.release()


async def _hold(hotline: Hotline, number: str) -> None:
    """Over the caller's own line, while he is on hold."""
    line: Any = OfficeLine()
    lines, hotline.board.lines = hotline.board.lines, (line,)
    hotline.board.hands_on = lambda card: card == CARD
    caller: Any = Telephone(Caller(None), {})
    taken = hotline.board.engage(_of(number), lambda _seconds: None)
    assert taken
    try:
        hotline.board.dial_aside(taken, caller)
    finally:
        taken.release()
        hotline.board.lines = lines
        assert line.rung == []


async def _confirm(hotline: Hotline, number: str) -> None:
    writer: Any = hotline.records
    hotline._in_force = replace(OFFICE, people=(replace(_of(number), number=None),))
    inert = replace(_of(number), number=None, unconfirmed=number)
    asking = Confirming(hotline.exchange, hotline.confirmed, Audit(writer))
    asking.exchange = replace(hotline.exchange, office=lambda: replace(OFFICE, people=(inert,)))
    asking.begin("ana", "maria")


async def _test(hotline: Hotline, number: str) -> None:
    writer: Any = hotline.records
    await SelfTests(hotline.exchange, LineTests(writer, {})).run("office", number)


async def _test_of_two(hotline: Hotline, number: str) -> None:
    writer: Any = hotline.records
    await SelfTests(hotline.exchange, LineTests(writer, {})).run("office", "+37369000101", number)


async def _divert(hotline: Hotline, number: str) -> None:
    writer: Any = hotline.records
    mobile: Any = Mobile()
    diverting = Diverting(hotline.exchange, [mobile], {}, DivertOrders(writer, {}), frozenset())
    try:
        await diverting.order("mobile", number)
    finally:
        assert mobile.sent_to == []


DOORS: tuple[Callable[[Hotline, str], Awaitable[None]], ...] = (
    _forward,
    _hold,
    _confirm,
    _test,
    _test_of_two,
    _divert,
)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_no_door_of_the_box_dials_an_emergency_number(
    hotline: Hotline, door: Callable[[Hotline, str], Awaitable[None]]
) -> None:
    for number in emergency():
        for form in written(number):
            with pytest.raises(NumberRefused):
                await door(hotline, form)
    assert hotline.line.rung == []
    assert not hotline.board.load(None).busy


def _office(number: str) -> str:
    people = f'people:\n  - {{id: ana, name: Ana, number: "{number}"}}\n'
    return f"name: Flori\ncountry: MD\nzone: Europe/Chisinau\nlanguages: [en]\n{people}"


@pytest.mark.parametrize("number", emergency())
def test_no_office_file_with_an_emergency_number_is_taken_and_none_that_is_stored_is_used(
    number: str,
) -> None:
    for form in written(number):
        with pytest.raises(BadSettings):
            read_office(_office(form), "office.yaml")
        stored, _ = read_stored_office(_office(form), "office.yaml")
        assert stored.people[0].number is None


def test_no_dead_box_leaves_its_callers_to_an_emergency_number(tmp_path: Path) -> None:
    settings = tmp_path / "box.toml"
    for form in (form for number in emergency() for form in written(number)):
        settings.write_text(f'[[modem]]\nname = "mobile"\nmodel = "ec25"\nwhen_dead = "{form}"\n')
        with pytest.raises(BadSettings, match="when_dead"):
            read_options(settings)
