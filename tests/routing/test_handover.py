"""A talk is passed on to colleagues who are there and free, and a hard one to who is above."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hotline.routing.handover import Moment, choices, escalation, moment
from hotline.routing.office import Absence, Office, OpenInterval, Person, Shift, WallTime
from hotline.routing.presence import Away, Why
from hotline.routing.staff import Load

ANA = Person("ana", "Ana", "+37369000101")
ION = Person("ion", "Ion", "+37369000102", level=2)
EVA = Person("eva", "Eva", "+37369000103", level=3)
OLGA = Person("olga", "Olga", "+37369000104", level=3)
PETRU = Person("petru", "Petru", None)
COURIER = Person("courier", "The courier", "+37369000201")
BANK = Person("bank", "The bank", None, unconfirmed="+37322000202")
PEOPLE = (ANA, ION, EVA, OLGA, PETRU)
SHOP = Office(
    "Flori",
    ZoneInfo("Europe/Chisinau"),
    "MD",
    ("ro",),
    people=PEOPLE,
    directory=(COURIER, BANK),
    supervisor="olga",
)
NOON = datetime(2026, 12, 2, 12, tzinfo=UTC)
EVERY_DAY = frozenset(range(7))


def of(
    office: Office = SHOP,
    *,
    holder: Person = ANA,
    load: Load = Load(),  # noqa: B008 - frozen
    caller: str | None = "+37322111222",
    trusted: bool = True,
) -> Moment:
    return moment(office, NOON, load, holder, caller, clock_trusted=trusted)


def ids(people: tuple[Person, ...]) -> list[str]:
    return [person.id for person in people]


def shift(person: str, first: int, last: int) -> Shift:
    return Shift(person, EVERY_DAY, WallTime(first * 60), WallTime(last * 60))


def test_colleagues_come_before_the_directory_and_only_who_can_be_rung() -> None:
    assert ids(choices(of())) == ["ion", "eva", "olga", "courier"]


def test_who_is_busy_away_or_calling_is_not_offered() -> None:
    away = {"eva": Away("eva", Why.BREAK, NOON, NOON + timedelta(minutes=5))}
    load = Load(busy=frozenset({"ion"}), away=away)
    assert ids(choices(of(load=load, caller=OLGA.number))) == ["courier"]


def test_two_names_with_one_telephone_are_not_put_through_to_each_other() -> None:
    twin = replace(ION, number=ANA.number)
    assert "ion" not in ids(choices(of(replace(SHOP, people=(ANA, twin)))))


def test_only_who_is_on_shift_is_offered_also_when_the_line_has_closed() -> None:
    closed = (OpenInterval(EVERY_DAY, WallTime(8 * 60), WallTime(9 * 60)),)
    shifts = (shift("ana", 8, 20), shift("ion", 8, 20), shift("eva", 20, 22))
    office = replace(SHOP, shifts=shifts, hours=closed)
    assert ids(choices(of(office))) == ["ion", "courier"]
    day = NOON.date()
    sick = replace(office, absences=(Absence("ion", day, day),))
    assert ids(choices(of(sick))) == ["courier"]


def test_while_the_clock_is_not_to_be_believed_everybody_may_be_there() -> None:
    office = replace(SHOP, shifts=(shift("ana", 1, 2),))
    assert ids(choices(of(office, trusted=False))) == ["ion", "eva", "olga", "courier"]


def test_a_hard_call_goes_to_the_highest_level_and_there_to_the_supervisor_first() -> None:
    assert ids(escalation(of())) == ["olga", "eva", "ion"]


def test_a_hard_call_never_goes_down_nor_outside() -> None:
    assert ids(escalation(of(holder=ION))) == ["olga", "eva"]
    assert ids(escalation(of(holder=EVA))) == ["olga"]
    first_line = replace(SHOP, people=(ANA, replace(ION, level=1)), supervisor="")
    assert ids(escalation(of(first_line))) == []


def test_a_supervisor_of_the_first_line_takes_hard_calls_too() -> None:
    office = replace(SHOP, people=(ANA, replace(ION, level=1)), supervisor="ion")
    assert ids(escalation(of(office))) == ["ion"]
