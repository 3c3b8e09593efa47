"""Bytes of a modem to lines. Tolerates what real modems send between them; bounded memory."""

from __future__ import annotations

import re

LONGEST_LINE = 2048  # a text in PDU mode has 352 digits; nothing we ask for is longer
PROMPT = "> "
_ENDS = re.compile(rb"[\r\n]+")
_NOISE = re.compile(rb"[^\x09\x0a\x0d\x20-\x7e]+")


class Framer:
    """Lines end with any run of CR and LF (modems send CR CR LF, too); empty ones are dropped.

    Bytes that no modem means are dropped: 0xFF and other noise of a port that is being opened,
    and control characters. A line that grows beyond LONGEST_LINE is dropped up to its end.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._too_long = False

    def feed(self, data: bytes) -> list[str]:
        """The lines completed by `data`; PROMPT, which has no line end, counts as one."""
        *whole, self._rest = _ENDS.split(self._rest + _NOISE.sub(b"", data))
        lines = [line.decode("ascii").strip() for line in self._sound(whole)]
        if len(self._rest) > LONGEST_LINE:
            self._rest, self._too_long = b"", True
        if self._rest in (b">", b"> "):
            self._rest = b""
            lines.append(PROMPT)
        return [line for line in lines if line]

    def _sound(self, lines: list[bytes]) -> list[bytes]:
        """Without the end of a line whose beginning was dropped, and without over-long ones."""
        if lines and self._too_long:
            self._too_long = False
            lines = lines[1:]
        return [line for line in lines if len(line) <= LONGEST_LINE]
