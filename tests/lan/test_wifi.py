"""Whatever somebody in the street calls a Wi-Fi, the office chooses its own, and safely."""

from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hotline.errors import BadSettings
from hotline.lan.wifi import UNSAFE, Chosen, Heard, Join, Lock, heard, joined, lock_of, shown

HOSTILE = b'<b>"\xe2\x80\xae\x07\xff\n'
OFFICE = Heard(b"Flori & Pomi", Lock.PASSWORD, 70)
TWIN = Heard(b"Flori & Pomi", Lock.OPEN, 99)
NEWER = Heard(b"New", Lock.NEWER, 50)
AIR = (OFFICE, TWIN, NEWER, Heard(HOSTILE, Lock.PASSWORD, 5), Heard(b"Uni", Lock.ACCOUNT, 5))


def chosen(one: Heard, password: str = "o parola buna") -> Chosen:
    return Chosen(one.id, "", password)


def refused(what: Chosen) -> str:
    """Place and words."""
    with pytest.raises(BadSettings) as wrong:
        joined("wlan0", what, AIR)
    ((place, words),) = wrong.value.places
    return f"{place[0]}: {words}"


def test_each_is_heard_once_and_the_strongest_first() -> None:
    rows = [
        ("61", "Infra", "20", "WPA2", ""),
        ("62", "Infra", "60", "WPA2", ""),
        ("61", "Infra", "90", "WPA2", ""),
        ("63", "Infra", "10", "WPA2", "*"),
    ]
    assert [(one.name, one.strength) for one in heard(rows)] == [(b"c", 10), (b"a", 90), (b"b", 60)]


def test_what_cannot_be_joined_by_name_is_left_out() -> None:
    nameless, adhoc, nul = ("", "Infra"), ("61", "Ad-Hoc"), ("6100", "Infra")
    assert heard([(*one, "50", "WPA2", "") for one in (nameless, adhoc, nul)]) == ()


def test_an_open_one_of_the_same_name_is_another() -> None:
    """A stranger's may be stronger; the office's password is for the office's alone."""
    air = heard([("61", "Infra", "40", "WPA2", ""), ("61", "Infra", "90", "", "")])
    assert [one.lock for one in air] == [Lock.OPEN, Lock.PASSWORD]
    assert len({one.id for one in air}) == 2


def test_two_aerials_of_one_are_joined_as_the_older_takes_it() -> None:
    (one,) = heard([("61", "Infra", "90", "WPA3", ""), ("61", "Infra", "40", "WPA2 WPA3", "")])
    assert (one.lock, one.strength) == (Lock.PASSWORD, 90)


@pytest.mark.parametrize(
    ("words", "lock"),
    [
        ("", Lock.OPEN),
        ("--", Lock.OPEN),
        ("OWE-TM", Lock.OPEN),
        ("WPA1 WPA2", Lock.PASSWORD),
        ("WPA2 WPA3", Lock.PASSWORD),
        ("WPA3", Lock.NEWER),
        ("WPA2 802.1X", Lock.ACCOUNT),
        ("WEP", Lock.FOREIGN),
        ("OWE", Lock.FOREIGN),
    ],
)
def test_how_one_is_closed_is_known(words: str, lock: Lock) -> None:
    assert lock_of(words) is lock


@given(some.binary(min_size=1, max_size=32))
def test_no_name_hides_or_turns_what_stands_beside_it(name: bytes) -> None:
    assert not {category(c) for c in shown(name)} & set(UNSAFE)


@given(some.binary(min_size=1, max_size=32).filter(lambda name: b"\0" not in name))
def test_an_id_leads_back_to_the_very_bytes(name: bytes) -> None:
    one = Heard(name, Lock.PASSWORD, 50)
    assert joined("wlan0", chosen(one), (one,)).name == name


def test_a_password_is_taken_as_it_is_and_shown_to_nobody() -> None:
    wanted = joined("wlan0", chosen(OFFICE, " 'o \\ parola\" "), AIR)
    assert wanted == Join("wlan0", OFFICE.name, Lock.PASSWORD, " 'o \\ parola\" ")
    assert "parola" not in repr(wanted) + repr(chosen(OFFICE, "o parola"))


@pytest.mark.parametrize("password", ["12345678", "x" * 63, "0aF9" * 16, "пароль"])
def test_passwords_of_every_length_that_routers_take_are_taken(password: str) -> None:
    assert joined("wlan0", chosen(OFFICE, password), AIR).password == password


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "Write the password"),
        ("1234567", "8 to 63"),
        ("x" * 64, "8 to 63"),
        ("0aF9" * 16 + "0", "8 to 63"),
        ("12345678\nsave", "no password has"),
    ],
)
def test_a_password_that_no_router_takes_is_refused_at_its_field(password: str, words: str) -> None:
    said = refused(chosen(OFFICE, password))
    assert said.startswith("password: ")
    assert words in said
    assert not password or password not in said


def test_an_open_one_needs_no_password() -> None:
    assert joined("wlan0", chosen(TWIN, "left over"), AIR).password == ""


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (chosen(AIR[4]), "wifi: This Wi-Fi asks each user"),
        (Chosen("password-6162", "", "12345678"), "wifi: The box does not hear"),
        (Chosen("", " ", "12345678"), "other: Write the name"),
        (Chosen("", "ж" * 17, "12345678"), "other: Write the name"),
        (Chosen("", "a\nb", "12345678"), "other: Write the name"),
        (chosen(NEWER, "ends with one "), "password: It begins or ends"),
    ],
)
def test_what_cannot_be_joined_is_said_at_its_field(what: Chosen, said: str) -> None:
    assert refused(what).startswith(said)


def test_one_that_hides_its_name_is_named_by_hand() -> None:
    wanted = joined("wlan0", Chosen("", " Birou ", "12345678"), AIR)
    assert wanted == Join("wlan0", b"Birou", Lock.PASSWORD, "12345678", hidden=True)
    assert joined("wlan0", Chosen("", "Birou", ""), AIR).lock is Lock.OPEN
