"""How fast a modem's sound comes, and the way from 16000 samples a second to our 8000 and back.

Some modems send calls over LTE with 16000 and say that they send 8000: only their bytes tell. Pure.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hotline.media.engine import CLOCK_RATE

MEASURED_S = 0.3  # of each call; nothing is heard meanwhile
BETWEEN = CLOCK_RATE * 2 * 3 // 2  # bytes a second: half way between the two
SAMPLE = 2
TAPS = 47
Samples = NDArray[np.float64]


class Rate(Protocol):
    """What stands between a modem's samples and ours. Times are monotonic seconds."""

    def begin(self) -> None:
        """Another call begins."""

    def heard(self, data: bytes, now: float, *, more: bool) -> bytes:
        """What the modem sent, 8000 samples a second. more: it has more that was not read yet."""

    def said(self, data: bytes) -> bytes:
        """The same time of sound as the modem wants it."""


class Known:
    """The modem always sends 8000 samples a second."""

    def begin(self) -> None:
        """See Rate."""

    def heard(self, data: bytes, now: float, *, more: bool) -> bytes:
        """See Rate."""
        return data

    def said(self, data: bytes) -> bytes:
        """See Rate."""
        return data


class Measured:
    """Counts the bytes of the first moments of each call. hertz: 0 until that is done."""

    def __init__(self) -> None:
        self.hertz = 0
        self.begin()

    def begin(self) -> None:
        """See Rate."""
        self.hertz, self._since, self._bytes = 0, 0.0, 0
        self._rest = b""
        self._down, self._up = _Filter(), _Filter()

    def heard(self, data: bytes, now: float, *, more: bool) -> bytes:
        """See Rate. What was read first may be older than the call: it only starts the clock."""
        if not self.hertz:
            self._measure(len(data), now, more)
            return b""
        if self.hertz == CLOCK_RATE:
            return data
        data = self._rest + data
        whole = len(data) - len(data) % (2 * SAMPLE)
        self._rest = data[whole:]
        return _bytes(self._down.through(_samples(data[:whole]))[::2])

    def said(self, data: bytes) -> bytes:
        """See Rate."""
        if self.hertz in (0, CLOCK_RATE):
            return data
        doubled = np.zeros(len(data), dtype=np.float64)
        doubled[::2] = 2 * _samples(data)
        return _bytes(self._up.through(doubled))

    def _measure(self, size: int, now: float, more: bool) -> None:
        if not self._since:
            self._since = now
            return
        self._bytes += size
        passed = now - self._since
        if passed >= MEASURED_S and not more:  # what lies unread was sent, too
            self.hertz = 2 * CLOCK_RATE if self._bytes / passed > BETWEEN else CLOCK_RATE


class _Filter:
    """Keeps what is below 4 kHz of 16000 samples a second; remembers what came before."""

    def __init__(self) -> None:
        self._before: Samples = np.zeros(TAPS - 1)

    def through(self, samples: Samples) -> Samples:
        if not len(samples):
            return samples
        whole = np.concatenate([self._before, samples])
        self._before = whole[len(whole) - (TAPS - 1) :]
        return np.convolve(whole, _LOW, "valid")


def _low() -> Samples:
    """A windowed sinc with its edge at 3.7 kHz."""
    place = np.arange(TAPS) - TAPS // 2
    taps: Samples = np.sinc(2 * place * 3700 / (2 * CLOCK_RATE)) * np.kaiser(TAPS, 6.0)
    whole: Samples = taps / taps.sum()
    return whole


_LOW = _low()


def _samples(data: bytes) -> Samples:
    return np.frombuffer(data, dtype="<i2").astype(np.float64)


def _bytes(samples: Samples) -> bytes:
    return np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()
