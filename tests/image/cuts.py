"""Power cuts: what a card holds at any instant, from a log of all that was written to it.

QEMU keeps the log (its driver blklogwrites, in the format of Linux' dm-log-writes). What a killed
machine leaves is the card before and all writes until then; what a real card leaves may lack some
of those that were never flushed.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

SECTOR = 512
MAGIC = 0x6A736677736872
FLUSH, DISCARD = 1, 4
SUPER, ENTRY = struct.Struct("<QQQL"), struct.Struct("<QQQQ")


@dataclass(frozen=True)
class Write:
    """begin, size: bytes of the card. data: the file and the byte in it where they stand."""

    begin: int
    size: int
    flags: int
    data: tuple[Path, int]

    def torn(self, chance: random.Random) -> Write:
        """A part of it, to the end of a sector: that is what a card writes at once."""
        sectors = chance.randint(0, self.size // SECTOR)
        return replace(self, size=sectors * SECTOR)

    def touches(self, first: int, size: int) -> bool:
        """Does it write between these bytes?"""
        return self.begin < first + size and first < self.begin + self.size


def logged(card: Path, log: Path, name: str = "card") -> list[str]:
    """Words for QEMU: this card, of which every write is also kept in that file."""
    log.touch()
    driver = f"driver=blklogwrites,node-name={name},log-sector-size={SECTOR}"
    files = f"file.driver=file,file.filename={card},log.driver=file,log.filename={log}"
    return ["-blockdev", f"{driver},{files}", "-device", f"virtio-blk-pci,drive={name}"]


def writes_of(log: Path) -> Iterator[Write]:
    """All of them in their order. The last may be missing if the machine was killed within it."""
    end = log.stat().st_size
    with log.open("rb") as file:
        magic, _version, _entries, sector = SUPER.unpack(file.read(SUPER.size))
        assert (magic, sector) == (MAGIC, SECTOR), f"{log} is no log of writes"
        at = SECTOR
        while at + SECTOR <= end:
            file.seek(at)
            first, sectors, flags, _ = ENTRY.unpack(file.read(ENTRY.size))
            size = 0 if flags & DISCARD else sectors * SECTOR
            at += SECTOR
            if at + size > end:
                return
            yield Write(first * SECTOR, size, flags, (log, at))
            at += size


def apply(writes: Sequence[Write], card: Path) -> None:
    """Does to the card what they did."""
    with card.open("r+b") as target:
        for write in writes:
            file, at = write.data
            with file.open("rb") as source:
                source.seek(at)
                target.seek(write.begin)
                target.write(source.read(write.size))


@contextmanager
def applied(writes: Sequence[Write], card: Path) -> Iterator[None]:
    """Within it the card is as they left it; afterwards as it was."""
    with card.open("rb") as file:
        before = [(write.begin, _read(file, write)) for write in writes]
    apply(writes, card)
    try:
        yield
    finally:
        with card.open("r+b") as file:
            for begin, data in before:
                file.seek(begin)
                file.write(data)


def _read(card: BinaryIO, write: Write) -> bytes:
    card.seek(write.begin)
    return card.read(write.size)


def flushed(writes: Sequence[Write]) -> int:
    """So many of them, from the first on, no card may lose: they were flushed."""
    return max((at for at, write in enumerate(writes, 1) if write.flags & FLUSH), default=0)
