"""The alphabet of texts that need no other: seven bits for a character (3GPP 23.038 §6.2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

ESCAPE = 0x1B  # the next septet is of the extension table
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_SEPTETS: dict[str, tuple[int, ...]] = {
    **{character: (code,) for code, character in enumerate(_BASIC) if code != ESCAPE},
    **{character: (ESCAPE, code) for code, character in _EXTENSION.items()},
}


def septets_of(character: str) -> tuple[int, ...]:
    """One septet, or two; none where the alphabet lacks the character."""
    return _SEPTETS.get(character, ())


def fits(text: str) -> bool:
    """Can the whole text be said in this alphabet?"""
    return all(character in _SEPTETS for character in text)


def text_of(septets: Iterable[int]) -> str:
    """What the septets say. What the extension table lacks is shown as in the basic table."""
    said: list[str] = []
    escaped = False
    for septet in septets:
        if septet == ESCAPE:
            escaped = True
            continue
        said.append(_EXTENSION.get(septet, _BASIC[septet]) if escaped else _BASIC[septet])
        escaped = False
    return "".join(said)


def pack(septets: Sequence[int], fill: int = 0) -> bytes:
    """Eight septets in seven octets, lowest bits first, after `fill` bits of padding."""
    bits = 0
    for place, septet in enumerate(septets):
        bits |= septet << (7 * place + fill)
    return bits.to_bytes((7 * len(septets) + fill + 7) // 8, "little")


def unpack(octets: bytes, count: int, fill: int = 0) -> list[int]:
    """The first `count` septets after `fill` bits; the octets have to be enough for them."""
    bits = int.from_bytes(octets, "little") >> fill
    return [bits >> (7 * place) & 0x7F for place in range(count)]
