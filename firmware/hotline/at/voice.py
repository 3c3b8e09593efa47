"""What a V.253 voice modem is told, and the formats of sound it offers. Pure.

The numbers of the formats differ from maker to maker, and even between firmwares: they are chosen
by their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hotline.at.commands import Command

RATE = 8000
STREAM_S = 3.0  # until CONNECT, and from the end of our speech until OK

RESET = Command("ATZ")
DATA = Command("AT+FCLASS=0")
VOICE = Command("AT+FCLASS=8")
FORMATS = Command("AT+VSM=?")
OFF_HOOK = Command("AT+VLS=1")
ON_HOOK = Command("AT+VLS=0")
HANG_UP = Command("ATH")
SPEAK = Command("AT+VTX", seconds=STREAM_S)
LISTEN = Command("AT+VRX", seconds=STREAM_S)
DIALLED_S = 20.0  # sixteen digits, slowly

_DIGITS = re.compile(r"[0-9*#]{2,24}")


class Encoding(StrEnum):
    """How a sample is written."""

    ULAW = "µ-law"
    ALAW = "A-law"
    LINEAR_16 = "16 bit"
    UNSIGNED_8 = "8 bit unsigned"
    SIGNED_8 = "8 bit signed"


# The best first. 16 bit would be no better than µ-law on a telephone line, and is twice as much.
_WANTED = (
    Encoding.ULAW,
    Encoding.ALAW,
    Encoding.LINEAR_16,
    Encoding.UNSIGNED_8,
    Encoding.SIGNED_8,
)

_OFFER = re.compile(r'(?:\+VSM:)?\s*(\d{1,3})\s*,\s*"([^"]{0,40})"\s*(?:,\s*(\d{1,2}))?(.*)')
_RANGE = re.compile(r"(\d{4,5})(?:\s*-\s*(\d{4,5}))?")
# T.35 country codes, of those of whose lines we know.
_T35: Mapping[str, str] = {"US": "B5", "GB": "B4", "DE": "42", "FR": "3D"}


@dataclass(frozen=True)
class Format:
    """A format of the modem's own list. number: how the modem calls it."""

    number: int
    encoding: Encoding

    @property
    def commands(self) -> tuple[Command, ...]:
        """What chooses it: the first that is not refused. Some want all parameters."""
        short = f"AT+VSM={self.number},{RATE}"
        return Command(short), Command(f"{short},0,0")


def best_format(lines: Iterable[str]) -> Format | None:
    """Of the lines that answer +VSM=?, the best format that we can write and read."""
    offered = [one for one in map(_format, lines) if one is not None]
    return min(offered, key=lambda one: _WANTED.index(one.encoding), default=None)


def dial(digits: str) -> Command:
    """Dials by tones; the modem stays able to speak. Raises ValueError for anything but digits."""
    if _DIGITS.fullmatch(digits) is None:
        raise ValueError("not a number to be dialled")
    return Command(f"ATDT{digits}", seconds=DIALLED_S)


def country(code: str) -> Command | None:
    """Tunes the modem's line and tone detectors to an ISO 3166 country, where we know how."""
    return Command(f"AT+GCI={_T35[code]}") if code in _T35 else None


def _format(line: str) -> Format | None:
    offer = _OFFER.match(line)
    if offer is None or not _has_rate(offer[4]):
        return None
    encoding = _encoding(offer[2].upper(), int(offer[3] or 8))
    return Format(int(offer[1]), encoding) if encoding else None


def _has_rate(rest: str) -> bool:
    """A list of rates, or of ranges; a modem that tells none has the usual one."""
    ranges = [(int(low), int(high or low)) for low, high in _RANGE.findall(rest)]
    return not ranges or any(low <= RATE <= high for low, high in ranges)


def _encoding(name: str, bits: int) -> Encoding | None:
    if "ADPCM" in name:
        return None
    if re.search(r"U-?LAW|MU-?LAW|711 ?U", name):
        return Encoding.ULAW
    if re.search(r"A-?LAW|711 ?A", name):
        return Encoding.ALAW
    if not re.search(r"LINEAR|PCM", name):
        return None
    if bits == 16:
        return Encoding.LINEAR_16
    signed = "SIGNED" in name and "UNSIGNED" not in name
    return {False: Encoding.UNSIGNED_8, True: Encoding.SIGNED_8}[signed] if bits == 8 else None
