"""Texts arrive letter for letter in both directions, and nonsense stops nothing.

The other side is the simulated network's own reading and writing; the vectors are of documents
that have nothing to do with it or us.
"""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline.at import gsm7, pdu
from hotline.at.commands import send_text
from hotline.at.pdu import Part, Received, Report, Unreadable
from tests.sim.gsm import sms

ANA = "+37369000101"
GSM7 = "".join(sms.CODES) + "".join(sms.MORE)
PLAIN = st.text(alphabet=GSM7, max_size=700)
TEXTS = st.text(max_size=300) | PLAIN | st.text(alphabet="Жалоба 🙂a", max_size=500)


def read_by_the_network(text: str) -> str:
    """What arrives of a text, its parts checked as the network checks them."""
    parts = [sms.submitted(one.pdu) for one in pdu.encode(ANA, text, 300)]
    assert {part.number for part in parts} == {ANA}
    assert all(part.wants_report for part in parts)
    if len(parts) > 1:
        assert [part.part for part in parts] == [
            (300 % 256, len(parts), place) for place in range(1, len(parts) + 1)
        ]
    return "".join(part.text for part in parts)


# -- vectors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "sender", "text"),
    [
        (
            "07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37",
            "27838890001",
            "hellohello",
        ),
        (
            "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
            "+31641600986",
            "How are you?",
        ),
    ],
)
def test_texts_of_other_peoples_documents_are_read(written: str, sender: str, text: str) -> None:
    found = pdu.decode(written)
    assert isinstance(found, Received)
    assert (found.sender, found.text) == (sender, text)


def test_hellohello_is_packed_as_in_every_book() -> None:
    (one,) = pdu.encode("+46708251358", "hellohello")
    assert one.pdu.endswith("0AE8329BFD4697D9EC37")
    assert one.pdu[4:].startswith("000B916407281553F80000")


# -- both ways -------------------------------------------------------------------------------------


@given(TEXTS)
@example("€" * 80)
@example("a" * 152 + "€" + "b" * 20)  # the escape would be the last septet of a part
@example("ж" * 66 + "🙂" + "ж" * 20)  # half a pair would be
@example("a" * 160)
@example("a" * 161)
@example("ж" * 70)
@example("@" * 7)
def test_every_text_we_send_arrives_as_it_was_written(text: str) -> None:
    assert read_by_the_network(text) == text


@given(
    text=TEXTS,
    wide=st.booleans(),
    reference=st.integers(0, 255),
    order=st.randoms(use_true_random=False),
    sender=st.sampled_from([ANA, "069123456", "1234", "Hotline", "Ä{b}"]),
)
def test_every_text_sent_to_us_is_read_as_it_was_written(
    text: str, wide: bool, reference: int, order: Random, sender: str
) -> None:
    parts = [
        pdu.decode(one)
        for one in sms.delivers(sender, text, reference=reference, sixteen_bits=wide)
    ]
    order.shuffle(parts)
    received = [part for part in parts if isinstance(part, Received)]
    assert len(received) == len(parts)
    assert {part.sender for part in received} == {sender}
    assert pdu.joined(received) == text
    if len(parts) > 1:
        assert {(p.part.total, p.part.number) for p in received if p.part} == {
            (len(parts), place) for place in range(1, len(parts) + 1)
        }


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("🙂" * 35, 1),
        ("", 1),
    ],
)
def test_a_text_costs_no_more_parts_than_it_needs(text: str, parts: int) -> None:
    assert len(pdu.encode(ANA, text)) == parts


def test_a_character_that_another_telephone_cut_apart_is_whole_again() -> None:
    halves = ["жж\ud83d", "\ude42!"]
    parts = [Received(ANA, half, None, Part(1, 2, n)) for n, half in enumerate(halves, 1)]
    assert pdu.joined(reversed(parts)) == "жж🙂!"


def test_parts_with_a_wide_reference_are_of_another_text_than_those_with_a_short_one() -> None:
    references = set()
    for wide in (False, True):
        part = pdu.decode(sms.delivers(ANA, "a" * 161, reference=7, sixteen_bits=wide)[0])
        assert isinstance(part, Received)
        assert part.part is not None
        references.add(part.part.reference)
    assert len(references) == 2


