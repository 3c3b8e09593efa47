"""What can be heard in a stretch of sound: which tones, speech, keys, nothing, and since when.

Pure functions over samples (8 kHz, 16 bit). Levels are shares of full scale, as peak of a sine.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.sim.g711 import Samples
from tests.sim.sound import DTMF, FRAME, RATE, Tone

WINDOW = 480  # 60 ms: main lobe of the window +-33 Hz, so tones 100 Hz apart are told apart
QUIET = 0.004  # about -48 dBFS: below it nobody speaks
_HANN = np.hanning(WINDOW)
_PIECE = RATE // 20
_NEIGHBOUR = 75  # Hz; a steady tone leaves nothing there, speech does


def loudness(samples: Samples) -> float:
    """Root mean square times sqrt 2: equal to the level of a sine of that power."""
    if not len(samples):
        return 0.0
    return float(np.sqrt(2 * np.mean(np.square(samples, dtype=np.float64))) / 32768)


def level_at(samples: Samples, hertz: float) -> float:
    """How strong one frequency is (Goertzel's measure, with a Hann window over all samples)."""
    window = _HANN if len(samples) == WINDOW else np.hanning(len(samples))
    turning = np.exp(-2j * np.pi * hertz / RATE * np.arange(len(samples)))
    return float(2 * abs(np.dot(samples * window, turning)) / window.sum() / 32768)


def sounds(samples: Samples, tone: Tone) -> bool:
    """Is the tone in this stretch, alone or under others? Best with WINDOW samples."""
    level = level_at(samples, tone.hertz)
    if level < max(QUIET, 0.05 * loudness(samples)):
        return False
    beside = (tone.hertz - _NEIGHBOUR, tone.hertz + _NEIGHBOUR)
    return level > 3 * max(level_at(samples, hertz) for hertz in beside)


def seconds_of(samples: Samples, tone: Tone) -> float:
    """How long the tone is in it, all together."""
    pieces = range(0, len(samples) - WINDOW + 1, WINDOW)
    return sum(sounds(samples[at : at + WINDOW], tone) for at in pieces) * WINDOW / RATE


def tones(samples: Samples, at_most: int = 3) -> tuple[int, ...]:
    """The steady tones of a stretch of at least 100 ms, strongest first, to about 5 Hz."""
    size = len(samples)
    if size < WINDOW or loudness(samples) < QUIET:
        return ()
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(size))) * 4 / size / 32768
    found: list[int] = []
    left = spectrum.copy()
    for _ in range(at_most):
        peak = int(left.argmax())
        if left[peak] < max(QUIET, 0.1 * spectrum.max()):
            break
        around = slice(max(peak - 3, 0), peak + 4)
        found.append(round(_centre(spectrum, peak) * RATE / size))
        left[around] = 0
    explained = sum(_power_at(spectrum, hertz * size / RATE) for hertz in found)
    return tuple(found) if explained > 0.9 * float(np.square(spectrum).sum()) else ()


def is_speech(samples: Samples) -> bool:
    """Does somebody speak in this stretch (about 500 ms)? Steady tones and silence do not.

    The spectrum of speech changes from one 20 ms to the next, and its centre wanders; neither
    does that of call progress tones, however they are switched.
    """
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    levels = np.sqrt(2 * np.mean(np.square(frames, dtype=np.float64), axis=1)) / 32768
    loud = levels > max(QUIET, 0.1 * levels.max(initial=0.0))
    if loud.sum() < 6:
        return False
    spectra = np.abs(np.fft.rfft(frames[loud] * np.hanning(FRAME), axis=1))
    centres = spectra @ np.arange(spectra.shape[1]) / spectra.sum(axis=1) * RATE / FRAME
    wanders = float(np.percentile(centres, 85) - np.percentile(centres, 15)) > 80
    shapes = spectra / np.linalg.norm(spectra, axis=1, keepdims=True)
    change = 1 - np.sum(shapes[1:] * shapes[:-1], axis=1)
    return wanders and float(np.median(change)) > 0.01


