"""Measures a tone that an exchange sends again and again: its frequencies and its turns.

For exchanges and adapters whose hang-up tone is none of those that `linetone.py` knows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hotline.media.engine import CLOCK_RATE, FRAME_MS, HangUpTone
from hotline.media.linetone import span

_FRAME = CLOCK_RATE * FRAME_MS // 1000
_FRAME_S = FRAME_MS / 1000
KEPT_S = 12.0  # three turns of the slowest
LOOK_S = 0.5
LOUD = 180.0  # rms, -45 dBFS
_BELOW_LOUDEST = 0.3  # -10 dB: quieter than this is the pause
TURNS = 3
_SAME = 2  # frames by which two turns may differ
LONGEST_ON_S, LONGEST_OFF_S = 2.0, 1.6  # with longer pauses it is a telephone that rings
SHORTEST_S = 0.1
STEADY_S = 3.0
# No key of a telephone, whose upper tones begin at 1209 Hz, and no hum of the mains.
LOWEST, HIGHEST = 250, 1150
_SPECTRUM = 1 << 16
_APART = 40  # Hz between the two
_SECOND = 0.1  # of the power of the first, at least
_PURE, _PURE_FRAMES = 0.75, 0.9

_Wave = npt.NDArray[np.float32]


class Study:
    """Listens to one line. Feed it 16-bit samples, cut anywhere."""

    def __init__(self) -> None:
        self._kept = b""
        self._new = 0

    def feed(self, sound: bytes) -> HangUpTone | None:
        """The tone, once it is certain."""
        self._kept = (self._kept + sound)[-round(KEPT_S * CLOCK_RATE) * 2 :]
        self._new += len(sound) // 2
        if self._new < LOOK_S * CLOCK_RATE:
            return None
        self._new = 0
        return repeated_tone(np.frombuffer(self._kept, dtype="<i2").astype(np.float32))


def repeated_tone(samples: _Wave) -> HangUpTone | None:
    """The tone at the end of these 16-bit values, if it is regular and nothing else sounds."""
    frames = samples[len(samples) % _FRAME :].reshape(-1, _FRAME)
    runs = _runs(frames)
    if runs and runs[-1][0] and len(runs[-1][1]) * _FRAME_S >= STEADY_S:
        return _tone([runs[-1][1]], 0.0, 0.0)
    whole = runs[1:-1][-2 * TURNS :]  # the outermost two may be cut
    ons, offs = [[run for loud, run in whole if loud is kind] for kind in (True, False)]
    if len(whole) < 2 * TURNS or not (_equal(ons) and _equal(offs)):
        return None
    on, off = _seconds(ons), _seconds(offs)
    if not (SHORTEST_S <= on <= LONGEST_ON_S and SHORTEST_S <= off <= LONGEST_OFF_S):
        return None
    return _tone(ons, on, off)


def _runs(frames: _Wave) -> list[tuple[bool, _Wave]]:
    """Sound and silence in turns, each with its frames."""
    if not len(frames):
        return []
    levels = np.sqrt(np.mean(np.square(frames), axis=1))
    loud = levels > max(LOUD, _BELOW_LOUDEST * float(np.percentile(levels, 95)))
    places = np.flatnonzero(np.diff(loud.astype(np.int8))) + 1
    kinds = loud[np.concatenate([[0], places])].tolist()
    return list(zip(kinds, np.split(frames, places), strict=True))


def _equal(runs: list[_Wave]) -> bool:
    lengths = [len(run) for run in runs]
    return bool(lengths) and max(lengths) - min(lengths) <= _SAME


def _seconds(runs: list[_Wave]) -> float:
    return round(float(np.mean([len(run) for run in runs])) * _FRAME_S, 2)


def _tone(runs: list[_Wave], on: float, off: float) -> HangUpTone | None:
    inside = [run[1:-1] for run in runs]  # where it begins and ends it is not pure
    hertz = _pitches(max(inside, key=len).reshape(-1))
    if not hertz or not _pure(np.concatenate(inside), hertz):
        return None
    return HangUpTone(hertz, on, off)


def _pitches(wave: _Wave) -> tuple[int, ...]:
    """The strongest frequency, and a second one that is about as strong."""
    power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), _SPECTRUM)) ** 2
    hertz = np.arange(len(power)) * CLOCK_RATE / _SPECTRUM
    power[(hertz < LOWEST) | (hertz > HIGHEST)] = 0
    first = int(np.argmax(power))
    beside = np.where(abs(hertz - hertz[first]) > _APART, power, 0)
    second = int(np.argmax(beside))
    if not power[first]:
        return ()
    places = [first, second] if beside[second] >= _SECOND * power[first] else [first]
    return tuple(sorted(round(float(hertz[place])) for place in places))


def _pure(frames: _Wave, hertz: tuple[int, ...]) -> bool:
    """Is nearly all of nearly every frame in these frequencies? Neither speech nor music is."""
    parts = np.square(frames @ span(hertz)).sum(axis=1)
    pure = parts > _PURE * np.square(frames).sum(axis=1)
    return float(np.mean(pure)) >= _PURE_FRAMES
