"""What a power cut leaves is read from the log of all writes as QEMU writes it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.image import cuts
from tests.image.cuts import ENTRY, FLUSH, MAGIC, SECTOR, SUPER

DISCARD = 4


def entry(first: int, sectors: int, flags: int = 0, data: bytes = b"") -> bytes:
    return ENTRY.pack(first, sectors, flags, 0).ljust(SECTOR, b"\0") + data


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Two sectors, a flush, something thrown away, one sector, and one the machine died within."""
    file = tmp_path / "log"
    file.write_bytes(
        SUPER.pack(MAGIC, 1, 0, SECTOR).ljust(SECTOR, b"\0")
        + entry(1, 2, 0, b"a" * 2 * SECTOR)
        + entry(0, 0, FLUSH)
        + entry(0, 8, DISCARD)
        + entry(2, 1, 0, b"b" * SECTOR)
        + entry(5, 4, 0, b"c" * SECTOR)
    )
    return file


def test_the_card_becomes_what_was_written_to_it(log: Path, tmp_path: Path) -> None:
    card = tmp_path / "card"
    card.write_bytes(b"." * 4 * SECTOR)
    cuts.apply(list(cuts.writes_of(log)), card)
    assert card.read_bytes() == b"".join(one * SECTOR for one in (b".", b"a", b"b", b"."))


def test_a_card_that_was_looked_at_is_as_before(log: Path, tmp_path: Path) -> None:
    """Also where one sector was written twice."""
    card = tmp_path / "card"
    card.write_bytes(b"." * 4 * SECTOR)
    with cuts.applied(list(cuts.writes_of(log)), card):
        assert card.read_bytes() != b"." * 4 * SECTOR
    assert card.read_bytes() == b"." * 4 * SECTOR


def test_only_what_was_not_flushed_may_be_lost(log: Path) -> None:
    writes = list(cuts.writes_of(log))
    assert len(writes) == 4
    assert cuts.flushed(writes) == 2
    assert cuts.flushed(writes[:1]) == 0


def test_a_write_is_torn_between_sectors(log: Path) -> None:
    (write, *_) = cuts.writes_of(log)
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    sizes = {write.torn(chance).size for _ in range(64)}
    assert sizes == {0, SECTOR, 2 * SECTOR}, seed


def test_a_write_touches_its_own_sectors_alone(log: Path) -> None:
    (write, *_) = cuts.writes_of(log)
    assert [write.touches(at * SECTOR, SECTOR) for at in range(4)] == [False, True, True, False]
