"""Inputs near to what modems really say: pieces of it cut, torn, repeated, mixed and spoilt."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.at.vectors import UNDERSTOOD, UNKNOWN
from tests.fuzz.promises import PROMISES
from tests.sim.gsm import sms

LONGEST = 6000
_LINES = [line.encode() for line in (*(line for line, _ in UNDERSTOOD), *UNKNOWN)]
_PDUS = [
    bytes.fromhex(written)
    for text in ("hello {1} €", "Жалоба 🙂", "long " * 60, "долго " * 40)
    for sender in ("+37369000001", "Bank")
    for written in sms.delivers(sender, text)
] + [bytes.fromhex(sms.report(7, "+37369000001", status)) for status in (0, 0x30, 0x41)]
_TEXTS = ["hello {1} €", "Жалоба 🙂 " * 30, "[" * 200, "+37369000001", "1234", "*100#", "*331#"]
# 0xf0 with what follows is a step of ours: to listen, or to stop.
_VOICE = [
    b"\xf0\x01", b"\xf0\x00", b"\r\nCONNECT\r\n", b"\r\nVCON\r\n", b"\x10\x03", b"\x10\x10",
    b"\x10\x1a", b"\x10", b"\x10/\x105\x105\x10~", b"\x10R", b"\x10l", b"\x10u", b"CONNECT",
    b"\r\n", b"\x7f" * 80, b"\x10" * 5, b"A" * 250,
]  # fmt: skip
_VOICE_LINES = [
    line + b"\r\n" for line in (
        b"RING", b"DATE = 1122", b"NMBR = 37322111222", b"NMBR=P", b"NAME = TEST", b"DRON=10",
        b"MESG=060102", b'130,"UNSIGNED PCM",8,0,(8000),0,0', b'131,"ULAW",8,0,(7200-11025),0,0',
        b'133,"LINEAR",16,0,8000,0,0', b'+VSM: 5,"G.711A",8,0,(8000),(0),(0)', b"AT+VRX", b"OK",
    )
]  # fmt: skip
_TOKENS = [
    b"\r\n", b"\r", b"\n", b"\r\r\n", b"> ", b"OK", b"ERROR", b"\x1a", b"\x1b", b'"', b",", b":",
    b"\xff", b"\0", b"145", b"+", b"-1", b"99999999999", b";", b";+CHUP;", b"AT+CMGL=4", b"BUSY",
    b"RING", "٣".encode(), "🙂".encode(), b"\xed\xa0\x80",
]  # fmt: skip


def inputs(seed: int) -> Iterator[bytes]:
    """Inputs for `promises.one`, without end; the same for the same seed."""
    chance = random.Random(seed)
    while True:
        which = chance.randrange(len(PROMISES))
        made = _MAKERS[which](chance)
        for _ in range(chance.choice((0, 0, 1, 2, 5, 20))):
            made = _spoilt(chance, made)
        yield bytes([which]) + made[:LONGEST]


def _talk(chance: random.Random) -> bytes:
    if chance.random() < 0.05:  # an answer without end
        return b"\x00\x20" + 30 * _heard(b"+CSQ: 21\r\n" * 16)
    return b"".join(_step(chance) for _ in range(chance.randrange(60)))


def _step(chance: random.Random) -> bytes:
    what = chance.random()
    if what < 0.25:
        return bytes([chance.randrange(0x20)])
    if what < 0.45:
        return b"\x20"
    if what < 0.55:
        return b"\x40"
    line = chance.choice((*_LINES, b"OK", b"OK", b"ERROR", b"> ", b"AT+CLCC"))
    said = b"\r\n" + line[:170] + chance.choice((b"\r\n", b"\r\n", b""))
    return _heard(said)


def _heard(said: bytes) -> bytes:
    return bytes([0x50 + len(said) - 1]) + said


def _line(chance: random.Random) -> bytes:
    ends = (b"\r\n", b"\r\n", b"\r\r\n", b"\n", b"")
    return b"".join(
        chance.choice(_LINES) + chance.choice(ends) for _ in range(chance.randrange(1, 6))
    )


def _order(chance: random.Random) -> bytes:
    given = [text.encode() for text in _TEXTS] if chance.random() < 0.7 else [b"AT+CLCC", *_LINES]
    return chance.choice(given)


def _pdu(chance: random.Random) -> bytes:
    return chance.choice(_PDUS)


def _text(chance: random.Random) -> bytes:
    return chance.choice(_TEXTS).encode() * chance.randrange(1, 4)


def _stream(chance: random.Random) -> bytes:
    return b"".join(
        chance.choice((*_VOICE, *_VOICE_LINES)) if chance.random() < 0.8 else _any(chance)
        for _ in range(chance.randrange(1, 12))
    )


def _ring(chance: random.Random) -> bytes:
    return b"".join(chance.choice(_VOICE_LINES) for _ in range(chance.randrange(1, 8)))


def _any(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(300))


def _spoilt(chance: random.Random, data: bytes) -> bytes:
    at, to = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    match chance.randrange(7):
        case 0:
            return data[:at] + data[to:]
        case 1:
            return data[:to] + data[at:to] * chance.randrange(1, 8) + data[to:]
        case 2:
            return data[:at] + chance.choice(_TOKENS) + data[at:]
        case 3:
            return data[:at] + chance.randbytes(chance.randrange(1, 8)) + data[at:]
        case 4 if data:
            changed = bytearray(data)
            changed[at - 1] ^= 1 << chance.randrange(8)
            return bytes(changed)
        case 5:
            return data[:at] + chance.choice(_LINES) + data[to:]
        case _:
            return data[to:] + data[:at]


_MAKERS = (_talk, _line, _order, _pdu, _text, _any, _stream, _any, _stream, _ring)
