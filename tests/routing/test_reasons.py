"""Of everybody who is not rung the office can say why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from hotline.routing.office import Absence, AnsweredBy, Office
from hotline.routing.plan import Load, plan_for
from hotline.routing.presence import Away, Why
from hotline.routing.reasons import not_rung
from tests.routing.shop import at, hours, office, person, shift, topic

NOW = at("2026-11-23 12:00")
ANA, ION = person("Ana"), person("Ion")
ALL_DAY = shift("ana", "every day", "00:00-24:00")
ORDERS = (topic("orders"),)


def why(shop: Office, **asked: Any) -> dict[str, str]:
    given = {"caller": None, "topic": None, "language": "ro", "load": Load()} | asked
    caller = given.pop("caller")
    plan = plan_for(caller, shop, NOW, **given)
    return {p.name: str(reason) for p, reason in not_rung(plan, shop, NOW, caller=caller, **given)}


def gone(reason: Why) -> Load:
    return Load(away={"ion": Away("ion", reason, NOW, NOW + timedelta(hours=1))})


def test_who_is_rung_needs_no_reason() -> None:
    assert why(office(ANA, ION)) == {}


@pytest.mark.parametrize(
    ("shop", "asked", "reason"),
    [
        (office(ANA, replace(ION, number=None)), {}, "there is no number"),
        (office(ANA, ION, shifts=(ALL_DAY,)), {}, "not on duty"),
        (
            office(ANA, ION, shifts=(ALL_DAY, shift("ion", "mon", "09:00-18:00", "12:00 +15m"))),
            {},
            "in a break",
        ),
        (office(ANA, ION, absences=(Absence("ion", NOW.date(), NOW.date()),)), {}, "away"),
        (office(ANA, ION), {"caller": ION.number}, "is calling"),
        (office(ANA, ION), {"load": Load(busy=frozenset({"ion"}))}, "on the telephone"),
        (
            office(ANA, replace(ION, topics=frozenset({"repairs"})), topics=ORDERS),
            {"topic": "orders"},
            "does not know the topic",
        ),
        (office(ANA, replace(ION, languages=("ru",))), {}, "does not speak the language"),
        (
            office(
                ANA,
                replace(ION, level=3),
                topics=(topic("orders", levels_never_unasked=frozenset({3})),),
            ),
            {"topic": "orders"},
            "is not asked for this topic",
        ),
        (office(ANA, ION, overflow=("ion",)), {}, "only for what overflows"),
        (
            office(ANA, ION, overflow=("ion",), answered_by=AnsweredBy.HOUSE),
            {},
            "the others alone answer now",
        ),
        (
            office(ANA, replace(ION, number=None, unconfirmed=ION.number)),
            {},
            "the number is not confirmed",
        ),
        (office(ANA, ION), {"load": gone(Why.BREAK)}, "in a break"),
        (office(ANA, ION), {"load": gone(Why.OFF)}, "off for now"),
        (office(ANA, ION), {"load": gone(Why.PAUSED)}, "paused after missed calls"),
    ],
)
def test_who_is_not_rung_has_one_reason(shop: Office, asked: dict[str, Any], reason: str) -> None:
    assert why(shop, **asked) == {"Ion": reason}


def test_while_the_line_is_closed_that_is_the_reason() -> None:
    shop = office(ANA, ION, hours=(hours("tue", "09:00-18:00"),))
    assert set(why(shop).values()) == {"the line is closed"}


def test_on_vacation_and_off_shift_is_away_only_where_a_day_is_meant() -> None:
    away = Absence("ion", date(2026, 11, 22), date(2026, 11, 22))
    shop = office(ANA, ION, shifts=(ALL_DAY,), absences=(away,))
    assert why(shop) == {"Ion": "not on duty"}
