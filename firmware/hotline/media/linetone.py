"""What an exchange says with tones when it does not signal: dial, busy, ringing."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt

from hotline.media.engine import CLOCK_RATE, FRAME_MS, HangUpTone


class LineTone(StrEnum):
    """What an exchange says with tones when it does not signal."""

    DIAL = "dial tone"
    BUSY = "busy tone"  # also congestion: in both cases nobody is there (any more)
    RINGING = "ringing tone"


class _Kind(StrEnum):
    TONE = "tone"
    QUIET = "quiet"
    OTHER = "other"


_FRAME = CLOCK_RATE * FRAME_MS // 1000
Hertz = tuple[int, ...]
# Tones of the world's exchanges (E.180 Supplement 2): 400 to 450 Hz, or a North American pair.
_EXCHANGE = ((400,), (425,), (450,), (400, 450), (350, 440), (440, 480), (480, 620))
_TONAL_SHARE = 0.75
_FAINTEST = (10 ** (-45 / 20) * 32768) ** 2
_MUCH_QUIETER = 0.1


def span(hertz: Hertz) -> npt.NDArray[np.float32]:
    """Side by side the vectors that span a frame of such a tone in any phase.

    A frame's share in the span of a tone is its purity.
    """
    times = np.arange(_FRAME) / CLOCK_RATE
    waves = [part(2 * np.pi * f * times) for f in hertz for part in (np.sin, np.cos)]
    return np.linalg.qr(np.stack(waves, 1))[0].astype(np.float32)


@cache
def _bases(tones: tuple[Hertz, ...]) -> tuple[npt.NDArray[np.float32], list[int]]:
    """The spans of all tones, and where each begins. Asked for with the first call: 1 MB."""
    spans = [span(hertz) for hertz in tones]
    places = np.cumsum([0, *(one.shape[1] for one in spans[:-1])])
    return np.hstack(spans), places.tolist()


class Tones:
    """Tells sound that is a tone of an exchange, by its purity: how loud it is does not matter.

    learned: a tone that counts as well.
    """

    def __init__(self, learned: HangUpTone | None = None) -> None:
        more = () if learned is None else (learned.hertz,)
        self._bases, self._places = _bases((*_EXCHANGE, *more))

    def judge(self, frames: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], list[bool]]:
        """Take any number of 20 ms frames: 16-bit values, shaped (frames, 160).

        Returns the power of each (square of its rms), and whether it is a tone; a single frame of
        speech may pass for one.
        """
        energies = np.einsum("ij,ij->i", frames, frames)
        parts = np.square(frames @ self._bases)
        best = np.add.reduceat(parts, self._places, axis=1).max(axis=1)
        return energies / _FRAME, (best > _TONAL_SHARE * energies).tolist()


class ToneListener:
    """Hears dial, busy and ringing tones in the sound of a far end. One for each leg.

    Works by purity and rhythm instead of absolute levels, so a noisy line does not matter: a busy
    tone is three equal turns of tone and quiet, a dial tone two seconds without a pause.

    learned: a tone that counts as busy, too; without pauses, as a dial tone.
    """

    _SAME = 2  # frames by which two turns may differ: 40 ms

    def __init__(self, learned: HangUpTone | None = None) -> None:
        self._learned = learned
        self._tones = Tones(learned)
        self._kind = _Kind.OTHER
        self._length = 0
        self._doubt = 0
        self._tone_power = 0.0
        self._runs: list[tuple[_Kind, int]] = []
        self._told: LineTone | None = None

    def feed(self, frames: npt.NDArray[np.float32]) -> tuple[list[bool], list[LineTone]]:
        """Take any number of 20 ms frames: 16-bit values, shaped (frames, 160).

        Returns which of them are a tone (see `Tones`), and the tones that have become certain with
        them; each is told once, and again after something else was heard.
        """
        powers, tonal = self._tones.judge(frames)
        told = [
            self._frame(power, pure) for power, pure in zip(powers.tolist(), tonal, strict=True)
        ]
        return tonal, [tone for tone in told if tone]

    def _frame(self, power: float, pure: bool) -> LineTone | None:
        if power < _FAINTEST:
            kind = _Kind.QUIET
        elif pure:
            self._tone_power = power
            kind = _Kind.TONE
        else:
            kind = _Kind.QUIET if power < _MUCH_QUIETER * self._tone_power else _Kind.OTHER
        if kind is self._kind:
            self._length += 1 + self._doubt
            self._doubt = 0
        elif self._doubt == 0:
            self._doubt = 1  # the frame in which a tone begins or ends is neither
        else:
            self._turn(kind)
        return None if kind is _Kind.OTHER else self._verdict()

    def _turn(self, kind: _Kind) -> None:
        self._runs = [*self._runs[-6:], (self._kind, self._length)]
        self._kind, self._length, self._doubt = kind, 2, 0
        if kind is _Kind.OTHER:
            self._runs = []
            self._told = None
            self._tone_power = 0.0

    def _verdict(self) -> LineTone | None:
        tone_now = self._recognised()
        if tone_now is None or tone_now is self._told:
            return None
        self._told = tone_now
        return tone_now

    def _recognised(self) -> LineTone | None:
        if self._kind is _Kind.TONE and self._length * FRAME_MS >= 2300:
            return LineTone.DIAL
        runs = self._runs[-6:]
        if len(runs) >= 2 and self._ringing(runs[-2], runs[-1]):
            return LineTone.RINGING
        return LineTone.BUSY if self._busy(runs) else None

    def _ringing(self, first: tuple[_Kind, int], then: tuple[_Kind, int]) -> bool:
        (kind, on), (_, off) = first, then
        return (
            kind is _Kind.TONE and 300 <= on * FRAME_MS <= 2200 and 1700 <= off * FRAME_MS <= 4600
        )

    def _busy(self, runs: list[tuple[_Kind, int]]) -> bool:
        if len(runs) < 6:
            return False
        ons = [length for kind, length in runs if kind is _Kind.TONE]
        offs = [length for kind, length in runs if kind is _Kind.QUIET]
        if len(ons) != 3 or len(offs) != 3:
            return False
        steady = all(max(x) - min(x) <= self._SAME for x in (ons, offs))
        on, off = ons[0] * FRAME_MS, offs[0] * FRAME_MS
        usual = 100 <= on <= 800 and 100 <= off <= 800
        return steady and (usual or self._as_learned(on, off))

    def _as_learned(self, on: int, off: int) -> bool:
        wanted, same = self._learned, self._SAME * FRAME_MS
        return wanted is not None and (
            abs(on - wanted.on * 1000) <= same and abs(off - wanted.off * 1000) <= same
        )
