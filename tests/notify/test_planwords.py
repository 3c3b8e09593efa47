"""Whoever works otherwise is told by text what was and what is, in the office's language."""

from __future__ import annotations

from datetime import date

import pytest

from hotline.notify.planwords import DAYS_TEXTED, about_changes
from hotline.notify.words import About
from hotline.routing.changes import StayAway, changed
from hotline.routing.difference import changed_days
from hotline.routing.shifts import DAY
from tests.routing.shop import BUCHAREST, office, person, shift

ANA = person("Ana")
SHOP = office(ANA, shifts=(shift("ana", "mon-sun", "09:00-15:00"),))
TUESDAY = date(2026, 12, 8)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Your shifts are changed:\n08.12. free (was 09:00-15:00)"),
        ("ro", "Turele dvs. s-au schimbat:\n08.12. liber (era 09:00-15:00)"),
        ("ru", "Ваши смены изменились:\n08.12. выходной (было 09:00-15:00)"),
        ("uk", "Ваші зміни оновлено:\n08.12. вихідний (було 09:00-15:00)"),
    ],
)
def test_a_changed_day_is_told_in_the_offices_language(language: str, words: str) -> None:
    days = list(changed_days(SHOP, changed(SHOP, StayAway("ana", TUESDAY, TUESDAY)), [TUESDAY]))
    assert about_changes(days, About("Floarea", BUCHAREST, language)) == f"Floarea. {words}"


def test_of_many_days_the_first_are_told_and_the_others_counted() -> None:
    days = [TUESDAY + n * DAY for n in range(DAYS_TEXTED + 3)]
    away = changed(SHOP, StayAway("ana", days[0], days[-1]))
    text = about_changes(list(changed_days(SHOP, away, days)), About("F", BUCHAREST, "en"))
    assert len(text.splitlines()) == DAYS_TEXTED + 2
    assert text.endswith("and 3 more")
