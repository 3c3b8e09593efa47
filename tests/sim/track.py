"""Sound as it is heard, laid out by position."""

from __future__ import annotations

import numpy as np

from tests.sim.g711 import Samples
from tests.sim.sound import RATE


class Track:
    """Sound laid out by position, growing as it arrives; holes are silence."""

    def __init__(self) -> None:
        self._buffer = np.zeros(RATE * 4, dtype=np.int16)
        self.length = 0

    def put(self, position: int, samples: Samples) -> None:
        end = position + len(samples)
        if end > len(self._buffer):
            self._buffer = np.concatenate([self._buffer, np.zeros(end, dtype=np.int16)])
        self._buffer[position:end] = samples
        self.length = max(self.length, end)

    def samples(self, start: int = 0, end: int | None = None) -> Samples:
        """A copy-free look; valid until more arrives."""
        return self._buffer[max(start, 0) : self.length if end is None else min(end, self.length)]
