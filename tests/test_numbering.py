"""Numbers: whom the box may ring, what it must never dial, what a log may show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.errors import NumberRefused
from hotline.numbering import can_be_texted, dialable, is_country, mask, normalise, shown

ANA = "+37369123456"


@pytest.mark.parametrize(
    "written",
    ["069123456", "069 123 456", "69123456", "+373 69 123 456", "0037369123456", "(069) 12-34-56"],
)
def test_a_mobile_is_understood_however_it_is_written(written: str) -> None:
    assert dialable(written, "MD") == ANA


@pytest.mark.parametrize(
    ("written", "country", "dialled"),
    [
        ("0712 034 567", "RO", "+40712034567"),
        ("8 912 345-67-89", "RU", "+79123456789"),
        ("050 123 45 67", "UA", "+380501234567"),
        ("022 123 456", "MD", "+37322123456"),
    ],
)
def test_the_countries_of_the_product_are_dialled(written: str, country: str, dialled: str) -> None:
    assert dialable(written, country) == dialled


@pytest.mark.parametrize(
    ("written", "country", "words"),
    [
        ("06912345", "MD", "The number has 8 digits, a Moldovan mobile has 9."),
        ("6912345", "MD", "The number has 7 digits, a Moldovan mobile has 8."),
        ("0691234567", "MD", "The number has 10 digits, a Moldovan mobile has 9."),
        ("+373 6912345", "MD", "The number has 7 digits after +373, a mobile there has 8."),
        ("067 123 456", "UA", "The number has 9 digits, a Ukrainian mobile has 10."),
        ("8 912 345 67", "RU", "The number has 9 digits, a Russian mobile has 11."),
        ("0712 034 56", "RO", "The number has 9 digits, a Romanian mobile has 10."),
        ("06 12 34 56", "FR", "The number has 8 digits, a mobile in FR has 10."),
    ],
)
def test_a_wrong_length_is_told_as_people_count(written: str, country: str, words: str) -> None:
    with pytest.raises(NumberRefused) as refused:
        dialable(written, country)
    assert refused.value.cause == words
    assert refused.value.action


@pytest.mark.parametrize("country", ["MD", "RO", "UA", "RU", "US"])
@pytest.mark.parametrize(
    "written", ["112", "911", "101", "102", "103", " 1-1-2 ", "0112", "١١٢", "+373112"]
)
def test_emergency_services_are_never_dialled(written: str, country: str) -> None:
    with pytest.raises(NumberRefused):
        dialable(written, country)


@pytest.mark.parametrize("written", ["112", "911", "101", "102", "103", "+373 112", "1 1 2"])
def test_an_emergency_number_is_named_as_one(written: str) -> None:
    with pytest.raises(NumberRefused, match="emergency"):
        dialable(written, "MD")


@pytest.mark.parametrize(
    ("written", "country", "word"),
    [
        ("0900 12345", "MD", "premium"),
        ("0808 12345", "MD", "shared-cost"),
        ("0803 12345", "MD", "charged extra"),
        ("+7 808 123 45 67", "RU", "personal"),
        ("0900 123 456", "RO", "premium"),
        ("0801 123 456", "RO", "shared-cost"),
    ],
)
def test_numbers_that_cost_extra_are_refused(written: str, country: str, word: str) -> None:
    with pytest.raises(NumberRefused, match=word):
        dialable(written, country)


@pytest.mark.parametrize(
    "written", ["+881612345678", "+870772001899", "+88213123456", "+979123456789", "+80012345678"]
)
def test_satellites_and_worldwide_services_are_refused_even_if_allowed(written: str) -> None:
    with pytest.raises(NumberRefused, match="satellite or worldwide"):
        dialable(written, "MD", {"MD", "001", "RO"})


@pytest.mark.parametrize(
    "written", ["+40712034567", "0040712034567", "+18765551234", "+447781123456"]
)
def test_a_number_abroad_is_refused_until_its_country_is_allowed(written: str) -> None:
    with pytest.raises(NumberRefused, match="abroad"):
        dialable(written, "MD")


def test_a_number_of_an_allowed_country_is_dialled() -> None:
    assert dialable("+40712034567", "MD", {"MD", "RO"}) == "+40712034567"


def test_a_country_that_shares_its_code_is_still_abroad() -> None:
    with pytest.raises(NumberRefused, match=r"abroad \(JM\)"):
        dialable("+1 876 555 1234", "US")
    with pytest.raises(NumberRefused, match=r"abroad \(KZ\)"):
        dialable("+7 701 123 45 67", "RU")


def test_the_own_country_is_not_allowed_where_the_list_leaves_it_out() -> None:
    with pytest.raises(NumberRefused):
        dialable("069123456", "MD", {"RO"})


@pytest.mark.parametrize("written", ["**21*069123456#", "*100#", "069123456;ext=5", "069-CALL-ME"])
def test_codes_letters_and_extensions_are_refused(written: str) -> None:
    with pytest.raises(NumberRefused, match="letters"):
        dialable(written, "MD")


@pytest.mark.parametrize("written", ["", " ", "+", "-", "+9999999", "1" * 300])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(NumberRefused, match="not a telephone number"):
        dialable(written, "MD")


def test_a_number_no_network_has_is_refused() -> None:
    with pytest.raises(NumberRefused, match="not in use"):
        dialable("+37311111111", "MD")


@given(st.text(max_size=40) | st.text("+0123456789 -()*#", max_size=20))
def test_whatever_is_typed_is_a_plain_number_or_refused(written: str) -> None:
    try:
        number = dialable(written, "MD")
    except NumberRefused:
        return
    assert number.startswith("+373")
    assert dialable(number, "MD") == number


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("069123456", ANA),
        ("37369123456", ANA),
        ("+37369123456", ANA),
        ("380671234567", "+380671234567"),
        ("022123456", "+37322123456"),
        ("anonymous", None),
        ("", None),
        ("112", None),
    ],
)
def test_a_callers_number_is_the_same_however_the_network_writes_it(
    raw: str, number: str | None
) -> None:
    assert normalise(raw, "MD") == number


@given(st.text(), st.sampled_from(["MD", "RO", "UA", "RU", "XX", ""]))
def test_any_caller_id_is_taken(raw: str, country: str) -> None:
    number = normalise(raw, country)
    assert number is None or (number[0] == "+" and number[1:].isdigit())


@pytest.mark.parametrize(
    ("number", "logged"),
    [
        (ANA, "+373 69… 56"),
        ("+40712034567", "+40 71… 67"),
        ("069123456", "… 56"),
        ("112", "…"),
        ("Ana's mobile", "…"),
        (None, "withheld"),
    ],
)
def test_a_log_never_shows_a_whole_number(number: str | None, logged: str) -> None:
    assert mask(number) == logged


def test_people_see_numbers_as_they_write_them() -> None:
    assert shown(ANA, "MD") == "0691 23 456"
    assert shown("+40712034567", "MD") == "+40 712 034 567"
    assert shown("anonymous", "MD") == "anonymous"


@pytest.mark.parametrize(
    ("number", "country", "can"),
    [
        (ANA, None, True),
        (ANA, "MD", True),
        ("+40712034567", None, True),
        ("+40712034567", "MD", False),
        ("+37322123456", None, False),  # a landline
        ("+37390012345", None, False),
        ("+8816123456", None, False),
        ("112", "MD", False),
        ("Bank", None, False),
    ],
)
def test_texts_go_to_mobiles(number: str, country: str | None, can: bool) -> None:
    assert can_be_texted(number, country) is can


def test_countries_are_known_by_two_capital_letters() -> None:
    assert is_country("MD")
    assert not is_country("md")
    assert not is_country("001")
