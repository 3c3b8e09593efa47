"""Endless broken SIP from a seed: legal messages, damaged along their grammar."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from tests.hostile.torture import TORMENTS
from tests.sim.sip.message import Address

_NASTY = (
    "", " ", "\0", "%s%n%x", "-1", "0", "4294967296", "9" * 300, "A" * 5000, "\r\n\r\n", ";",
    '"', "<", ">", "<>", "@", "sip:", "sip:@", "sips:x", "tel:+1", "[::1]", "[", "999.999.999.999",
    ",", "*", "\\", "%", "%00", "🐟", "Ж" * 400,
    "\t\t\t", ";tag=" * 50, "z9hG4bK", "application/sdp", "REGISTER", "SIP/2.0",
)  # fmt: skip
_SDP_LINES = (
    "m=audio 0 RTP/AVP 0", "m=audio -5 RTP/SAVP 99999", "m=image 4000 udptl t38", "c=IN IP6 ::1",
    "c=IN IP4 224.0.0.1/127", "c=", "a=rtpmap:0", "a=rtpmap:0 PCMU/0/0", "a=fmtp:101 0-999999",
    "a=ptime:0", "a=ptime:-20", "a=maxptime:1", "a=sendonly", "a=inactive", "a=ice-ufrag:x",
    "a=candidate:1 1 UDP 1 127.0.0.1 1 typ host", "b=AS:99999999999", "a=rtcp:1", "a=rtcp-mux",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:short", "a=fingerprint:sha-1 00", "k=clear:x", "t=",
)  # fmt: skip
_TOKEN, _NUMBER = re.compile(r"\w+|[^\w\s]"), re.compile(r"\d+")


class Mutants:
    """Datagrams for `target`, always the same for the same seed. Print it when a test fails."""

    def __init__(self, seed: int, mine: Address, target: Address) -> None:
        self.seed = seed
        self._dice = random.Random(seed)
        self._mine, self._target = mine, target

    def __repr__(self) -> str:
        return f"Mutants(seed={self.seed})"

    def take(self, count: int) -> Iterator[bytes]:
        """The next `count` of them."""
        for _ in range(count):
            yield self._mutant()

    def _mutant(self) -> bytes:
        parent = self._dice.choice(TORMENTS)
        template = _fixed(parent.data, self._dice)
        text = type(parent)(parent.name, False, template).bytes_for(self._mine, self._target)
        data = text.decode("utf-8", "surrogateescape")
        for _ in range(self._dice.choice((1, 1, 2, 3, 8))):
            data = self._dice.choice(_WAYS)(data, self._dice)
        raw = data.encode("utf-8", "surrogateescape")
        return _bytes_damaged(raw, self._dice)[:60_000]


def _fixed(template: str, dice: random.Random) -> str:
    """Branch and Call-ID from the dice too, so that a seed repeats every byte."""
    names = {"{branch}": f"z9hG4bK{dice.getrandbits(64):x}", "{id}": f"{dice.getrandbits(64):x}"}
    for name, value in names.items():
        template = template.replace(name, value)
    return template


def _line_dropped(data: str, dice: random.Random) -> str:
    lines = data.split("\r\n")
    del lines[dice.randrange(len(lines))]
    return "\r\n".join(lines)


def _line_doubled(data: str, dice: random.Random) -> str:
    lines = data.split("\r\n")
    place = dice.randrange(len(lines))
    return "\r\n".join([*lines[:place], *[lines[place]] * dice.choice((1, 2, 50)), *lines[place:]])


def _lines_swapped(data: str, dice: random.Random) -> str:
    lines = data.split("\r\n")
    one, other = (dice.randrange(len(lines)) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return "\r\n".join(lines)


def _value_replaced(data: str, dice: random.Random) -> str:
    lines = data.split("\r\n")
    place = dice.randrange(len(lines))
    name, colon, _ = lines[place].partition(":")
    lines[place] = f"{name}{colon} {dice.choice(_NASTY)}"
    return "\r\n".join(lines)


def _token_replaced(data: str, dice: random.Random) -> str:
    """One word, number or separator becomes something nasty."""
    return _replaced(data, _TOKEN, dice.choice(_NASTY), dice)


def _number_replaced(data: str, dice: random.Random) -> str:
    numbers = ("0", "-1", "2147483648", "18446744073709551616", "1e9", "0x10", "٣")
    return _replaced(data, _NUMBER, dice.choice(numbers), dice)


def _replaced(data: str, pattern: re.Pattern[str], new: str, dice: random.Random) -> str:
    """The first match behind a random place."""
    found = pattern.search(data, dice.randrange(len(data) + 1))
    return data[: found.start()] + new + data[found.end() :] if found else data


def _cut_short(data: str, dice: random.Random) -> str:
    return data[: dice.randrange(1, len(data) + 1)] if data else data


def _sdp_added(data: str, dice: random.Random) -> str:
    lines = "\r\n".join(dice.choice(_SDP_LINES) for _ in range(dice.choice((1, 3, 40))))
    return f"{data}{lines}\r\n"


def _line_ends_changed(data: str, dice: random.Random) -> str:
    return data.replace("\r\n", dice.choice(("\n", "\r", "\r\r\n", "\r\n ")), dice.choice((1, -1)))


_WAYS: tuple[Callable[[str, random.Random], str], ...] = (
    _line_dropped,
    _line_doubled,
    _lines_swapped,
    _value_replaced,
    _value_replaced,
    _token_replaced,
    _token_replaced,
    _token_replaced,
    _number_replaced,
    _number_replaced,
    _cut_short,
    _sdp_added,
    _line_ends_changed,
)


def _bytes_damaged(raw: bytes, dice: random.Random) -> bytes:
    """One in four also gets some of its bytes turned."""
    if not raw or dice.random() > 0.25:
        return raw
    damaged = bytearray(raw)
    for _ in range(dice.choice((1, 4, 32))):
        damaged[dice.randrange(len(damaged))] = dice.randrange(256)
    return bytes(damaged)
