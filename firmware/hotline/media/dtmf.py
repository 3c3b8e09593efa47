"""DTMF keys heard in the sound of a line that does not report them.

Limits of ITU-T Q.24: a key is two tones within 1.5 % of their frequencies (3.5 % is none), 40 ms
long (23 ms is none), the higher one at most 4 dB stronger and 8 dB weaker; an interruption of up
to 10 ms does not make two keys of one. Speech must not be taken for a key: it rarely puts 90 % of
its strength into two lines, and hardly ever keeps both on a frequency of the keypad.
"""

from __future__ import annotations

import cmath
import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hotline.media import wav
from hotline.media.engine import CLOCK_RATE

LOW = (697, 770, 852, 941)
HIGH = (1209, 1336, 1477, 1633)
KEYS = "123A456B789C*0#D"

# The sound is looked at through a window of 20 ms that moves by 5 ms.
_WINDOW = CLOCK_RATE // 50
_HOP = CLOCK_RATE // 200
# A tone of 40 ms fills 7 or 8 looks, one of 23 ms at most 5.
_LOOKS = 6
# Looks that may fail inside a key before it is recognised, and before it counts as released:
# an interruption of 10 ms spoils 3 or 4 looks, a pause of 30 ms more than 5.
_BRIDGED = 3
_HELD = 5

_SHARE_AT_EDGE = 0.6  # of the window's energy, in the two tones
_SHARE_INSIDE = 0.9
_OFF_FREQUENCY = 0.025  # half way between must and must not
# A voice whose third and fourth harmonics fall on `*` misses both together by 3.7 %.
_OFF_TOGETHER = 0.034
_OFF_AND_GLIDING = 0.0355  # with what both tones rise or fall within the run: a voice's do
_OFF_AT_ONCE = 0.06  # the same for one look, where noise weighs more
_HIGH_STRONGER_DB, _HIGH_WEAKER_DB = 6.0, 10.0  # 2 dB wider than Q.24
_FAINTEST_DBM0 = -36.0
_SINE_0_DBM0 = -6.15  # dBFS of the rms: a full-scale sine is +3.14 dBm0 (G.711)

_WEIGHTS = np.hanning(_WINDOW + 1)[:-1]
_RADIANS = 2 * np.pi * np.array(LOW + HIGH) / CLOCK_RATE


def _correlators() -> npt.NDArray[np.float32]:
    """Window times cosine and sine, in turns for each of the eight frequencies."""
    wave = _WEIGHTS[:, None] * np.exp(-1j * np.outer(np.arange(_WINDOW), _RADIANS))
    wave *= math.sqrt(2) / _WEIGHTS.sum() / 32768  # so that the square is the power of a sine
    return np.stack([wave.real, wave.imag], axis=2).reshape(_WINDOW, 16).astype(np.float32)


_CORRELATORS = _correlators()
_ENERGY = (_WEIGHTS**2 / (_WEIGHTS**2).sum() / 32768**2).astype(np.float32)
_TURN_PER_HOP = np.exp(-1j * _RADIANS * _HOP).astype(np.complex64)
_HERTZ_PER_RADIAN = CLOCK_RATE / (2 * math.pi * _HOP)
_FAINTEST = 10 ** ((_FAINTEST_DBM0 + _SINE_0_DBM0) / 10)
_LEAST_LEFT = 0.3  # of a tone's power where it is as far off as is taken; see `_window_loss`
_MOST_TWIST, _LEAST_TWIST = 10 ** (_HIGH_STRONGER_DB / 10), 10 ** (-_HIGH_WEAKER_DB / 10)


@dataclass(frozen=True, slots=True)
class _Look:
    """The strongest low and high tone through one window: places, powers, phase since the last."""

    low: int
    high: int
    low_power: float
    high_power: float
    low_turn: complex
    high_turn: complex
    power: float

    @property
    def key(self) -> str:
        return KEYS[self.low * 4 + self.high]


class Detector:
    """Hears keys in 8 kHz sound. One for each leg; costs about 0.3 % of a core."""

    def __init__(self) -> None:
        self._samples = np.zeros(0, dtype=np.float32)
        self._last_tones = np.zeros((1, 8), dtype=np.complex64)
        self._run: deque[_Look] = deque(maxlen=2 * _LOOKS)
        self._gap = 0
        self._held = ""
        self._released = 0

    def feed(self, samples: bytes) -> str:
        """Take 16-bit samples, any number of them; returns the keys recognised now, mostly "".

        A key is reported about 40 ms after it began, once, however long it is held.
        """
        fresh = np.frombuffer(samples[: len(samples) & ~1], dtype="<i2").astype(np.float32)
        self._samples = np.concatenate([self._samples, fresh])
        count = (len(self._samples) - _WINDOW) // _HOP + 1
        if count <= 0:
            return ""
        # The same as sliding_window_view, which costs as much as all the rest.
        windows: npt.NDArray[np.float32] = np.ndarray(
            (count, _WINDOW), np.float32, self._samples, strides=(4 * _HOP, 4)
        )
        self._samples = self._samples[count * _HOP :]
        return "".join(self._look(look) for look in self._looks(windows))

    def _looks(self, windows: npt.NDArray[np.float32]) -> list[_Look | None]:
        parts = windows @ _CORRELATORS
        tones = parts.view(np.complex64)
        before, self._last_tones = self._last_tones, tones[-1:]
        squares = np.square(parts)
        powers = squares[:, ::2] + squares[:, 1::2]
        low, high = powers[:, :4].max(axis=1), powers[:, 4:].max(axis=1)
        may_be = (np.minimum(low, high) >= _FAINTEST) & (high > low * _LEAST_TWIST)
        may_be &= high < low * _MOST_TWIST
        if not may_be.any():
            return [None] * len(windows)
        energies = np.square(windows) @ _ENERGY
        may_be &= low + high >= _SHARE_AT_EDGE * _LEAST_LEFT * energies
        if not may_be.any():
            return [None] * len(windows)
        turns = tones * np.conj(np.concatenate([before, tones[:-1]])) * _TURN_PER_HOP
        rows = zip(may_be.tolist(), powers, turns, energies.tolist(), strict=True)
        return [_look(*row) if may else None for may, *row in rows]

    def _look(self, look: _Look | None) -> str:
        """One step of 5 ms; returns the key that has become certain with it, or ""."""
        key = look.key if look else ""
        if self._held:
            self._released = 0 if key == self._held else self._released + 1
            if self._released > _HELD:
                self._held = ""
        if look is None:
            self._gap += 1
            if self._gap > _BRIDGED:
                self._run.clear()
            return ""
        return "" if key == self._held else self._new(look)

    def _new(self, look: _Look) -> str:
        if self._run and self._run[-1].key != look.key:
            self._run.clear()
        self._gap = 0
        self._run.append(look)
        if not _is_key(self._run):
            return ""
        self._run.clear()
        self._held, self._released = look.key, 0
        return look.key


