"""What holds whatever a voice modem sends, and whatever is said to it; see `promises`."""

from __future__ import annotations

import re
from itertools import pairwise

from hotline.at import dle, voice
from hotline.at.dle import KEYS, LONGEST_LINE, Keys, Sign, Sound, Stream, Text, shield, signal_of
from hotline.at.ringing import LONGEST_NAME, Ringing

NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
FORMAT = re.compile(r"AT\+VSM=[0-9]{1,3},8000(?:,0,0)?")

Told = list[Text | Sound | Sign]


def stream(data: bytes) -> None:
    """Steps and bytes: nothing is made up, little is kept, and where bytes are cut is the same."""
    whole, torn = Stream(), Stream()
    for step in re.split(rb"(\xf0[^\xf0]?)", data):
        if step[:1] == b"\xf0":
            for one in (whole, torn):
                _told_by_us(one, step)
            continue
        at_once = whole.feed(step)
        by_byte = [part for byte in step for part in torn.feed(bytes([byte]))]
        assert joined(at_once) == joined(by_byte)
        assert _size(at_once) <= len(step) + LONGEST_LINE + 2
        for one in (whole, torn):
            assert len(one._cut) <= 1
            assert len(one._line) <= LONGEST_LINE


def _told_by_us(one: Stream, step: bytes) -> None:
    if step[1:] and step[1] % 2:
        one.expect_sound()
    else:
        one.no_sound()


def joined(told: Told) -> Told:
    """Neighbours of one kind as one."""
    whole: Told = []
    for part in told:
        last = whole[-1] if whole else None
        if isinstance(part, Sound) and isinstance(last, Sound):
            whole[-1] = Sound(last.data + part.data)
        elif isinstance(part, Text) and isinstance(last, Text):
            whole[-1] = Text(last.data + part.data)
        else:
            whole.append(part)
    return whole


def _size(told: Told) -> int:
    return sum(2 if isinstance(part, Sign) else len(part.data) for part in told)


def speech(data: bytes) -> None:
    """What we say is never taken for a sign, however it is cut, and arrives as it was."""
    borders = sorted({0, len(data), *(byte % (len(data) + 1) for byte in data[:6])})
    sent = b"".join(shield(data[a:b]) for a, b in pairwise(borders))
    assert sent == shield(data)
    assert len(sent) <= 2 * len(data)
    modem = Stream()
    modem.expect_sound()
    modem.feed(b"\r\nCONNECT\r\n")
    assert joined(modem.feed(sent)) == ([Sound(data)] if data else [])
    ended = modem.feed(dle.END_OF_SPEECH)
    assert ended == [Sign("\x03")]


def signs(data: bytes) -> None:
    """Any signs at any pace: a key is one of a telephone, and none is told more than once."""
    keys, now = Keys(), 0.0
    pressed = ""
    for code, pause in zip(data[::2], data[1::2], strict=False):
        now += pause / 256
        sign = Sign(chr(code))
        key = keys.hear(sign, now)
        assert key in ("", sign.code)
        assert not key or key in KEYS
        assert not key or signal_of(sign) is None
        pressed += key
    assert len(pressed) <= len(data)


def before_the_answer(data: bytes) -> None:
    """Whoever rings is a label that can be shown; a format is one that we know how to choose."""
    lines = data.decode("latin-1").split("\n")
    chosen = voice.best_format(lines)
    if chosen is not None:
        assert all(FORMAT.fullmatch(command.text) for command in chosen.commands)
    ringing, now = Ringing(), 0.0
    for line in lines:
        now += len(line) % 16
        ringing.ring(now)
        ringing.line(line, now)
        shown = ringing.ready(now + 1)
        if shown is None:
            continue
        assert shown.number is None or NUMBER.fullmatch(shown.number)
        assert len(shown.name) <= LONGEST_NAME
        assert shown.name.isprintable()
    assert voice.country(lines[0]) is None or lines[0] in ("US", "GB", "DE", "FR")
