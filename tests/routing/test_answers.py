"""What the office says by key is true on the day on which it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from hotline.routing.answers import as_of, can_say, keys_to
from hotline.routing.coach import advice
from hotline.routing.menuwalk import Leaving, Met, begin, leaving, offered, walked
from hotline.routing.office import (
    Answer,
    Closure,
    Do,
    Key,
    Menu,
    Office,
    OpenInterval,
    Person,
    WallTime,
)
from hotline.routing.openings import Openings, openings
from hotline.routing.remarks import remarks_on
from hotline.routing.rules import Opening, opening_at

LAST = date(2026, 12, 31)
PRICE = Answer("price", {"en": "What does it cost?"}, {"en": "Fifty lei."}, valid_until=LAST)
ASKS_PRICE = Key("2", Do.ANSWER, "price", {"en": "prices"})
SHOP = Office(
    "Flowers",
    ZoneInfo("Europe/Chisinau"),
    "MD",
    ("en",),
    people=(Person("ana", "Ana", "+37369000101"),),
    menus=(
        Menu(
            "main",
            (
                Key("1", Do.PERSON, label={"en": "a person"}),
                ASKS_PRICE,
                Key("3", Do.ANSWER, "hours", {"en": "hours"}),
                Key("4", Do.CALLBACK, label={"en": "a call back"}),
                Key("#", Do.STAFF),
            ),
        ),
    ),
    hours=(OpenInterval(frozenset(range(5)), WallTime(9 * 60), WallTime(18 * 60)),),
    answers=(PRICE,),
)
LATER = as_of(SHOP, LAST + timedelta(days=1))
CHISINAU = SHOP.zone


def at(day: int, hour: int, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=CHISINAU)


def met(keys: str, office: Office = SHOP) -> list[Met]:
    return [one.met for one in walked(office, [None if k == "_" else k for k in keys])]


def test_an_answer_is_said_on_its_last_day_and_not_on_the_next() -> None:
    assert can_say(as_of(SHOP, LAST), "price")
    assert not can_say(LATER, "price")


def test_after_an_answer_star_tells_it_again_hash_goes_back_and_zero_is_a_person() -> None:
    assert met("2*") == [Met.ANSWER, Met.ANSWER]
    assert met("2#") == met("2_") == [Met.ANSWER, Met.BACK]
    assert leaving(SHOP, walked(SHOP, "20"), open_now=True) == Leaving(
        Do.PERSON, "", Key("0", Do.PERSON)
    )


def test_hash_is_the_staffs_again_when_the_answer_is_over() -> None:
    assert met("2##") == [Met.ANSWER, Met.BACK, Met.WISH]


def test_a_key_of_the_menu_works_behind_an_answer_too() -> None:
    assert met("23") == [Met.ANSWER, Met.ANSWER]
    assert met("21") == [Met.ANSWER, Met.WISH]


def test_in_place_of_an_answer_that_is_over_a_person_is_rung() -> None:
    found = leaving(LATER, walked(LATER, "2"), open_now=True)
    assert found is not None
    assert (found.do, found.topic) == (Do.PERSON, "")


def test_while_closed_an_answer_that_is_over_is_not_offered_and_leads_to_a_message() -> None:
    stand = begin(LATER, "en")
    assert stand is not None
    told = [one.key for one in offered(LATER, stand.menu, "en", open_now=False)]
    assert told == ["3", "4"]
    found = leaving(LATER, walked(LATER, "2"), open_now=False)
    assert found is not None
    assert found.do is Do.MESSAGE


def test_who_hears_an_answer_over_and_over_is_led_on() -> None:
    assert leaving(SHOP, walked(SHOP, "2" + "*" * 30), open_now=True) == Leaving(Do.PERSON)


@given(st.sampled_from((SHOP, LATER)), st.text("0123456789*#_", min_size=80, max_size=80))
def test_every_caller_is_led_out_of_a_menu_with_answers(office: Office, keys: str) -> None:
    pressed = [None if key == "_" else key for key in keys]
    assert leaving(office, walked(office, pressed), open_now=True) is not None


def test_the_wish_to_be_called_back_leaves_the_menu_at_any_hour() -> None:
    for open_now in (True, False):
        found = leaving(SHOP, walked(SHOP, "4"), open_now=open_now)
        assert found is not None
        assert found.do is Do.CALLBACK


def test_an_answer_of_the_offices_own_is_said_in_place_of_the_boxs() -> None:
    own = Answer("hours", text={"en": "By appointment."}, valid_until=LAST)
    office = replace(SHOP, answers=(own,))
    assert can_say(office, "hours")
    assert can_say(as_of(office, LAST + timedelta(days=1)), "hours"), "the box knows them itself"


def test_a_key_to_an_answer_that_nobody_wrote_is_refused() -> None:
    stray = replace(SHOP, answers=())
    assert [one.refers for one in remarks_on(stray) if one.mistake] == ["price"]


def test_a_key_to_an_address_that_nobody_wrote_is_refused() -> None:
    main = Menu("main", (Key("1", Do.ANSWER, "address", {"en": "address"}),))
    office = replace(SHOP, menus=(main,))
    assert any("write the address" in one.words for one in remarks_on(office) if one.mistake)
    written = replace(office, address={"en": "1 Flower Street"})
    assert not [one for one in remarks_on(written) if one.mistake]


def test_whoever_keeps_an_answer_may_leave_and_the_office_stays_right() -> None:
    office = replace(SHOP, answers=(replace(PRICE, owner="gone"),))
    remarks = list(remarks_on(office))
    assert any("keeps this answer right" in one.words for one in remarks)
    assert not [one for one in remarks if one.mistake]


def test_the_coach_tells_of_an_answer_before_and_after_its_last_day() -> None:
    def told(day: date) -> list[str]:
        return [one.words for one in advice(SHOP, day) if one.place == ("answers", 0)]

    assert told(LAST - timedelta(days=8)) == []
    assert "is good until 2026-12-31" in told(LAST)[0]
    assert "led to a person" in told(LAST + timedelta(days=1))[0]


def test_the_coach_reads_answers_like_all_that_callers_hear() -> None:
    office = replace(SHOP, answers=(replace(PRICE, text={"en": "The best price."}),))
    assert any("praises" in one.words for one in advice(office, LAST))


def test_the_keys_that_lead_to_an_answer_are_known() -> None:
    assert keys_to(SHOP, "price") == [("main", "2")]


# -- opening hours, asked for by key --------------------------------------------------------------


def test_who_asks_while_it_is_open_hears_when_it_closes_and_opens_again() -> None:
    assert openings(SHOP, at(11, 10)) == Openings(True, False, at(11, 18), at(14, 9))


def test_who_asks_while_it_is_closed_hears_when_it_opens_and_for_how_long() -> None:
    assert openings(SHOP, at(12, 10)) == Openings(False, False, None, at(14, 9), at(14, 18))


def test_a_holiday_ahead_is_told_and_when_it_is_open_after_it() -> None:
    office = replace(SHOP, closures=(Closure(date(2026, 12, 24), date(2026, 12, 25)),))
    found = openings(office, at(18, 10))
    assert (found.closed, found.again) == (date(2026, 12, 24), at(28, 9))
    assert openings(office, at(1, 10)).closed is None


def test_an_evening_over_midnight_is_one() -> None:
    night = OpenInterval(frozenset({4}), WallTime(22 * 60), WallTime(4 * 60))
    office = replace(SHOP, hours=(night,))
    found = openings(office, at(12, 1))
    assert (found.open, found.closes, found.opens) == (True, at(12, 4), at(18, 22))


def test_an_office_that_never_closes_says_so() -> None:
    assert openings(replace(SHOP, hours=()), at(12, 3)) == Openings(True, True)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.lists(
        st.builds(
            OpenInterval,
            st.frozensets(st.integers(0, 6), min_size=1),
            st.integers(0, 1439).map(WallTime),
            st.integers(1, 1440).map(WallTime),
        ).filter(lambda one: one.start != one.end),
        min_size=1,
        max_size=3,
    ),
)
def test_the_hours_that_are_told_are_those_that_are_kept(
    now: datetime, hours: list[OpenInterval]
) -> None:
    office = replace(SHOP, hours=tuple(hours))
    found, instant = openings(office, now), timedelta(seconds=1)
    assert found.open is (opening_at(office, now)[0] is Opening.OPEN)
    for change, after in ((found.closes, False), (found.opens, True), (found.then, False)):
        if change is not None:
            for when, is_open in ((change - instant, not after), (change + instant, after)):
                assert (opening_at(office, when)[0] is Opening.OPEN) is is_open
