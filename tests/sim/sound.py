"""What a party of a simulated call says: tones, silence, speech, keys. 8 kHz, 16 bit, mono.

A sound is a function of the position in the call, so whoever hears it can tell which sample it was.
"""

from __future__ import annotations

import functools
import io
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from tests.sim.g711 import Samples

RATE = 8000
FRAME = 160  # samples in the 20 ms of one RTP packet

_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
DTMF = {key: (_ROWS[n // 4], _COLUMNS[n % 4]) for n, key in enumerate("123A456B789C*0#D")}


class Sound(Protocol):
    """Something a party says for as long as the call lasts."""

    def at(self, position: int, count: int) -> Samples:
        """`count` samples beginning at sample `position` of the call."""


@dataclass(frozen=True)
class Tone:
    """A steady tone of whole Hertz, by which a party is recognised at the other end.

    level: peak as a share of full scale; 0.25 is about -15 dBm0.
    """

    hertz: int
    level: float = 0.25

    def at(self, position: int, count: int) -> Samples:
        return np.take(self._second(), range(position, position + count), mode="wrap")

    @functools.cache  # noqa: B019 - a handful of tones for the life of a test run
    def _second(self) -> Samples:
        """One second: whole Hertz, so it joins on to itself."""
        return _sine((self.hertz,), RATE, self.level)

    def lasting(self, seconds: float) -> Samples:
        """The tone as a piece of sound with a beginning and an end."""
        return self.at(0, round(seconds * RATE))

    def __str__(self) -> str:
        return f"{self.hertz} Hz"


@dataclass(frozen=True)
class Silence:
    """Says nothing, but keeps sending."""

    def at(self, position: int, count: int) -> Samples:
        return np.zeros(count, dtype=np.int16)

    def __str__(self) -> str:
        return "silence"


@dataclass(frozen=True, eq=False)
class Loop:
    """The same piece of sound over and over."""

    samples: Samples

    def at(self, position: int, count: int) -> Samples:
        return np.take(self.samples, range(position, position + count), mode="wrap")


def silence(seconds: float) -> Samples:
    """That many seconds of nothing."""
    return np.zeros(round(seconds * RATE), dtype=np.int16)


def dtmf(keys: str, on: float = 0.1, off: float = 0.1, level: float = 0.25) -> Samples:
    """Keys as tones in the sound (ITU-T Q.23); seconds on and off, peak of each tone."""
    parts = [(_sine(DTMF[key], round(on * RATE), level), silence(off)) for key in keys]
    return np.concatenate([part for pair in parts for part in pair])


def noise(seconds: float, seed: int, level: float = 0.1) -> Samples:
    """White noise, the same for the same seed; correlates with nothing but itself."""
    shape = np.random.default_rng(seed).uniform(-1, 1, round(seconds * RATE))
    return (shape * level * 32767).astype(np.int16)


def wav(path: Path) -> Samples:
    """The sound of a 16-bit WAV file, its left channel, brought to 8 kHz."""
    with wave.open(str(path)) as file:
        return _from_wav(file)


@functools.lru_cache(maxsize=64)
def speech(words: str, language: str = "en") -> Samples:
    """The words as spoken by espeak-ng."""
    command = ["espeak-ng", "-v", language, "--stdout", words]
    made = subprocess.run(command, capture_output=True, check=True).stdout
    # A piped WAV carries no true length in its header: take what follows it.
    with wave.open(io.BytesIO(made)) as file:
        rate = file.getframerate()
    return _resampled(np.frombuffer(made[44:], dtype="<i2"), rate)


def _from_wav(file: wave.Wave_read) -> Samples:
    if file.getsampwidth() != 2:
        raise ValueError("a 16-bit WAV file is expected")
    data = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")[:: file.getnchannels()]
    return _resampled(data, file.getframerate())


def _resampled(samples: Samples, rate: int) -> Samples:
    """To 8 kHz by cutting the spectrum; whole pieces only, so no seams."""
    if rate == RATE:
        return samples.astype(np.int16)
    wanted = round(len(samples) * RATE / rate)
    spectrum = np.fft.rfft(samples)[: wanted // 2 + 1]
    made = np.fft.irfft(spectrum, wanted) * (wanted / len(samples))
    return np.clip(made, -32768, 32767).astype(np.int16)


def _sine(hertz: tuple[int, ...], count: int, level: float) -> Samples:
    time = np.arange(count) / RATE
    waves = np.sum([np.sin(2 * np.pi * f * time) for f in hertz], axis=0)
    return np.asarray(waves * level * 32767).astype(np.int16)