def first_sound(samples: Samples, level: float = QUIET) -> int | None:
    """Position of the first sample above `level` (a share of full scale), or None."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > level * 32768)
    return int(loud[0]) if len(loud) else None


def onset(samples: Samples, tone: Tone) -> int | None:
    """The sample at which the tone begins, to about 1 ms, or None if it is not there."""
    turning = np.exp(-2j * np.pi * tone.hertz / RATE * np.arange(len(samples)))
    smooth = np.ones(80) / 80  # 10 ms: rises to half of the tone exactly at its beginning
    level = np.abs(np.convolve(samples * turning, smooth, mode="same")) * 2 / 32768
    strongest = float(level.max(initial=0.0))
    if strongest < QUIET:
        return None
    return int(np.flatnonzero(level >= strongest / 2)[0])


@dataclass(frozen=True)
class Match:
    """Where a piece of sound was found in what was heard.

    offset: sample at which it begins. likeness: correlation over the whole piece, 0 to 1.
    head_lost, tail_lost: seconds of its beginning and end that did not arrive.
    """

    offset: int
    likeness: float
    head_lost: float
    tail_lost: float


def find(piece: Samples, heard: Samples) -> Match:
    """Find `piece` (speech or noise, not a steady tone) in `heard`, clipped or not."""
    long = np.concatenate([np.zeros(len(piece)), heard.astype(np.float64), np.zeros(len(piece))])
    size = 1 << (len(long) + len(piece)).bit_length()
    likeness = np.fft.irfft(
        np.fft.rfft(long, size) * np.conj(np.fft.rfft(piece.astype(np.float64), size)), size
    )[: len(long) - len(piece)]
    best = int(likeness.argmax())
    there = long[best : best + len(piece)]
    arrived = [n for n, alike in enumerate(_alike(piece, there)) if alike]
    blocks = len(piece) // FRAME
    head = arrived[0] if arrived else blocks
    tail = blocks - 1 - arrived[-1] if arrived else blocks
    step = FRAME / RATE
    return Match(best - len(piece), correlation(piece, there), head * step, tail * step)


def find_at_any_pace(piece: Samples, heard: Samples) -> Match:
    """As `find`, of speech that came over two clocks: up to 0.2 % faster or slower than it was."""
    places = np.arange(len(piece))
    as_it_was = find(piece, heard)
    if not 0.1 < as_it_was.likeness < 0.95:
        return as_it_was
    paced = (
        np.interp(places[: round(len(piece) / pace)] * pace, places, piece).astype(np.int16)
        for pace in (0.998, 0.999, 1.001, 1.002)
    )
    return max(as_it_was, *(find(one, heard) for one in paced), key=lambda match: match.likeness)


def kept(said: Samples, sound: Samples) -> float:
    """The share of `said` (noise) that is in `sound`, in its order, looked for in pieces of 50 ms.

    In one piece it would be like nothing there once a jitter buffer gave way in the middle, or a
    difference of two clocks was made up by reading 0.2 % faster.
    """
    pieces = np.split(said[: len(said) // _PIECE * _PIECE], len(said) // _PIECE)
    in_order: list[int] = []  # the lowest end of a row of 1, 2, 3 ... pieces
    for match in (find(piece, sound) for piece in pieces):
        if match.likeness > 0.4:
            place = bisect.bisect_right(in_order, match.offset)
            in_order[place : place + 1] = [match.offset]
    return len(in_order) / len(pieces)


def correlation(one: NDArray[np.generic], other: NDArray[np.generic]) -> float:
    """Likeness of two pieces of the same length: 1 the same, 0 nothing in common."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    size = float(np.sqrt(np.dot(a, a) * np.dot(b, b)))
    return float(np.dot(a, b)) / size if size else 0.0


def keys(samples: Samples) -> str:
    """Keys heard as tones (DTMF): at least 40 ms each, with a pause between them."""
    pressed, last, run = "", "", 0
    for start in range(0, len(samples) - 204, 80):
        now = _key_at(samples[start : start + 205])
        run = run + 1 if now == last else 1
        last = now
        if now and run == 3:
            pressed += now
    return pressed


@dataclass(frozen=True)
class Stretch:
    """A part of what was heard: seconds from the beginning, and what it was."""

    start: float
    end: float
    what: str


def stretches(samples: Samples) -> tuple[Stretch, ...]:
    """What was heard, part after part: silence, tones by their Hertz, or speech."""
    step = RATE // 5
    joined: list[Stretch] = []
    for start in range(0, len(samples), step):
        what = _what(samples[start : start + step])
        end = min(start + step, len(samples)) / RATE
        if joined and joined[-1].what == what:
            joined[-1] = Stretch(joined[-1].start, end, what)
        else:
            joined.append(Stretch(start / RATE, end, what))
    return tuple(joined)


def in_words(samples: Samples, last: int = 6) -> str:
    """One line for a failing test: the last parts of what was heard."""
    parts = stretches(samples)
    if not parts:
        return "nothing at all"
    told = [f"{p.what} {p.start:.1f}-{p.end:.1f} s" for p in parts[-last:]]
    return ("... " if len(parts) > last else "") + ", ".join(told)


def _what(samples: Samples) -> str:
    if loudness(samples) < QUIET:
        return "silence"
    found = tones(samples)
    return "+".join(f"{hertz} Hz" for hertz in sorted(found)) if found else "speech or noise"


def _centre(spectrum: NDArray[np.float64], peak: int) -> float:
    low, high = max(peak - 1, 0), min(peak + 2, len(spectrum))
    part = np.square(spectrum[low:high])
    return float(np.dot(part, np.arange(low, high)) / part.sum())


def _power_at(spectrum: NDArray[np.float64], place: float) -> float:
    around = slice(max(round(place) - 3, 0), round(place) + 4)
    return float(np.square(spectrum[around]).sum())


def _alike(piece: Samples, there: NDArray[np.float64]) -> Iterator[bool]:
    """Block by block of 20 ms; quiet blocks of the piece prove nothing."""
    for start in range(0, len(piece) // FRAME * FRAME, FRAME):
        mine, heard = piece[start : start + FRAME], there[start : start + FRAME]
        yield loudness(mine) > QUIET and correlation(mine, heard) > 0.7


def _key_at(samples: Samples) -> str:
    levels = {hertz: level_at(samples, hertz) for pair in DTMF.values() for hertz in pair}
    total = loudness(samples)
    row, column = (
        max(group, key=levels.__getitem__)
        for group in zip(*((DTMF[k][0], DTMF[k][1]) for k in "159D"), strict=True)
    )
    both = np.hypot(levels[row], levels[column])
    if min(levels[row], levels[column]) < QUIET or both < 0.8 * total:
        return ""
    return next(key for key, pair in DTMF.items() if pair == (row, column))
