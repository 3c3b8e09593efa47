"""An address at which nobody would find the box is not taken, and why is said at its field."""

from __future__ import annotations

import string
from ipaddress import IPv4Interface

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hotline.errors import BadSettings
from hotline.lan.wanted import Typed, fixed

GOOD = Typed("192.168.1.20", "255.255.255.0", "192.168.1.1", "192.168.1.1, 1.1.1.1")


def test_an_address_as_routers_show_it_is_taken() -> None:
    wanted = fixed("eth0", GOOD)
    assert wanted.address == IPv4Interface("192.168.1.20/24")
    assert [str(one) for one in (wanted.router, *wanted.dns)] == [
        *("192.168.1.1", "192.168.1.1", "1.1.1.1")
    ]


@pytest.mark.parametrize("mask", ["24", "/24", " 255.255.255.0 "])
def test_a_mask_may_be_written_in_each_usual_way(mask: str) -> None:
    typed = Typed(GOOD.address, mask, GOOD.router, "")
    assert fixed("eth0", typed).address == IPv4Interface("192.168.1.20/24")


@pytest.mark.parametrize(
    ("typed", "place", "words"),
    [
        (Typed("", "24", "192.168.1.1", ""), "address", "four numbers"),
        (Typed("192.168.1.300", "24", "192.168.1.1", ""), "address", "four numbers"),
        (Typed("fe80::1", "24", "192.168.1.1", ""), "address", "four numbers"),
        (Typed("8.8.8.20", "24", "8.8.8.8", ""), "address", "your own network"),
        (Typed("127.0.0.5", "24", "127.0.0.1", ""), "address", "your own network"),
        (Typed("169.254.3.3", "24", "169.254.3.1", ""), "address", "your own network"),
        (Typed("0.0.0.0", "24", "0.0.0.1", ""), "address", "your own network"),
        (Typed("192.168.1.0", "24", "192.168.1.1", ""), "address", "first and the last"),
        (Typed("192.168.1.255", "24", "192.168.1.1", ""), "address", "first and the last"),
        (Typed("192.168.1.1", "24", "192.168.1.1", ""), "address", "The router has"),
        (Typed("192.168.1.20", "24", "192.168.2.1", ""), "router", "another network"),
        (Typed("192.168.1.20", "24", "192.168.1.255", ""), "router", "another network"),
        (Typed("192.168.1.20", "24", "router", ""), "router", "four numbers"),
        (Typed("192.168.1.20", "255.0.255.0", "192.168.1.1", ""), "mask", "255.255.255.0"),
        (Typed("192.168.1.20", "32", "192.168.1.1", ""), "mask", "255.255.255.0"),
        (Typed("192.168.1.20", "", "192.168.1.1", ""), "mask", "255.255.255.0"),
        (Typed("192.168.1.20", "24", "192.168.1.1", "1.1.1.1 x"), "dns", "four numbers"),
        (Typed("192.168.1.20", "24", "192.168.1.1", "0.0.0.0"), "dns", "four numbers"),
        (Typed("192.168.1.20", "24", "192.168.1.1", "1.1.1.1 " * 4), "dns", "at most 3"),
    ],
)
def test_what_cannot_be_meant_is_named_at_its_field(typed: Typed, place: str, words: str) -> None:
    with pytest.raises(BadSettings) as wrong:
        fixed("eth0", typed)
    assert [where for where, said in wrong.value.places if words in said] == [(place,)]


@given(some.builds(Typed, *[some.text(string.printable, max_size=20)] * 4))
def test_whatever_is_typed_is_an_address_of_the_office_or_refused(typed: Typed) -> None:
    try:
        wanted = fixed("eth0", typed)
    except BadSettings:
        return
    assert wanted.address
    assert wanted.address.ip.is_private
    assert wanted.router in wanted.address.network
