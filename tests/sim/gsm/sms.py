"""The network's own reading and writing of texts (3GPP 23.040); nothing of the box's code is here.

Bits are written out as strings, slow and plain, so that it fails in other ways than the box.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

# 3GPP 23.038 table 1, sixteen characters in a row; E is the escape.
TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞEÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
CODES = {character: place for place, character in enumerate(TABLE) if place != 27}
MORE = {"\f": 10, "^": 20, "{": 40, "}": 41, "\\": 47, "[": 60, "~": 61, "]": 62, "|": 64, "€": 101}


@dataclass(frozen=True)
class Sent:
    """What a modem gave to the network. part: (reference, total, number) of a long text."""

    number: str
    text: str
    part: tuple[int, int, int] | None
    wants_report: bool


def in_septets(text: str) -> bool:
    return all(character in CODES or character in MORE for character in text)


# -- from the modem --------------------------------------------------------------------------------


def submitted(pdu: str) -> Sent:
    """Read an SMS-SUBMIT with its service centre before it; AssertionError where it is none."""
    octets = list(bytes.fromhex(pdu))
    octets = octets[1 + octets[0] :]
    first, digits, kind = octets[0], octets[2], octets[3]
    assert first & 3 == 1, "not a text to be sent"
    held = (digits + 1) // 2
    number = "".join(f"{octet:02X}"[::-1] for octet in octets[4 : 4 + held])[:digits]
    assert number.isdecimal(), "not a number"
    protocol, scheme, *rest = octets[4 + held :]
    assert protocol == 0
    assert scheme in (0, 8)
    rest = rest[{0: 0, 2: 1}[first >> 3 & 3] :]  # how long it stays valid
    length, data = rest[0], bytes(rest[1:])
    header = data[: data[0] + 1] if first & 0x40 else b""
    part = None
    if header:
        assert header[1:3] == b"\0\x03"
        part = (header[3], header[4], header[5])
    text = _septets(data, length, header) if scheme == 0 else _wide(data, length, header)
    return Sent(("+" if kind == 0x91 else "") + number, text, part, bool(first & 0x20))


def _septets(data: bytes, length: int, header: bytes) -> str:
    assert length <= 160
    assert len(data) == -(-length * 7 // 8), "its length is wrong"
    bits = "".join(f"{octet:08b}"[::-1] for octet in data)
    groups = [bits[n : n + 7] for n in range(0, length * 7, 7)]
    groups = groups[-(-len(header) * 8 // 7) :]
    text, wide = "", False
    for code in (int(group[::-1], 2) for group in groups):
        if code == 27:
            assert not wide
        elif wide:
            text += {there: character for character, there in MORE.items()}[code]
        else:
            text += TABLE[code]
        wide = code == 27
    assert not wide, "an escape is cut from its character"
    return text


def _wide(data: bytes, length: int, header: bytes) -> str:
    assert length == len(data) <= 140, "its length is wrong"
    return data[len(header) :].decode("utf-16-be")  # half a pair at the end is an error


# -- to the modem ----------------------------------------------------------------------------------


def delivers(
    sender: str,
    text: str,
    *,
    reference: int = 7,
    sixteen_bits: bool = False,
    at: datetime | None = None,
    most: int = 0,
) -> list[str]:
    """The SMS-DELIVERs that bring a text. most: characters in a part, where fewer are wanted."""
    plain = in_septets(text)
    room = most or ((152 if sixteen_bits else 153) if plain else 66)
    whole = _length(text, plain) <= (160 if plain else 70) and not most
    pieces = [text] if whole else _pieces(text, plain, room)
    return [
        _deliver(sender, piece, plain, at, _header(reference, len(pieces), place, sixteen_bits))
        for place, piece in enumerate(pieces, 1)
    ]


def _length(text: str, plain: bool) -> int:
    return sum(
        (1 if character in CODES else 2) if plain else len(character.encode("utf-16-be")) // 2
        for character in text
    )


def _pieces(text: str, plain: bool, room: int) -> list[str]:
    pieces = [""]
    for character in text:
        if _length(pieces[-1] + character, plain) > room:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _header(reference: int, total: int, number: int, sixteen_bits: bool) -> bytes:
    if total == 1:
        return b""
    if sixteen_bits:
        return bytes([6, 8, 4, *divmod(reference, 256), total, number])
    return bytes([5, 0, 3, reference, total, number])


def _deliver(sender: str, text: str, plain: bool, at: datetime | None, header: bytes) -> str:
    first = 0x44 if header else 0x04
    data = _data(text, plain, header)
    tpdu = bytes([first]) + _address(sender) + bytes([0, 0 if plain else 8]) + _stamp(at) + data
    return (bytes.fromhex("07917363090000F0") + tpdu).hex().upper()


def _data(text: str, plain: bool, header: bytes) -> bytes:
    if not plain:
        data = header + text.encode("utf-16-be")
        return bytes([len(data)]) + data
    codes = [code for one in text for code in ([CODES[one]] if one in CODES else [27, MORE[one]])]
    bits = "".join(f"{octet:08b}"[::-1] for octet in header)
    bits += "0" * (-len(bits) % 7)
    bits += "".join(f"{code:07b}"[::-1] for code in codes)
    length = len(bits) // 7
    bits += "0" * (-len(bits) % 8)
    packed = bytes(int(bits[n : n + 8][::-1], 2) for n in range(0, len(bits), 8))
    return bytes([length]) + packed


def _address(sender: str) -> bytes:
    digits = sender.removeprefix("+")
    if digits.isdecimal():
        padded = digits + "F" * (len(digits) % 2)
        pairs = "".join(padded[n : n + 2][::-1] for n in range(0, len(padded), 2))
        return bytes([len(digits), 0x91 if digits != sender else 0x81]) + bytes.fromhex(pairs)
    named = _data(sender, True, b"")
    octets = named[1:]
    return bytes([-(-named[0] * 7 // 4), 0xD0]) + octets


def _stamp(at: datetime | None) -> bytes:
    moment = (at or datetime.now(UTC)).astimezone(UTC)
    return bytes.fromhex(
        "".join(pair[::-1] for pair in moment.strftime("%y %m %d %H %M %S 00").split())
    )


def report(reference: int, number: str, status: int) -> str:
    """An SMS-STATUS-REPORT."""
    tpdu = bytes([0x06, reference]) + _address(number) + _stamp(None) * 2 + bytes([status])
    return (bytes.fromhex("07917363090000F0") + tpdu).hex().upper()
