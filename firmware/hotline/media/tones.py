"""Sounds without words: what the box plays, and the tones by which its tests tell parties apart.

Levels are dBFS of the rms; a sine at full scale has -3. Sounds are made once, by arithmetic, and
lie as files beside the other prompts; `python -m hotline.media.tones DIRECTORY COUNTRY` makes them.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from hotline.media import wav
from hotline.media.engine import CLOCK_RATE, FRAME_MS
from hotline.media.sounds import Sounds, places

Wave = npt.NDArray[np.floating[Any]]

_EDGE_SECONDS = 0.005


# --- making ---


def tone(frequencies: Iterable[float], seconds: float, level: float) -> Wave:
    """Sines of equal strength, together `level` dBFS, with edges soft enough not to click."""
    hertz = tuple(frequencies)
    times = np.arange(round(seconds * CLOCK_RATE)) / CLOCK_RATE
    peak = 10 ** (level / 20) * math.sqrt(2 / len(hertz))
    samples: Wave = peak * np.sum([np.sin(2 * np.pi * f * times) for f in hertz], axis=0)
    edge = min(round(_EDGE_SECONDS * CLOCK_RATE), len(samples) // 2)
    ramp = np.sin(np.linspace(0, np.pi / 2, edge)) ** 2
    samples[:edge] *= ramp
    samples[len(samples) - edge :] *= ramp[::-1]
    return samples


def pcm(samples: Wave) -> wav.Samples:
    """Sound in -1..1 as 16 bit; what is louder is clipped."""
    return np.round(np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16)


@dataclass(frozen=True)
class Cadence:
    """A tone of the exchange: frequencies, and seconds of sound and silence in turns."""

    frequencies: tuple[float, ...]
    beats: tuple[float, ...]

    def render(self, level: float) -> Wave:
        """One whole turn."""
        parts = [
            tone(self.frequencies, seconds, level)
            if index % 2 == 0
            else np.zeros(round(seconds * CLOCK_RATE))
            for index, seconds in enumerate(self.beats)
        ]
        return np.concatenate(parts)


# What callers of a country know (ITU-T E.180, Supplement 2); everywhere else: 425 Hz, 1 s in 5.
_RINGBACK = {
    "": Cadence((425,), (1.0, 4.0)),
    "DE": Cadence((425,), (1.0, 4.0)),
    "FR": Cadence((440,), (1.5, 3.5)),
    "GB": Cadence((400, 450), (0.4, 0.2, 0.4, 2.0)),
    "IE": Cadence((400, 450), (0.4, 0.2, 0.4, 2.0)),
    "RO": Cadence((450,), (1.85, 4.15)),
    "US": Cadence((440, 480), (2.0, 4.0)),
    "CA": Cadence((440, 480), (2.0, 4.0)),
}
_BUSY = {
    "": Cadence((425,), (0.5, 0.5)),
    "GB": Cadence((400,), (0.375, 0.375)),
    "IE": Cadence((400,), (0.375, 0.375)),
    "US": Cadence((480, 620), (0.5, 0.5)),
    "CA": Cadence((480, 620), (0.5, 0.5)),
}


def ringback(country: str = "") -> Cadence:
    """What a caller hears while we ring somebody, in the way of an ISO 3166 country."""
    return _RINGBACK.get(country.upper(), _RINGBACK[""])


def busy(country: str = "") -> Cadence:
    """The busy tone of an ISO 3166 country."""
    return _BUSY.get(country.upper(), _BUSY[""])


# --- the music a waiting caller hears ---

_BEAT = 0.9375  # seconds: 64 to the minute, and eight bars of four beats are 30 s exactly
_BARS = 8
# Bass and three upper voices, as semitones from A4 = 440 Hz. No bass below a telephone's.
_CHORDS = (
    (-9, -2, 2, 7),  # C major seventh
    (-9, -5, 0, 3),  # A minor
    (-4, 0, 3, 8),  # F major
    (-2, 2, 5, 10),  # G major
    (-5, -2, 2, 7),  # E minor
    (-9, -5, 0, 3),  # A minor
    (-7, -4, 0, 3),  # D minor
    (-2, 2, 5, 10),  # G major
)
_FIGURE = (0, 2, 1, 3, 2, 1, 2, 1)  # which voice sounds on each half beat
# A slow melody over it: (beat, beats it lasts, semitones from A4).
_MELODY = (
    (0, 3, 10), (3, 1, 12), (4, 3, 7), (8, 2, 8), (10, 2, 7), (12, 3, 5), (16, 3, 7), (19, 1, 10),
    (20, 3, 12), (24, 2, 8), (26, 2, 7), (28, 3, 5),
)  # fmt: skip


def music() -> Wave:
    """Half a minute of calm plucked chords and a slow voice, at -20 dBFS; its end meets its start.

    Made here, so nobody's rights are in it, and it fits the band a telephone carries.
    """
    total = np.zeros(round(_BARS * 4 * _BEAT * CLOCK_RATE))
    for bar, chord in enumerate(_CHORDS):
        for half, voice in enumerate(_FIGURE):
            accent = 1.0 if half == 0 else 0.62 + 0.1 * (half % 2)
            _add(total, (bar * 4 + half / 2) * _BEAT, accent * _pluck(_hertz(chord[voice])))
    for beat, beats, note in _MELODY:
        _add(total, beat * _BEAT, 0.55 * _voice(_hertz(note), beats * _BEAT))
    room = total + 0.28 * np.roll(total, 1480) + 0.16 * np.roll(total, 2470)
    return np.asarray(room * (10 ** (-20 / 20) / math.sqrt(float(np.mean(room**2)))))


def _hertz(semitones: int) -> float:
    return 440.0 * 2 ** (semitones / 12)


def _add(total: Wave, second: float, note: Wave) -> None:
    """Lay a note over the piece; what rings beyond the end sounds at the beginning."""
    places = (round(second * CLOCK_RATE) + np.arange(len(note))) % len(total)
    total[places] += note


def _pluck(hertz: float) -> Wave:
    """A soft string: higher partials fade sooner."""
    times = np.arange(round(2.4 * CLOCK_RATE)) / CLOCK_RATE
    partials = ((1, 1.0, 1.7), (2, 0.36, 3.0), (3, 0.14, 4.6))
    sound = np.sum(
        [a * np.exp(-d * times) * np.sin(2 * np.pi * hertz * n * times) for n, a, d in partials],
        axis=0,
    )
    return np.asarray(sound * np.minimum(times / 0.008, 1.0) * np.minimum((2.4 - times) / 0.3, 1.0))


def _voice(hertz: float, seconds: float) -> Wave:
    """A flute-like tone that swells and fades, with a little life in its pitch."""
    times = np.arange(round((seconds + 0.5) * CLOCK_RATE)) / CLOCK_RATE
    phase = 2 * np.pi * hertz * times + 0.18 * np.sin(2 * np.pi * 4.6 * times)
    swell = np.sin(np.pi * np.clip(times / (seconds + 0.5), 0, 1)) ** 1.2
    return np.asarray(swell * (np.sin(phase) + 0.12 * np.sin(2 * phase)))


# --- files ---


def files(directory: Path, country: str = "") -> Sounds:
    """The sounds, made on first use. Each file appears complete or not at all.

    country: ISO 3166. Raises OSError when the directory cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    sounds = places(directory, country)
    recipes: dict[Path, Callable[[], Wave]] = {
        sounds.ringback: lambda: ringback(country).render(-20),
        sounds.busy: lambda: busy(country).render(-20),
        sounds.music: music,
        sounds.beep: lambda: tone((1000,), 0.3, -16),
        sounds.pause: lambda: np.zeros(CLOCK_RATE // 4),
        sounds.hush: lambda: np.zeros(CLOCK_RATE * FRAME_MS // 1000),
    }
    for path, recipe in recipes.items():
        if not path.exists():
            wav.write(path, pcm(recipe()))
    return sounds


# --- telling parties apart in a self-test ---


@dataclass(frozen=True)
class TestTone:
    """One party's own tone: whoever hears it is connected to that party."""

    __test__: ClassVar[bool] = False  # pytest would take it for a test

    frequency: int
    level: float = -20.0

    def samples(self, seconds: float) -> wav.Samples:
        """That much of it, 16 bit."""
        return pcm(tone((self.frequency,), seconds, self.level))

    def frames(self) -> Iterator[bytes]:
        """Without end, 20 ms at a time; the frequency is a multiple of 50 Hz, so frames join."""
        size = CLOCK_RATE * FRAME_MS // 1000
        times = np.arange(size) / CLOCK_RATE
        peak = 10 ** (self.level / 20) * math.sqrt(2)
        frame = pcm(peak * np.sin(2 * np.pi * self.frequency * times)).tobytes()
        while True:
            yield frame


# Far from every DTMF frequency, from the notes of the music and from one another's harmonics.
PARTIES = tuple(
    TestTone(hertz)
    for hertz in (550, 650, 1150, 1250, 1550, 1700, 1850, 2150, 2250, 2450, 2550, 2750)
)

_BLOCK = CLOCK_RATE // 5
_HOP = CLOCK_RATE // 10
_WINDOW = np.hanning(_BLOCK + 1)[:-1]
_AUDIBLE = 10 ** (-45 / 20)
_STANDS_OUT = 6.0  # times its neighbours 15 Hz away: 15 dB


def heard(samples: wav.Samples, candidates: Iterable[int]) -> set[int]:
    """Which of the frequencies sound for 0.4 s or longer in the samples, several at once too.

    A tone counts above -45 dBFS and 15 dB over what lies 15 Hz beside it, so speech, music and
    noise do not pass for one. Candidates must be 50 Hz apart.
    """
    starts = range(0, len(samples) - _BLOCK + 1, _HOP)
    if len(starts) < 2:
        return set()
    blocks = np.stack([samples[start : start + _BLOCK] for start in starts]) / 32768.0
    return {hertz for hertz in candidates if _sounds(blocks, hertz)}


def _sounds(blocks: Wave, hertz: int) -> bool:
    own, below, above = (_strength(blocks, f) for f in (hertz, hertz - 15, hertz + 15))
    clear = (own > _AUDIBLE) & (own > _STANDS_OUT * np.maximum(below, above))
    return bool(np.any(clear[1:] & clear[:-1]))


def _strength(blocks: Wave, hertz: float) -> Wave:
    """rms of one frequency in each block (a Goertzel filter, written as a sum)."""
    turn = np.exp(-2j * np.pi * hertz * np.arange(_BLOCK) / CLOCK_RATE)
    return np.asarray(np.abs(blocks @ (_WINDOW * turn)) * math.sqrt(2) / _WINDOW.sum())


if __name__ == "__main__":
    files(Path(sys.argv[1]), sys.argv[2])
