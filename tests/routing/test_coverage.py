"""Before a week begins the office knows where nobody would answer, and who could."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.routing.coverage import clashes, holes, strains, stretches, substitutes
from hotline.routing.office import Absence, Do, Key, Menu, Office
from hotline.routing.plan import Opening, on_duty
from hotline.routing.rehearsal import Branch, Lack, branches, rehearse
from hotline.routing.rules import opening_at
from hotline.routing.shifts import Span
from tests.routing.offices import ZONES, offices
from tests.routing.oracle import MINUTE, changes
from tests.routing.shop import BUCHAREST, at, hours, office, person, shift, topic

ANA, ION, MARIA = person("Ana"), person("Ion"), person("Maria", level=3)
DAYTIME = (hours("mon-fri", "09:00-18:00"),)
WEEK = at("2026-11-23 00:00"), at("2026-11-30 00:00")


def wall(span: Span) -> str:
    first, last = (edge.astimezone(BUCHAREST) for edge in span)
    return f"{first:%a %H:%M}-{last:%H:%M}"


def found(shop: Office, span: Span = WEEK) -> list[tuple[str, str]]:
    """Each hole, and who is proposed."""
    return [
        (wall(hole.span), " ".join(p.name for p in hole.instead)) for hole in holes(shop, *span)
    ]


@pytest.mark.parametrize("zone_name", ZONES)
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_the_plan_piece_by_piece_is_the_plan_at_every_minute(
    zone_name: str, data: st.DataObject
) -> None:
    zone = ZoneInfo(zone_name)
    ordinary = datetime(2026, 12, 31, 23, tzinfo=UTC)
    moment = data.draw(st.sampled_from([ordinary, *changes(zone, 2020, 2040)]), "moment")
    start = (moment - data.draw(st.integers(0, 3000), "minutes before") * MINUTE).astimezone(UTC)
    any_office = data.draw(offices(zone, start.astimezone(zone).date()), "office")
    end = start + timedelta(minutes=data.draw(st.integers(1, 4000), "minutes"))
    pieces = list(stretches(any_office, start, end))
    assert (pieces[0].span[0], pieces[-1].span[1]) == (start, end)
    for before, after in pairwise(pieces):
        assert before.span[1] == after.span[0]
    for piece in pieces:
        length = piece.span[1] - piece.span[0]
        for part in (0.0, data.draw(st.floats(0, 0.99)), 0.999):
            now = piece.span[0] + length * part
            assert piece.there == on_duty(any_office, now)
            assert piece.open == (opening_at(any_office, now)[0] is Opening.OPEN)


def test_a_break_that_leaves_nobody_is_a_hole_and_a_colleague_is_proposed() -> None:
    plan = (
        shift("ana", "mon-fri", "09:00-18:00", "12:00 +15m"),
        shift("ion", "sat", "09:00-18:00"),
    )
    shop = office(ANA, ION, hours=DAYTIME, shifts=plan)
    days = ("Mon", "Tue", "Wed", "Thu", "Fri")
    assert found(shop) == [(f"{day} 12:00-12:15", "Ion") for day in days]
    assert next(iter(holes(shop, *WEEK))).pausing == (ANA,)


def test_where_the_office_wants_two_one_is_too_few() -> None:
    plan = (shift("ana", "mon", "09:00-18:00"), shift("ion", "mon", "10:00-18:00"))
    shop = office(ANA, ION, MARIA, hours=(hours("mon", "09:00-18:00"),), shifts=plan)
    wants_two = replace(shop, least_on_duty=2)
    assert found(shop) == []
    assert found(wants_two) == [("Mon 09:00-10:00", "Ion Maria")]


def test_who_is_away_or_has_no_number_neither_answers_nor_stands_in() -> None:
    day = date(2026, 11, 23)
    silent = person("Petru", number=None)
    plan = (shift("ana", "mon", "09:00-18:00"), shift("petru", "mon", "09:00-18:00"))
    away = (Absence("ana", day, day), Absence("ion", day, day))
    shop = office(
        ANA, ION, silent, hours=(hours("mon", "09:00-18:00"),), shifts=plan, absences=away
    )
    assert found(shop) == [("Mon 09:00-18:00", "")]


def test_the_first_line_is_proposed_before_experts_and_who_worked_less_first() -> None:
    plan = (
        shift("ana", "sun", "09:00-18:00"),
        shift("eva", "tue", "08:00-20:00"),
    )
    shop = office(MARIA, ANA, person("Eva"), ION, hours=DAYTIME, shifts=plan)
    span = at("2026-11-23 09:00"), at("2026-11-23 10:00")
    assert [p.name for p in substitutes(shop, span)] == ["Ion", "Ana", "Eva"]


def test_two_breaks_at_one_time_are_told_with_both_names() -> None:
    plan = (
        shift("ana", "mon", "09:00-18:00", "13:00 +30m"),
        shift("ion", "mon", "09:00-18:00", "13:15 +30m", "16:00 +15m"),
    )
    told = [
        (wall(c.span), *(p.name for p in c.people))
        for c in clashes(office(ANA, ION, shifts=plan), *WEEK)
    ]
    assert told == [("Mon 13:15-13:30", "Ana", "Ion")]


def test_a_break_after_midnight_clashes_with_the_breaks_of_that_day() -> None:
    plan = (
        shift("ana", "sun", "22:00-06:00", "02:00 +15m"),
        shift("ion", "mon", "00:00-08:00", "02:10 +15m"),
    )
    told = [wall(c.span) for c in clashes(office(ANA, ION, shifts=plan), *WEEK)]
    assert told == ["Mon 02:10-02:15"]


MENU = Menu(
    "main",
    (
        Key("1", Do.TOPIC, "orders"),
        Key("2", Do.MENU, "more"),
        Key("9", Do.LANGUAGE, "en"),
        Key("3", Do.COMPLAINT),
    ),
)
MORE = Menu("more", (Key("1", Do.TOPIC, "repairs"),))
TOPICS = (topic("orders"), topic("repairs"))


def test_every_way_to_a_person_is_walked_in_every_language_of_the_menu() -> None:
    shop = office(ANA, menus=(MENU, MORE), topics=TOPICS)
    assert branches(shop) == [
        Branch(what, language) for what in (None, "orders", "repairs") for language in ("ro", "en")
    ]


def test_a_rehearsal_says_which_callers_find_nobody_who_knows_or_speaks() -> None:
    ana = person("Ana", topics=frozenset({"orders"}), languages=("ro",))
    eva = person("Eva", topics=frozenset({"repairs"}), languages=("ro", "en"))
    plan = (shift("ana", "mon", "09:00-12:00"), shift("eva", "mon", "11:00-13:00"))
    opened = (hours("mon", "09:00-14:00"),)
    shop = office(ana, eva, menus=(MENU, MORE), topics=TOPICS, hours=opened, shifts=plan)
    told = {
        (s.branch.topic, s.branch.language, s.lack): [wall(span) for span in s.spans]
        for s in rehearse(shop, *WEEK).shortfalls
    }
    assert told["repairs", "ro", Lack.TOPIC] == ["Mon 09:00-11:00"]
    assert told["orders", "ro", Lack.TOPIC] == ["Mon 12:00-13:00"]
    assert told["orders", "en", Lack.LANGUAGE] == ["Mon 09:00-12:00"]
    assert told[None, "ro", Lack.ANYBODY] == ["Mon 13:00-14:00"]
    assert (None, "ro", Lack.LANGUAGE) not in told


def test_a_rehearsal_names_who_would_not_be_rung_all_week() -> None:
    plan = (shift("ana", "mon-fri", "09:00-18:00"), shift("ion", "sat", "09:00-12:00"))
    heard = rehearse(office(ANA, ION, hours=DAYTIME, shifts=plan), *WEEK)
    assert (heard.well, [p.name for p in heard.idle]) == (True, ["Ion"])


def test_too_many_hours_without_a_break_are_told_before_they_are_worked() -> None:
    plan = (
        shift("ana", "mon", "08:00-18:00", "12:00 +30m"),
        shift("ion", "mon", "08:00-16:00", "10:00 +15m", "13:00 +15m"),
    )
    shop = office(ANA, ION, shifts=plan, hours_in_a_row=4)
    told = [(strain.person.name, wall(strain.span)) for strain in strains(shop, *WEEK)]
    assert told == [("Ana", "Mon 12:30-18:00")]
    assert list(strains(replace(shop, hours_in_a_row=0), *WEEK)) == []
