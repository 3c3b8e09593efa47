"""Texts as a modem gives and takes them: SMS PDUs (3GPP 23.040), both ways. Pure.

`decode` never raises: a PDU that makes no sense becomes an `Unreadable`. What is to be sent is
never more than hexadecimal digits made here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from hotline.at import gsm7

MOST_PARTS = 255
LONGEST_PDU = 2 * 255  # digits; a TPDU has 164 octets at most, and a service centre 12
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_DIGITS = "0123456789*#abc"
_INTERNATIONAL, _NATIONAL, _LETTERS = 0x91, 0x81, 0x50
_SUBMIT, _VALID_RELATIVE, _ASK_REPORT, _HEADER = 0x01, 0x10, 0x20, 0x40
_THREE_DAYS = 0xA9  # who is out of reach for longer has heard of it otherwise
_GSM7, _UCS2 = 0x00, 0x08
# How much one part holds: septets, or units of UTF-16; less where a header joins it to others.
_WHOLE = {_GSM7: 160, _UCS2: 70}
_PARTLY = {_GSM7: 153, _UCS2: 67}


@dataclass(frozen=True)
class Part:
    """Which part of a long text it is. reference: what the sender calls the whole. number: 1…"""

    reference: int
    total: int
    number: int


@dataclass(frozen=True)
class Received:
    """A text, or a part of one. sender: as sent, a name or a number, '+' where international.

    sent_at: when the network took it, by the network's clock. text: of a part it may begin or end
    with half a character: `joined` mends it.
    """

    sender: str
    text: str
    sent_at: datetime | None = None
    part: Part | None = None


@dataclass(frozen=True)
class Report:
    """What became of a text of ours. reference: what the modem called it when it was sent."""

    reference: int
    recipient: str
    status: int

    @property
    def arrived(self) -> bool | None:
        """True on the telephone, False given up, None while the network tries on (§9.2.3.15)."""
        if self.status < 0x20:
            return True
        return None if self.status < 0x40 else False


@dataclass(frozen=True)
class Unreadable:
    """A PDU that says nothing to us. sender: "" where not even that could be read."""

    why: str
    sender: str = ""


@dataclass(frozen=True)
class Submit:
    """A part to be sent. pdu: hexadecimal. length: octets without the service centre's field."""

    pdu: str
    length: int


class _Bad(ValueError):  # noqa: N818 - an outcome
    """It is no PDU that we can read; the words say why."""


# -- what came -------------------------------------------------------------------------------------


def decode(pdu: str) -> Received | Report | Unreadable:
    """What a PDU that came over the air says. Never raises."""
    if len(pdu) > LONGEST_PDU or _HEX.fullmatch(pdu) is None:
        return Unreadable("It is no PDU.")
    octets = _Octets(bytes.fromhex(pdu))
    sender = ""
    try:
        octets.take(octets.one())  # the service centre
        first = octets.one()
        if first & 3 == 2:
            return _report(octets)
        if first & 3 != 0:
            raise _Bad("It is not a text that came from outside.")
        sender = _address(octets)
        return _received(sender, octets, header=bool(first & _HEADER))
    except _Bad as bad:
        return Unreadable(str(bad), sender)


def joined(parts: Iterable[Received]) -> str:
    """The text of the parts, in their order; characters that were cut apart are whole again."""
    ordered = sorted(parts, key=lambda received: received.part.number if received.part else 0)
    return _mended("".join(received.text for received in ordered))


