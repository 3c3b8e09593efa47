"""What a recording looks like: bars for the eye, and its pauses for who listens in a hurry.

Drawn by ourselves: a path of SVG and a slider over it are read, pressed and told aloud without any
script of others, where a library draws on a canvas, which says nothing to a screen reader, and
fetches and decodes the whole sound before it is heard. Measured from the file whenever it is shown,
a millisecond for three minutes, so nothing of a recording is kept beside it.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

BARS = 120
LONGEST_S = 900.0  # of which it is drawn; more is no message
STEP_S = 0.05  # in which sound and silence are told apart
QUIETEST = 160  # of 32767: less is silence on any line
SILENT_BELOW = 0.1  # of the loud parts
PAUSE_S = 1.0  # a shorter one belongs to speaking
LEFT_S = 0.2  # of a pause, on each side: the end of a word is soft


@dataclass(frozen=True)
class Shape:
    """bars: heights in percent, each the same share of the time. pauses: from and to, in seconds,
    what may be left out.
    """

    seconds: float
    bars: tuple[int, ...]
    pauses: tuple[tuple[float, float], ...]

    @property
    def spared(self) -> float:
        """Seconds that the pauses last together."""
        return sum(end - begin for begin, end in self.pauses)

    @property
    def path(self) -> str:
        """The bars as lines of an SVG that is as wide as their number and 100 high."""
        return "".join(
            f"M{n + 0.5:g} {50 - height / 2:g}v{height}" for n, height in enumerate(self.bars)
        )


def shape_of(path: Path) -> Shape | None:
    """None for a file that is empty or no recording."""
    try:
        with wave.open(str(path), "rb") as file:
            rate = file.getframerate()
            if (file.getnchannels(), file.getsampwidth()) != (1, 2):
                return None
            data = file.readframes(int(min(file.getnframes(), LONGEST_S * rate)))
    except (OSError, EOFError, wave.Error):
        return None
    samples = np.frombuffer(data[: len(data) & ~1], "<i2")
    step = max(1, int(STEP_S * rate))
    whole = samples[: len(samples) // step * step].reshape(-1, step)
    if not len(whole):
        return None
    loud = np.maximum(whole.max(axis=1), -whole.min(axis=1).astype(np.int32))
    return Shape(len(samples) / rate, _bars(loud), _pauses(loud))


def _bars(loud: npt.NDArray[np.int32]) -> tuple[int, ...]:
    """The loudest fills the height; silence is a thin line."""
    parts = np.array_split(loud, BARS) if len(loud) >= BARS else np.split(loud, len(loud))
    peaks = np.array([part.max() for part in parts])
    heights = np.sqrt(peaks / max(int(peaks.max()), QUIETEST)) * 100  # soft speech is seen, too
    return tuple(max(2, round(float(height))) for height in heights)


def _pauses(loud: npt.NDArray[np.int32]) -> tuple[tuple[float, float], ...]:
    """Where nobody speaks for a while; none where nobody speaks at all."""
    speech = float(np.percentile(loud, 98))
    if speech <= QUIETEST:
        return ()
    silent = np.concatenate(([False], loud <= max(QUIETEST, SILENT_BELOW * speech), [False]))
    edges = np.flatnonzero(silent[1:] != silent[:-1]) * STEP_S
    spans = zip(edges[::2], edges[1::2], strict=True)
    return tuple(
        (round(float(begin) + LEFT_S, 2), round(float(end) - LEFT_S, 2))
        for begin, end in spans
        if end - begin >= PAUSE_S
    )
