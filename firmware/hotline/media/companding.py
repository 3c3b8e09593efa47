"""Samples in the ways that voice modems write them, and back. Tables and numpy; no state."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from hotline.at.voice import Encoding

Samples = npt.NDArray[np.int16]


def _ulaw() -> npt.NDArray[np.int32]:
    """What each code of ITU-T G.711 µ-law means."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent = (code >> 4).astype(np.int32) & 7
    magnitude = ((((code & 15).astype(np.int32) << 3) + 132) << exponent) - 132
    return np.where(code & 128, -magnitude, magnitude)


def _alaw() -> npt.NDArray[np.int32]:
    """What each code of ITU-T G.711 A-law means."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent = (code >> 4).astype(np.int32) & 7
    step = ((code & 15).astype(np.int32) << 4) + 8
    magnitude = np.where(exponent == 0, step, (step + 256) << np.maximum(exponent - 1, 0))
    return np.where(code & 128, magnitude, -magnitude)


class _Law:
    """Companding by a table: each sample becomes the code that means the nearest value."""

    def __init__(self, values: npt.NDArray[np.int32]) -> None:
        self.values = values.astype(np.int16)
        order = np.argsort(values, kind="stable")
        self._codes = order.astype(np.uint8)
        self._borders = (values[order][1:] + values[order][:-1]) / 2

    def encode(self, samples: Samples) -> bytes:
        return self._codes[np.searchsorted(self._borders, samples, side="right")].tobytes()


@cache
def _law(encoding: Encoding) -> _Law:
    """Made with the first call that needs it: with it a megabyte of numpy comes into memory."""
    return _Law(_ulaw() if encoding is Encoding.ULAW else _alaw())


# The middle of a step of 8 bits is what it means: silence that flickers between two codes would
# else be as loud as a quiet voice.
_HALF_STEP = 128


def width(encoding: Encoding) -> int:
    """Bytes of a sample."""
    return 2 if encoding is Encoding.LINEAR_16 else 1


def encode(samples: Samples, encoding: Encoding) -> bytes:
    """16-bit samples in this way."""
    match encoding:
        case Encoding.LINEAR_16:
            return samples.astype("<i2").tobytes()
        case Encoding.UNSIGNED_8:
            return ((samples >> 8) + 128).astype(np.uint8).tobytes()
        case Encoding.SIGNED_8:
            return (samples >> 8).astype(np.int8).tobytes()
    return _law(encoding).encode(samples)


def decode(data: bytes, encoding: Encoding) -> Samples:
    """Whole samples in this way, as 16 bit."""
    match encoding:
        case Encoding.LINEAR_16:
            return np.frombuffer(data, dtype="<i2").astype(np.int16)
        case Encoding.UNSIGNED_8:
            steps = np.frombuffer(data, dtype=np.uint8).astype(np.int16) - 128
            return np.asarray(steps * 256 + _HALF_STEP, dtype=np.int16)
        case Encoding.SIGNED_8:
            steps = np.frombuffer(data, dtype=np.int8).astype(np.int16)
            return np.asarray(steps * 256 + _HALF_STEP, dtype=np.int16)
    return np.asarray(_law(encoding).values[np.frombuffer(data, dtype=np.uint8)])