class _Octets:
    """What is left of a PDU."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def one(self) -> int:
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        taken = self._data[self._place : self._place + count]
        if len(taken) < count:
            raise _Bad("It is cut short.")
        self._place += count
        return taken


def _received(sender: str, octets: _Octets, *, header: bool) -> Received:
    octets.one()  # the protocol
    coding = _coding(octets.one())
    sent_at = _instant(octets.take(7))
    count = octets.one()
    in_septets = coding == _GSM7
    data = octets.take((count * 7 + 7) // 8 if in_septets else count)
    skip = 0
    part: Part | None = None
    if header:
        if not data or data[0] >= len(data):
            raise _Bad("Its header is longer than itself.")
        skip = data[0] + 1
        part = _part(data[1:skip])
    if in_septets:
        taken = (skip * 8 + 6) // 7  # the header ends at the border of a septet
        septets = gsm7.unpack(data, max(count, taken))
        text = gsm7.text_of(septets[taken:count])
    else:
        text = data[skip : skip + (len(data) - skip) // 2 * 2].decode("utf-16-be", "surrogatepass")
    return Received(sender, text if part else _mended(text), sent_at, part)


def _report(octets: _Octets) -> Report:
    reference, recipient = octets.one(), _address(octets)
    octets.take(14)  # when it was sent, when it arrived
    return Report(reference, recipient, octets.one())


def _coding(scheme: int) -> int:
    """Of the data coding scheme (3GPP 23.038 §4) all we ask is the alphabet."""
    group = scheme >> 4
    if group < 8 and scheme & 0x20:
        raise _Bad("It is compressed.")
    binary = scheme & 0x0C == 0x04 if group < 8 else group == 15 and bool(scheme & 0x04)
    if binary:
        raise _Bad("It is data for a program and not a text.")
    wide = scheme & 0x0C == 0x08 if group < 8 else group == 14
    return _UCS2 if wide else _GSM7


def _address(octets: _Octets) -> str:
    """A number, or a name in letters (§9.1.2.5)."""
    length, kind = octets.one(), octets.one()
    data = octets.take((length + 1) // 2)
    if kind & 0x70 == _LETTERS:
        return gsm7.text_of(gsm7.unpack(data, length * 4 // 7))
    nibbles = [nibble for octet in data for nibble in (octet & 0xF, octet >> 4)][:length]
    digits = "".join(_DIGITS[nibble] for nibble in nibbles if nibble < len(_DIGITS))
    return ("+" if kind & 0x70 == 0x10 and digits else "") + digits


def _instant(stamp: bytes) -> datetime | None:
    """The network's clock, or None where it says nonsense (§9.2.3.11)."""
    year, month, day, hour, minute, second = ((one & 0xF) * 10 + (one >> 4) for one in stamp[:6])
    quarters = (stamp[6] & 0x7) * 10 + (stamp[6] >> 4)
    ahead = timedelta(minutes=15 * (-quarters if stamp[6] & 0x8 else quarters))
    try:
        local = datetime(2000 + year, month, day, hour, minute, second, tzinfo=timezone(ahead))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _part(header: bytes) -> Part | None:
    """The element that joins parts, with a reference of 8 or 16 bits (§9.2.3.24.1 and .8)."""
    place = 0
    found: Part | None = None
    while place + 2 <= len(header):
        element, length = header[place], header[place + 1]
        data = header[place + 2 : place + 2 + length]
        place += 2 + length
        if (element, len(data)) in ((0x00, 3), (0x08, 4)):
            *reference, total, number = data
            if 1 <= number <= total and total > 1:
                # Whether the reference is wide makes it another one, too.
                found = Part(int.from_bytes(bytes(reference)) | element << 16, total, number)
    return found


def _mended(text: str) -> str:
    """Halves of characters put together; a half without the other is shown as unreadable."""
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


# -- what is to be sent ----------------------------------------------------------------------------


def encode(number: str, text: str, reference: int = 0) -> tuple[Submit, ...]:
    """The parts that carry the text to the number, each asking for a delivery report.

    reference: tells this long text from others of ours to the same number; its low 8 bits count.
    Raises ValueError for what is no number, or a text of more than MOST_PARTS parts.
    """
    if _NUMBER.fullmatch(number) is None:
        raise ValueError("not a number that can be texted")
    sound = text.encode("utf-16-be", "replace").decode("utf-16-be")
    coding = _GSM7 if gsm7.fits(sound) else _UCS2
    pieces = _split([_units(coding, character) for character in sound], coding)
    if len(pieces) > MOST_PARTS:
        raise ValueError("too long for one text")
    whole = Part(reference & 0xFF, len(pieces), 1)
    return tuple(
        _submit(number, coding, units, replace(whole, number=place) if len(pieces) > 1 else None)
        for place, units in enumerate(pieces, 1)
    )


def _units(coding: int, character: str) -> tuple[int, ...]:
    """What must not be cut apart: an escape with its septet, both halves of a pair."""
    if coding == _GSM7:
        return gsm7.septets_of(character)
    data = character.encode("utf-16-be")
    return tuple(int.from_bytes(data[n : n + 2]) for n in range(0, len(data), 2))


def _split(characters: Sequence[tuple[int, ...]], coding: int) -> list[list[int]]:
    if sum(map(len, characters)) <= _WHOLE[coding]:
        return [[unit for units in characters for unit in units]]
    pieces: list[list[int]] = [[]]
    for units in characters:
        if len(pieces[-1]) + len(units) > _PARTLY[coding]:
            pieces.append([])
        pieces[-1] += units
    return pieces


def _submit(number: str, coding: int, units: Sequence[int], part: Part | None) -> Submit:
    header = b"" if part is None else bytes([5, 0, 3, part.reference, part.total, part.number])
    first = _SUBMIT | _VALID_RELATIVE | _ASK_REPORT | (_HEADER if header else 0)
    tpdu = bytes(
        [first, 0, *_recipient(number), 0, coding, _THREE_DAYS, *_user_data(coding, units, header)]
    )
    return Submit((b"\0" + tpdu).hex().upper(), len(tpdu))


def _recipient(number: str) -> bytes:
    digits = number.removeprefix("+")
    kind = _INTERNATIONAL if digits != number else _NATIONAL
    pairs = digits + "F" * (len(digits) % 2)
    swapped = "".join(pairs[n + 1] + pairs[n] for n in range(0, len(pairs), 2))
    return bytes([len(digits), kind]) + bytes.fromhex(swapped)


def _user_data(coding: int, units: Sequence[int], header: bytes) -> bytes:
    if coding == _UCS2:
        data = header + b"".join(unit.to_bytes(2) for unit in units)
        return bytes([len(data)]) + data
    taken = (len(header) * 8 + 6) // 7
    packed = gsm7.pack(units, taken * 7 - len(header) * 8)
    return bytes([taken + len(units)]) + header + packed
