"""Nobody reads a backup without its passphrase, and nobody changes it unnoticed."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from hotline.errors import HotlineError
from hotline.storage import sealed
from hotline.storage.passphrases import made, weak
from hotline.storage.sealed import CHUNK, MAGIC, TAG_BYTES, Opened, Sealing

PASSPHRASE = "roua plop cizme vioara"
BEFORE = len(MAGIC) + 4 + 16 + 7 + 32  # head and proof


@pytest.fixture(autouse=True, scope="module")
def cheap() -> object:
    """A key that costs little: what it costs is not what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed, "_COST", (4, 8, 1))
        yield


def seal(data: bytes, passphrase: str = PASSPHRASE, piece: int = 10_240) -> bytes:
    file = io.BytesIO()
    sealing = Sealing(file, passphrase)
    for at in range(0, len(data), piece):
        sealing.write(data[at : at + piece])
    sealing.close()
    return file.getvalue()


def opened(data: bytes, passphrase: str = PASSPHRASE) -> bytes:
    file = Opened(io.BytesIO(data), passphrase)
    return b"".join(iter(lambda: file.read(10_000), b""))


@settings(deadline=None, max_examples=60)
@given(
    size=some.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17]),
    piece=some.integers(1000, 2 * CHUNK),
    seed=some.binary(min_size=1, max_size=8),
)
def test_what_was_put_in_comes_out(size: int, piece: int, seed: bytes) -> None:
    data = (seed * (size // len(seed) + 1))[:size]
    assert opened(seal(data, piece=piece)) == data


def test_the_same_is_never_sealed_the_same_way_twice() -> None:
    assert seal(b"x" * 100)[len(MAGIC) :] != seal(b"x" * 100)[len(MAGIC) :]


def test_nothing_of_it_can_be_read_in_the_file() -> None:
    assert b"+37369111222" not in seal(b"the number is +37369111222 " * 100)


@pytest.mark.parametrize("wrong", ["roua plop cizme Vioara", "", "x" * 1000])
def test_another_passphrase_does_not_open_it(wrong: str) -> None:
    with pytest.raises(HotlineError, match="passphrase does not open"):
        opened(seal(b"secret"), wrong)


def test_a_passphrase_opens_it_from_every_keyboard() -> None:
    """One letter, or a letter and its mark: both are typed as the same."""
    assert opened(seal(b"secret", "caf\u00e9 in the morning"), "cafe\u0301 in the morning")


WHOLE = 2 * CHUNK + 500


@pytest.mark.parametrize(
    "left",
    [BEFORE, BEFORE + CHUNK + TAG_BYTES, BEFORE + 2 * (CHUNK + TAG_BYTES), -1, -400, 30],
)
def test_a_backup_that_was_cut_off_is_refused(left: int) -> None:
    with pytest.raises(HotlineError, match="not whole"):
        opened(seal(b"x" * WHOLE)[:left])


@settings(deadline=None, max_examples=80)
@given(place=some.integers(0, BEFORE + WHOLE + 3 * TAG_BYTES - 1), bit=some.integers(0, 7))
def test_one_changed_bit_anywhere_is_noticed(place: int, bit: int) -> None:
    data = bytearray(seal(b"x" * WHOLE))
    data[place] ^= 1 << bit
    with pytest.raises(HotlineError):
        opened(bytes(data))


def test_chunks_in_another_order_are_noticed() -> None:
    data, step = seal(b"x" * WHOLE), CHUNK + TAG_BYTES
    first, second = data[BEFORE : BEFORE + step], data[BEFORE + step : BEFORE + 2 * step]
    with pytest.raises(HotlineError, match="altered"):
        opened(data[:BEFORE] + second + first + data[BEFORE + 2 * step :])


def test_something_behind_the_end_is_noticed() -> None:
    with pytest.raises(HotlineError, match="altered"):
        opened(seal(b"x" * CHUNK) + b"more")


def test_what_is_no_backup_is_told_from_one_of_a_newer_box() -> None:
    with pytest.raises(HotlineError, match="not a backup"):
        opened(b"PK\x03\x04" + b"x" * 1000)
    data = bytearray(seal(b"x"))
    data[len(MAGIC)] = 2
    with pytest.raises(HotlineError, match="newer version"):
        opened(bytes(data))


def test_a_file_cannot_ask_for_more_memory_than_a_box_has() -> None:
    data = bytearray(seal(b"x"))
    data[len(MAGIC) + 1] = 40
    with pytest.raises(HotlineError, match="altered"):
        opened(bytes(data))


@pytest.mark.parametrize("guessed", ["short", "aaaaaaaaaaaaaaaaaaaa", "121212121212", "x" * 200])
def test_a_passphrase_that_would_be_guessed_is_refused(guessed: str) -> None:
    assert weak(guessed)
    assert weak(PASSPHRASE) is None


def test_a_passphrase_the_box_makes_is_good_and_never_the_same() -> None:
    assert len({made() for _ in range(50)}) == 50
    assert weak(made()) is None
