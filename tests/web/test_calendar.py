"""Somebody's calendar shows their shifts at the instants routing goes by, and no more."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from hotline.routing.office import Absence, Office
from hotline.routing.shifts import DAY, on_shift
from hotline_web.ics import calendar_of
from tests.routing.shop import hours, office, person, shift
from tests.web.conftest import Page, send
from tests.web.test_pages import seen

ANA, ION = person("Ana"), person("Ion")
MINUTE = timedelta(minutes=1)
TITLE = "Tură la telefon"
Spans = list[tuple[datetime, datetime]]


def events(body: bytes, words: str) -> Spans:
    """From and to of all events of that name, as a calendar reads them."""
    return [
        (event.decoded("dtstart").astimezone(UTC), event.decoded("dtend").astimezone(UTC))
        for event in Calendar.from_ical(body).walk("VEVENT")
        if str(event["summary"]) == words
    ]


def read(shop: Office, now: datetime) -> tuple[Spans, Spans]:
    body = calendar_of(shop, shop.people[0], now, "Shift", "Break")
    return events(body, "Shift"), events(body, "Break")


def inside(spans: Spans, instant: datetime) -> bool:
    return any(start <= instant < end for start, end in spans)


# The clock falls back in the night of 25 October 2026, and jumps on 28 March 2027.
@pytest.mark.parametrize("zone", ["Europe/Chisinau", "Europe/Bucharest", "Europe/Kyiv"])
@pytest.mark.parametrize("switch", [date(2026, 10, 25), date(2027, 3, 28)])
@pytest.mark.parametrize(
    "time",
    ["22:00-06:00", "01:30-03:30", "02:30-10:00", "20:00-02:30", "03:15-04:15", "08:00 +24h"],
)
def test_over_the_change_of_the_clock_it_is_what_routing_goes_by_at_every_quarter_of_an_hour(
    zone: str, switch: date, time: str
) -> None:
    shop = replace(
        office(ANA, ION, shifts=(shift("ana", "mon-sun", time, f"{time[:5]} +45m"),)),
        zone=ZoneInfo(zone),
    )
    noon = datetime(switch.year, switch.month, switch.day, 12, tzinfo=shop.zone).astimezone(UTC)
    begin = noon - timedelta(hours=36)
    shifts, breaks = read(shop, begin)
    for quarter in range(4 * 60):
        instant = begin + quarter * 15 * MINUTE
        there = inside(shifts, instant) and not inside(breaks, instant)
        assert there == (shop.people[0] in on_shift(shop, instant)), instant


def test_a_break_that_is_held_back_stands_where_it_is_taken() -> None:
    shop = office(
        ANA,
        ION,
        shifts=(
            shift("ana", "mon", "09:00-15:00", "11:00 +15m"),
            shift("ion", "mon", "09:00-15:00", "11:00 +15m"),
        ),
        least_on_duty=1,
    )
    now = datetime(2026, 12, 7, 5, tzinfo=UTC)
    _, ana = read(shop, now)
    assert ana[0] == (now.replace(hour=9), now.replace(hour=9, minute=15))
    ions = calendar_of(shop, ION, now, "Shift", "Break")
    assert events(ions, "Break")[0] == (
        now.replace(hour=9, minute=15),
        now.replace(hour=9, minute=30),
    )


def test_it_reaches_sixty_days_ahead_and_begins_with_the_shift_under_way() -> None:
    shop = office(
        ANA,
        hours=(hours("mon-sun", "09:00-18:00"),),
        shifts=(shift("ana", "mon-sun", "22:00-06:00"),),
    )
    now = datetime(2026, 12, 7, 1, tzinfo=UTC)
    shifts, _ = read(shop, now)
    assert shifts[0][0] < now < shifts[0][1]
    assert timedelta(days=59) < shifts[-1][0] - now < timedelta(days=60)
    assert len(shifts) == 61


def test_who_is_away_has_no_shifts_then() -> None:
    away = Absence("ana", date(2026, 12, 8), date(2026, 12, 20))
    shop = office(ANA, shifts=(shift("ana", "mon-sun", "09:00-15:00"),), absences=(away,))
    shifts, _ = read(shop, datetime(2026, 12, 7, 5, tzinfo=UTC))
    days = {start.date() for start, _ in shifts}
    assert date(2026, 12, 7) in days
    assert not days & {date(2026, 12, 8) + n * DAY for n in range(13)}


def test_a_shift_has_the_same_name_at_every_reading_so_that_no_calendar_doubles_it() -> None:
    shop = office(ANA, shifts=(shift("ana", "mon-sun", "09:00-15:00"),))

    def names(now: datetime) -> list[str]:
        body = calendar_of(shop, shop.people[0], now, "Shift", "Break")
        return [str(event["uid"]) for event in Calendar.from_ical(body).walk("VEVENT")]

    first = names(datetime(2026, 12, 7, 5, tzinfo=UTC))
    assert len(set(first)) == len(first)
    assert set(names(datetime(2026, 12, 8, 5, tzinfo=UTC))) >= set(first[1:])


def test_the_zone_is_told_to_calendars_that_do_not_know_it() -> None:
    shop = office(ANA, shifts=(shift("ana", "mon-sun", "09:00-15:00"),))
    body = calendar_of(shop, ANA, datetime(2026, 12, 7, 5, tzinfo=UTC), "Shift", "Break")
    (zone,) = Calendar.from_ical(body).walk("VTIMEZONE")
    assert str(zone["tzid"]) == "Europe/Bucharest"
    assert b"DTSTART;TZID=Europe/Bucharest:20261207T090000" in body


# -- the address -----------------------------------------------------------------------------------


def address_of(page: Page, person: str) -> str:
    browser = page.owner()
    send(browser, "/calendar/renew", seen="/shifts", person=person)
    found = re.search(
        r'value="http://localhost(/calendar/[\w-]{22}\.ics)"', browser.get("/shifts").text
    )
    assert found
    return found[1]


def test_a_telephone_without_a_password_reads_one_persons_shifts_and_nothing_else(
    page: Page,
) -> None:
    address = address_of(page, "ana")
    answer = page.browser().get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Cache-Control"] == "private, max-age=900"
    assert "Set-Cookie" not in answer.headers
    assert len(events(answer.data, TITLE)) == 42
    for other in ("Ion", "Maria", "+373", "069", "Flori", "vacation"):
        assert other not in answer.text, other


def test_the_address_is_shown_once(page: Page) -> None:
    browser = page.owner()
    send(browser, "/calendar/renew", seen="/shifts", person="ana")
    assert "/calendar/" in seen_values(browser.get("/shifts").text)
    assert "/calendar/" not in seen_values(browser.get("/shifts").text)


def seen_values(text: str) -> str:
    return " ".join(re.findall(r'<input readonly value="([^"]+)"', text))


def test_a_new_address_closes_the_one_before_and_closing_it_the_last(page: Page) -> None:
    first, second = address_of(page, "ana"), address_of(page, "ana")
    stranger = page.browser()
    assert stranger.get(first).status_code == 404
    assert stranger.get(second).status_code == 200
    browser = page.owner()
    assert "Ana just now , maria" in seen(browser, "/shifts")
    send(browser, "/calendar/close", seen="/shifts", person="ana")
    assert stranger.get(second).status_code == 404


def test_an_address_nobody_was_given_says_nothing_of_the_office(page: Page) -> None:
    answer = page.browser().get("/calendar/AAAAAAAAAAAAAAAAAAAAAA.ics")
    assert answer.status_code == 404
    assert "Flori" not in answer.text


def test_a_changed_plan_is_in_the_calendar_at_the_next_reading(page: Page) -> None:
    address = address_of(page, "ana")
    before = page.browser().get(address).data
    away = {"kind": "away", "person": "ana", "first": "2026-12-08", "last": "2026-12-09"}
    send(page.owner(), "/shifts/change", "/shifts", **away)
    after = page.browser().get(address).data
    assert len(events(before, TITLE)) - len(events(after, TITLE)) == 2


def test_whoever_left_the_office_has_no_calendar_any_more(page: Page) -> None:
    address = address_of(page, "ana")
    bare = "name: Flori\nzone: Europe/Chisinau\ncountry: MD\nlanguages: [en]\nhours: always\n"
    page.office.desk.plans.offices.save(bare, "maria", page.office.now).result(5)
    assert page.browser().get(address).status_code == 404


def test_no_secret_lies_in_the_records_of_the_page(page: Page) -> None:
    secret = address_of(page, "ana").split("/")[-1].removesuffix(".ics")
    assert secret.encode() not in (page.office.directory / "web.sqlite").read_bytes()


def test_whoever_asks_too_often_is_told_to_wait(page: Page) -> None:
    address, stranger = address_of(page, "ana"), page.browser()
    answers = [stranger.get("/calendar/AAAAAAAAAAAAAAAAAAAAAA.ics").status_code for _ in range(61)]
    assert answers == [404] * 60 + [429]
    assert stranger.get(address).status_code == 429