@pytest.mark.parametrize(("zone", "hour"), [("00", 12), ("40", 11), ("80", 10), ("48", 13)])
def test_when_it_was_sent_counts_in_the_networks_zone(zone: str, hour: int) -> None:
    """In quarters of an hour, its digits turned round; 8 in the first means behind."""
    read = pdu.decode("00040B917363090001F10000" + "621180210000" + zone + "00")
    assert isinstance(read, Received)
    assert read.sent_at == datetime(2026, 11, 8, hour, 0, tzinfo=UTC)


def test_a_clock_that_says_nonsense_costs_the_hour_and_not_the_text() -> None:
    read = pdu.decode("00040B917363090001F10000" + "F" * 14 + "01" + "61")
    assert read == Received(ANA, "a")


# -- what became of ours ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "arrived"),
    [(0x00, True), (0x02, True), (0x20, None), (0x30, None), (0x41, False), (0x60, False)],
)
def test_a_report_says_whether_a_text_arrived(status: int, arrived: bool | None) -> None:
    read = pdu.decode(sms.report(42, ANA, status))
    assert isinstance(read, Report)
    assert (read.reference, read.recipient, read.arrived) == (42, ANA, arrived)


# Its header says that it is longer than the text.
HEADLESS = "00440B917363090001F10008" + "62118021000000" + "04" + "FF000000"


# -- nonsense --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    ["", "0", "zz", "00", "0004", "+CMTI: 1", "ff" * 400, "00110000910000a70100", HEADLESS],
)
def test_what_is_no_text_is_said_to_be_none(written: str) -> None:
    assert isinstance(pdu.decode(written), Unreadable)


def test_data_for_a_program_names_its_sender_and_is_no_text() -> None:
    read = pdu.decode("00040B917363090001F10004620180000000000401020304")
    assert isinstance(read, Unreadable)
    assert read.sender == ANA


GOOD = [*sms.delivers("Bank", "a" * 200), *sms.delivers(ANA, "ж" * 100), sms.report(1, ANA, 0)]


@given(
    st.text(alphabet="0123456789abcdefABCDEF", max_size=600)
    | st.text(max_size=60)
    | st.builds(
        lambda good, place, bits: (
            good[: place % len(good)] + f"{bits:X}" + good[place % len(good) + 1 :]
        ),
        st.sampled_from(GOOD),
        st.integers(0, 400),
        st.integers(0, 15),
    )
    | st.builds(lambda good, cut: good[: cut * 2], st.sampled_from(GOOD), st.integers(0, 200))
)
def test_nothing_that_comes_over_the_air_stops_the_reading(written: str) -> None:
    read = pdu.decode(written)
    text = getattr(read, "text", "")
    assert len(text) <= 2 * 255
    if isinstance(read, Received):
        pdu.joined([read]).encode()


@given(number=st.text(max_size=25), text=st.text(max_size=200))
def test_nothing_but_digits_gets_to_the_modem(number: str, text: str) -> None:
    try:
        parts = pdu.encode(number, text)
    except ValueError:
        return
    for part in parts:
        command = send_text(part.pdu, part.length)
        assert set(command.body) <= set("0123456789ABCDEF")
        assert command.text == f"AT+CMGS={len(part.pdu) // 2 - 1}"


@pytest.mark.parametrize("number", ["", "+", "12", "Bank", "069;1", "٠٦٩١٢٣٤٥٦", "+" + "1" * 21])
def test_what_is_no_number_is_sent_nothing(number: str) -> None:
    with pytest.raises(ValueError, match="number"):
        pdu.encode(number, "hello")


def test_a_text_too_long_for_any_telephone_is_not_begun() -> None:
    with pytest.raises(ValueError, match="too long"):
        pdu.encode(ANA, "ж" * (67 * 255 + 1))


def test_the_tables_agree() -> None:
    assert [gsm7.text_of([code]) for code in range(128) if code != 27] == list(
        sms.TABLE[:27] + sms.TABLE[28:]
    )
    assert {gsm7.text_of([27, code]): code for code in sms.MORE.values()} == sms.MORE
