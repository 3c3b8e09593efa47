"""G.711 as two tables: 16-bit samples to PCMU/PCMA bytes and back (ITU-T G.711, numpy arrays)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
PCMU, PCMA = 0, 8
_ULAW_BIAS, _ULAW_CLIP = 0x84, 32635


def _ulaw_decoded() -> Samples:
    code = ~np.arange(256, dtype=np.uint8)
    exponent = (code >> 4).astype(np.int32) & 7
    magnitude = (((code & 15).astype(np.int32) << 3) + _ULAW_BIAS << exponent) - _ULAW_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_decoded() -> Samples:
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent = (code >> 4).astype(np.int32) & 7
    mantissa = ((code & 15).astype(np.int32) << 4) + 8
    magnitude = np.where(exponent, (mantissa + 0x100) << np.maximum(exponent - 1, 0), mantissa)
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _nearest(decoded: Samples) -> NDArray[np.uint8]:
    """The code whose value lies nearest, for each of the 65,536 samples (indexed as uint16)."""
    order = np.argsort(decoded, kind="stable")
    values = decoded[order].astype(np.int32)
    samples = np.arange(-32768, 32768, dtype=np.int32)
    above = np.clip(np.searchsorted(values, samples), 1, 255)
    nearer_below = samples - values[above - 1] <= values[above] - samples
    codes = order[np.where(nearer_below, above - 1, above)].astype(np.uint8)
    return np.roll(codes, 32768)  # so that the sample's two's complement is the index


_DECODED = {PCMU: _ulaw_decoded(), PCMA: _alaw_decoded()}
_ENCODED = {payload: _nearest(table) for payload, table in _DECODED.items()}
_ENCODED[PCMU][0] = 0xFF  # of the two zeros of u-law, the positive one is what idle lines send
NAMES = {PCMU: "PCMU", PCMA: "PCMA"}


def encode(samples: Samples, payload_type: int) -> bytes:
    """Samples as bytes of that payload type (PCMU or PCMA)."""
    return _ENCODED[payload_type][samples.view(np.uint16)].tobytes()


def decode(payload: bytes, payload_type: int) -> Samples:
    """Bytes of that payload type as samples."""
    return _DECODED[payload_type][np.frombuffer(payload, dtype=np.uint8)]