def _look(powers: npt.NDArray[Any], turns: npt.NDArray[Any], power: float) -> _Look | None:
    """What one window shows, if it may be part of a key: two tones, strong enough each."""
    low, high = int(np.argmax(powers[:4])), int(np.argmax(powers[4:]))
    low_power, high_power = float(powers[low]), float(powers[4 + high])
    low_turn, high_turn = complex(turns[low]), complex(turns[4 + high])
    look = _Look(low, high, low_power, high_power, low_turn, high_turn, power)
    if max(_off(LOW[low], low_turn), _off(HIGH[high], high_turn)) > _OFF_AT_ONCE:
        return None
    return look if _share([look]) >= _SHARE_AT_EDGE else None


def _is_key(run: deque[_Look]) -> bool:
    """Long enough, on the frequencies taken over the whole run, and hardly anything beside them."""
    if len(run) < _LOOKS:
        return False
    low_turn, high_turn = sum(look.low_turn for look in run), sum(look.high_turn for look in run)
    low_off, high_off = _off(LOW[run[0].low], low_turn), _off(HIGH[run[0].high], high_turn)
    together = low_off + high_off
    if max(low_off, high_off) > _OFF_FREQUENCY or together > _OFF_TOGETHER:
        return False
    if together + _gliding(list(run)) > _OFF_AND_GLIDING:
        return False
    return _share(list(run)[1 - _LOOKS : -1]) >= _SHARE_INSIDE


def _gliding(looks: list[_Look]) -> float:
    """How far both tones moved the same way between the halves of a run, as the harmonics of one
    voice do; relative to the frequency, of the tone that moved less.
    """
    half = len(looks) // 2
    first, last = looks[:half], looks[-half:]
    low_turn = sum(b.low_turn for b in last) * sum(a.low_turn for a in first).conjugate()
    high_turn = sum(b.high_turn for b in last) * sum(a.high_turn for a in first).conjugate()
    if cmath.phase(low_turn) * cmath.phase(high_turn) <= 0:
        return 0.0
    return min(_off(LOW[looks[0].low], low_turn), _off(HIGH[looks[0].high], high_turn))


def _hertz_off(turn: complex) -> float:
    """How far a tone is from its frequency, from how much its phase ran ahead in 5 ms."""
    return abs(cmath.phase(turn)) * _HERTZ_PER_RADIAN


def _off(hertz: int, turn: complex) -> float:
    return _hertz_off(turn) / hertz


def _share(looks: Iterable[_Look]) -> float:
    """How much of the sound is the two tones; 1 is all of it."""
    looks = list(looks)
    low_loss = _window_loss(_hertz_off(sum(look.low_turn for look in looks)))
    high_loss = _window_loss(_hertz_off(sum(look.high_turn for look in looks)))
    tones = sum(look.low_power / low_loss + look.high_power / high_loss for look in looks)
    return tones / max(sum(look.power for look in looks), 1e-12)


def _window_loss(hertz: float) -> float:
    """What the window leaves of a tone's power that is so far off (Hann)."""
    bins = hertz * _WINDOW / CLOCK_RATE
    if bins < 1e-6:
        return 1.0
    left = math.sin(math.pi * bins) / (math.pi * bins) / (1 - min(bins, 0.99) ** 2)
    return max(left * left, _LEAST_LEFT)


def key_samples(
    key: str, seconds: float, low_dbm0: float, high_dbm0: float, off: tuple[float, float] = (0, 0)
) -> npt.NDArray[np.floating[Any]]:
    """One key as an exchange would send it, -1..1; `off`: relative errors of the frequencies."""
    place = KEYS.index(key)
    times = np.arange(round(seconds * CLOCK_RATE)) / CLOCK_RATE
    low, high = LOW[place // 4] * (1 + off[0]), HIGH[place % 4] * (1 + off[1])
    low_peak, high_peak = (10 ** ((dbm0 - 3.14) / 20) for dbm0 in (low_dbm0, high_dbm0))
    return np.asarray(
        low_peak * np.sin(2 * np.pi * low * times) + high_peak * np.sin(2 * np.pi * high * times)
    )


def digits_to_samples(
    digits: str, on: float = 0.08, off: float = 0.08, level: float = -10.0
) -> wav.Samples:
    """A number dialled by keys, 16 bit. on, off: seconds. level: dBm0 of each tone."""
    silence = np.zeros(round(off * CLOCK_RATE))
    parts = [part for d in digits for part in (silence, key_samples(d, on, level, level))]
    return np.round(np.concatenate([*parts, silence]) * 32767).astype(np.int16)
