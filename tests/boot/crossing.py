# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets sound cross between two clocks, in time on paper (see test_pjsip_crossing.py).

In a process of its own, since PJSIP bears one Endpoint. Reads a Crossing as JSON, writes the file
that it names: what came out, and how many samples waited at each get.
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pjsua2 as pj
from numpy.typing import NDArray

BEAT_S = 0.020
MOST_MS = 100
LOUD = 8000
SAW = 60_000


@dataclass(frozen=True)
class Crossing:
    """ppm: how much faster the clock is that puts. late: frames that came late, by seconds.

    bunch: frames that come together. hertz: of the tone; 0: each sample tells its own number, up
    to SAW. stops: from which frame on none comes any more, until `again`.
    """

    file: str
    ppm: float = 0.0
    seconds: float = 115.0
    rate: int = 8000
    hertz: int = 400
    phase: float = 0.0
    jitter: float = 0.001
    bunch: int = 1
    seed: int = 1
    late: dict[str, float] = field(default_factory=dict)
    stops: int = -1
    again: int = -1

    @property
    def frame(self) -> int:
        return self.rate // 50

    def said(self) -> NDArray[np.int16]:
        """All that is put."""
        place = np.arange(int(self.seconds * self.rate))
        if self.hertz:
            sound = LOUD * np.sin(2 * np.pi * self.hertz * place / self.rate)
        else:
            sound = place % SAW - SAW // 2
        return np.rint(sound).astype("<i2")

    def put_at(self) -> list[float]:
        """When each frame is put: never before the one in front of it."""
        dice = random.Random(self.seed)
        beat, times = BEAT_S / (1 + self.ppm * 1e-6), [0.0]
        for number in range(int(self.seconds / BEAT_S)):
            last = number - number % self.bunch + self.bunch - 1
            due = self.phase + last * beat + dice.random() * self.jitter
            times.append(max(due + self.late.get(str(number), 0.0), times[-1]))
        return times[1:]

    def get_at(self) -> list[float]:
        """When each frame is wanted."""
        dice = random.Random(self.seed + 1)
        wanted = int(self.seconds / BEAT_S) - 10
        return [number * BEAT_S + dice.random() * self.jitter for number in range(wanted)]


def cross(plan: Crossing) -> bytes:
    """What came out."""
    crossing = pj.HotlineCrossing.alone(plan.rate, MOST_MS)
    said, heard = plan.said().reshape(-1, plan.frame), []
    turns = [(at, 0, number) for number, at in enumerate(plan.put_at())]
    turns += [(at, 1, number) for number, at in enumerate(plan.get_at())]
    for at, wanted, number in sorted(turns):
        if wanted:
            heard.append(crossing.get(at))
        elif not plan.stops <= number < plan.again:
            crossing.put(said[number].tobytes(), at)
    return b"".join(heard)


if __name__ == "__main__":
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    plan = Crossing(**json.loads(sys.argv[1]))
    Path(plan.file).write_bytes(cross(plan))
