"""Box and board write the same bytes, and neither takes for a message what is none."""

from __future__ import annotations

import random
import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.panel.wire import (
    MOST_BODY,
    VERSION,
    CycleModem,
    Goodbye,
    Heartbeat,
    Message,
    Reader,
    Report,
    Stranger,
    crc,
    encode,
    frame,
)
from tests.panel.guardian import CYCLE_MODEM, GOODBYE, HEARTBEAT, TICK, Core

REPORT = Report(1, True, False, True, False, 2, 1, 3, 0, 0x01020304)
VECTORS = [
    (Heartbeat(True), "06010101d8bc00"),
    (Heartbeat(False), "03010103c89d00"),
    (CycleModem(7), "06010207ed2900"),
    (Goodbye(), "0501031e5d00"),
    (REPORT, "080181010502010307010203043ac200"),
]
FRAMES = st.tuples(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=MOST_BODY))


def test_the_checksum_is_the_one_everybody_means() -> None:
    assert crc(b"123456789") == 0x29B1


@pytest.mark.parametrize(("message", "written"), VECTORS)
def test_boards_that_are_out_there_are_still_understood(
    message: Heartbeat | CycleModem | Goodbye | Report, written: str
) -> None:
    assert encode(message).hex() == written


@given(FRAMES)
@settings(max_examples=150, deadline=None)
def test_box_and_board_write_the_same_bytes_and_read_them(
    core: Core, one: tuple[int, int, bytes]
) -> None:
    written = frame(*one)
    assert core.encode(*one) == written
    assert core.hear(written) == [one] == list(Reader().feed_frames(written))


@pytest.mark.parametrize("message", [Heartbeat(True), Heartbeat(False), CycleModem(255), Goodbye()])
def test_the_board_understands_what_the_box_says(core: Core, message: Message) -> None:
    assert not isinstance(message, Stranger)
    ((version, kind, body),) = core.hear(encode(message))
    event, value, answered = core.ask(f"ask {version} {kind} {body.hex()}")[0].split()
    meant = {
        Heartbeat(True): (HEARTBEAT, 1),
        Heartbeat(False): (HEARTBEAT, 0),
        CycleModem(255): (CYCLE_MODEM, 255),
        Goodbye(): (GOODBYE, 0),
    }
    assert (int(event), int(value), answered) == (*meant[message], "1")


def test_the_box_understands_what_the_board_reports(core: Core) -> None:
    *_, told = core.ask("new", "step 1 1 5", "step 2 9 6", "restart 1", "report")
    version, kind, body = told.split()
    (report,) = Reader().feed(core.encode(int(version), int(kind), bytes.fromhex(body)))
    assert report == Report(
        firmware=1,
        relay=True,
        modem_off=True,
        pi_off=False,
        lost=False,
        restarts=1,
        watchdog=1,
        pi_cuts=0,
        modem_cycle=9,
        uptime_s=0x01020304,
    )
    assert list(Reader().feed(encode(report))) == [report]


def test_a_heartbeat_in_another_version_moves_nothing_and_is_answered(core: Core) -> None:
    assert core.ask("ask 2 1 01")[0] == f"{TICK} 0 1"
    assert list(Reader().feed(frame(2, 0x81, b"anything"))) == [Stranger(2)]


@pytest.mark.parametrize(
    ("kind", "body"), [(1, b""), (1, b"\2"), (1, b"\1\1"), (2, b"\0"), (3, b"x"), (0x44, b"")]
)
def test_a_whole_frame_that_says_nothing_known_moves_nothing(
    core: Core, kind: int, body: bytes
) -> None:
    assert core.ask(f"ask {VERSION} {kind} {body.hex()}")[0].split()[:2] == [str(TICK), "0"]
    assert list(Reader().feed(frame(VERSION, kind, body))) == []


def test_a_reader_that_lost_the_thread_finds_it_at_the_next_frame(core: Core) -> None:
    good = encode(Heartbeat(True))
    for noise in (b"\x05", b"\xff" * 300, good[:-1], good[2:], b"\0\0\0"):
        data = noise + b"\0" + good
        assert list(Reader().feed(data))[-1] == Heartbeat(True), noise
        assert core.hear(data)[-1] == (VERSION, 1, b"\1"), noise


def hostile(chance: random.Random, good: list[bytes]) -> bytes:
    """Random bytes, frames cut short, frames with bits turned, and whole ones among them."""
    data = bytearray()
    for _ in range(chance.randrange(1, 40)):
        one = bytearray(chance.choice(good))
        match chance.randrange(5):
            case 0:
                one = bytearray(chance.randbytes(chance.randrange(60)))
            case 1:
                del one[chance.randrange(len(one)) :]
            case 2:
                del one[: chance.randrange(len(one))]
            case 3:
                for _ in range(chance.randrange(1, 4)):
                    one[chance.randrange(len(one))] ^= 1 << chance.randrange(8)
        data += one
    return bytes(data)


def test_both_ends_find_the_same_in_hostile_bytes_and_nothing_nobody_said(core: Core) -> None:
    """2 in 65536 frames may pass the checksum by chance; what was not altered passes always."""
    seed = secrets.randbits(32)
    print("seed", seed)
    chance = random.Random(seed)
    said = [Heartbeat(True), Heartbeat(False), CycleModem(3), Goodbye(), REPORT]
    good = [encode(message) for message in said]
    known = {one for data in good for one in Reader().feed_frames(data)}
    strange = 0
    for _ in range(400):
        data = hostile(chance, good)
        found = list(Reader().feed_frames(data))
        assert core.hear(data) == found, (seed, data.hex())
        strange += sum(one not in known for one in found)
        list(Reader().feed(data))
    assert strange <= 4, (seed, strange)


def test_each_single_turned_bit_of_a_command_is_seen(core: Core) -> None:
    for message in (Heartbeat(True), CycleModem(1), Goodbye()):
        good = encode(message)
        for bit in range(8 * (len(good) - 1)):
            bad = bytearray(good)
            bad[bit // 8] ^= 1 << bit % 8
            assert core.hear(bytes(bad)) == [] == list(Reader().feed_frames(bytes(bad)))
