"""What a modem says of its network and of the network's services: operator, diverts, USSD, time.

3GPP 27.007 unless named otherwise; Quectel's own words are from drivers of others. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import IntEnum

from hotline.at import gsm7
from hotline.at.fields import fields

# <AcT> of +COPS (27.007 §7.3) as people call it.
_GENERATIONS = {0: "2G", 1: "2G", 2: "3G", 3: "2G", 4: "3G", 5: "3G", 6: "3G", 7: "4G", 8: "2G"} | {
    9: "4G", 10: "4G", 11: "5G", 12: "5G", 13: "5G",
}  # fmt: skip
_BY_NAME = (
    (("LTE", "CAT-M", "CAT-NB", "EMTC"), "4G"),
    (("NR",), "5G"),
    (("WCDMA", "HS", "UMTS", "TDSCDMA"), "3G"),
    (("GSM", "GPRS", "EDGE"), "2G"),
)
LONGEST_REPLY = 500  # characters; a USSD string has 182 at most


class Reason(IntEnum):
    """When a network diverts a call: <reason> of +CCFC (§7.11)."""

    ALWAYS = 0
    BUSY = 1
    NO_REPLY = 2
    UNREACHABLE = 3


@dataclass(frozen=True)
class Operator:
    """+COPS. name: "" while there is none. generation: "2G" to "5G", "" where it is not said."""

    name: str
    generation: str


@dataclass(frozen=True)
class Technology:
    """Quectel's +QNWINFO. generation: as in `Operator`."""

    generation: str


@dataclass(frozen=True)
class SpeechOverLte:
    """Quectel's +QCFG="ims": can calls be carried over LTE now?"""

    usable: bool


@dataclass(frozen=True)
class Divert:
    """One line of +CCFC. number: "" where none is registered. voice: it is about calls."""

    active: bool
    voice: bool
    number: str


@dataclass(frozen=True)
class Ussd:
    """+CUSD: the network's reply to a code. more: it waits for an answer. failed: it has none."""

    text: str
    more: bool
    failed: bool


@dataclass(frozen=True)
class NetworkTime:
    """+CCLK. at: aware; what the network, or only the modem's own clock, says."""

    at: datetime


@dataclass(frozen=True)
class Identity:
    """+CIMI or +CGSN: which SIM card it is, or which modem. They are not told apart."""

    digits: str


ServiceEvent = Operator | Technology | SpeechOverLte | Divert | Ussd | NetworkTime | Identity


def generation_of(name: str) -> str:
    """What people call a technology that the modem names: "FDD LTE" is 4G. "" if unknown."""
    upper = name.upper()
    for parts, generation in _BY_NAME:
        if any(part in upper for part in parts):
            return generation
    return ""


def ussd_text(written: str, scheme: int) -> str:
    """A reply as people read it: modems give it plain, as UCS2 or as packed septets, in digits.

    scheme: 3GPP 23.038 §5, which not all firmware tells rightly.
    """
    octets = bytes.fromhex(written) if re.fullmatch("(?:[0-9A-Fa-f]{2}){4,}", written) else b""
    if not octets:
        return _readable(written)
    wide = scheme & 0xCC == 0x48 or (scheme >> 4 < 4 and scheme & 0x0C == 0x08)
    if len(octets) % 2 == 0 and (wide or _looks_wide(octets)):
        return _readable(octets.decode("utf-16-be", "replace"))
    return _readable(gsm7.text_of(gsm7.unpack(octets, len(octets) * 8 // 7)))


def packed(code: str) -> str:
    """A code as packed septets in hexadecimal digits, as some makers want it."""
    septets = [septet for character in code for septet in gsm7.septets_of(character)]
    return gsm7.pack(septets).hex().upper()


def _looks_wide(octets: bytes) -> bool:
    """Latin and Cyrillic letters: their first octets are all alike."""
    return set(octets[::2]) <= {0x00, 0x01, 0x02, 0x04, 0x20}


def _readable(text: str) -> str:
    """One line without control characters."""
    printable = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(printable.split())[:LONGEST_REPLY]


def _operator(text: str) -> Operator:
    given = [*fields(text), "", "", ""]
    name = given[2] if given[1] in ("0", "1", "2") else ""
    known = given[3].isdecimal()
    return Operator(_readable(name)[:32], _GENERATIONS.get(int(given[3]), "") if known else "")


def _technology(text: str) -> Technology:
    return Technology(generation_of(fields(text)[0]))


def _configured(text: str) -> SpeechOverLte | None:
    """+QCFG answers for many things."""
    what, *values = fields(text)
    return SpeechOverLte(values[1] == "1") if what == "ims" and len(values) > 1 else None


def _divert(text: str) -> Divert:
    status, kind, number, form = [*fields(text), "", "", ""][:4]
    number = re.sub("[^0-9+*#]", "", number)[:32]
    international = number and form == "145" and not number.startswith("+")
    return Divert(status == "1", int(kind or 1) & 1 == 1, ("+" if international else "") + number)


def _ussd(text: str) -> Ussd:
    kind, said, scheme = [*fields(text), "", ""][:3]
    text = ussd_text(said, int(scheme) if scheme.isdecimal() else 15)
    return Ussd(text, more=kind == "1", failed=not text)


def _time(text: str) -> NetworkTime:
    """`yy/MM/dd,hh:mm:ss±zz`: local time, and its distance from UTC in quarters of an hour."""
    stamp, quarters = fields(text)[0][:17], fields(text)[0][17:]
    zone = timezone(timedelta(minutes=15 * int(quarters)))
    return NetworkTime(datetime.strptime(stamp, "%y/%m/%d,%H:%M:%S").replace(tzinfo=zone))


READERS: Mapping[str, Callable[[str], ServiceEvent | None]] = {
    "+COPS": _operator,
    "+QNWINFO": _technology,
    "+QCFG": _configured,
    "+CCFC": _divert,
    "+CUSD": _ussd,
    "+CCLK": _time,
}


def subscriber(line: str) -> Identity | None:
    """The answer to AT+CIMI has no name of its own: digits alone (3GPP 23.003 §2.2)."""
    return Identity(line) if re.fullmatch("[0-9]{14,15}", line) else None
