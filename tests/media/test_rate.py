"""A modem may send twice as many samples as it says: it is noticed, and nobody hears of it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.sim import listen
from tests.sim.sound import Tone

from hotline.media.engine import CLOCK_RATE
from hotline.media.rate import MEASURED_S, Measured

FRAME = 320
STALL_S = 0.2


def measured(rate: int, ppm: float = 0) -> Measured:
    """One that has listened to the beginning of a call at this rate."""
    one = Measured()
    beat = 0.02 / (1 + ppm * 1e-6)
    for n in range(20):
        one.heard(bytes(FRAME * rate // CLOCK_RATE), 5 + n * beat, more=False)
    return one


@pytest.mark.parametrize("ppm", [-300, 0, 300])
@pytest.mark.parametrize("rate", [8000, 16000])
def test_the_bytes_tell_how_fast_it_sends(rate: int, ppm: float) -> None:
    assert measured(rate, ppm).hertz == rate


def test_what_the_last_call_left_unread_is_not_counted() -> None:
    one = Measured()
    one.heard(bytes(4096), 5.0, more=True)
    for n in range(1, 20):
        one.heard(bytes(FRAME), 5 + n * 0.02, more=False)
    assert one.hertz == 8000


def test_a_box_that_was_held_up_counts_what_lies_unread_before_it_judges() -> None:
    one = Measured()
    one.heard(bytes(2 * FRAME), 5.0, more=False)
    at = 5 + MEASURED_S + STALL_S
    one.heard(bytes(4096), at, more=True)
    assert not one.hertz
    one.heard(bytes(4096), at, more=True)
    one.heard(bytes(round((MEASURED_S + STALL_S) * 32000) - 8192), at, more=False)
    assert one.hertz == 16000


def test_every_call_is_measured_anew() -> None:
    one = measured(16000)
    one.begin()
    assert not one.hertz


def wide(hertz: int, count: int) -> bytes:
    turns = 2 * np.pi * hertz / 16000 * np.arange(count)
    return np.rint(8000 * np.sin(turns)).astype("<i2").tobytes()


def narrow(one: Measured, data: bytes, pieces: int) -> np.ndarray:
    heard = b"".join(
        one.heard(data[n : n + pieces], 9.0, more=False) for n in range(0, len(data), pieces)
    )
    return np.frombuffer(heard, dtype="<i2")


@pytest.mark.parametrize("pieces", [640, 77, 1])
def test_a_tone_comes_through_as_it_was_however_reads_end(pieces: int) -> None:
    heard = narrow(measured(16000), wide(2260, 16000), pieces)
    assert len(heard) == 8000
    assert listen.level_at(heard[400:], 2260) == pytest.approx(8000 / 32768, rel=0.02)


def test_what_telephones_cannot_carry_does_not_come_back_as_another_tone() -> None:
    heard = narrow(measured(16000), wide(6000, 16000), 640)
    assert listen.loudness(heard[400:]) < 0.001


def test_the_modem_hears_our_tone_and_no_image_of_it() -> None:
    said = measured(16000).said(Tone(1400).lasting(1.0).tobytes())
    samples = np.frombuffer(said, dtype="<i2")[800:]
    assert len(said) == 32000
    assert listen.loudness(samples) == pytest.approx(Tone(1400).level, rel=0.02)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    hertz = np.fft.rfftfreq(len(samples), 1 / 16000)
    assert abs(hertz[spectrum.argmax()] - 1400) < 2
    image = spectrum[(hertz > 4300)].max()
    assert image < spectrum.max() / 300


def test_until_it_is_known_nothing_is_heard() -> None:
    assert Measured().heard(bytes(FRAME), 5.0, more=False) == b""
