"""An exchange that plays tones instead of signalling is understood, on a noisy line too."""

from __future__ import annotations

import numpy as np
import pytest

from hotline.media import tones
from hotline.media.linetone import LineTone, ToneListener


def told(sound: tones.Wave, noise: float = 0.0, seed: int = 1) -> list[LineTone]:
    rng = np.random.default_rng(seed)
    sound = sound + rng.normal(0, noise, len(sound))
    frames = tones.pcm(sound)[: len(sound) // 160 * 160].reshape(-1, 160).astype(np.float32)
    listener = ToneListener()
    parts = np.array_split(frames, rng.integers(1, len(frames) + 1))
    return [tone for part in parts for tone in listener.feed(part)[1]]


BUSY = [
    tones.busy(),
    tones.busy("GB"),
    tones.busy("US"),
    tones.Cadence((450,), (0.167, 0.167)),
    tones.Cadence((425,), (0.25, 0.25)),
    tones.Cadence((425,), (0.35, 0.35)),
]


@pytest.mark.parametrize("noise", [0.0, 0.006, 0.02])
@pytest.mark.parametrize("cadence", BUSY)
def test_busy_and_congestion_are_heard_within_four_turns(
    cadence: tones.Cadence, noise: float
) -> None:
    sound = np.tile(cadence.render(-15), 4)
    assert told(sound, noise) == [LineTone.BUSY]


@pytest.mark.parametrize("noise", [0.0, 0.006])
@pytest.mark.parametrize("country", ["", "GB", "RO", "US"])
def test_ringing_is_heard_and_is_not_busy(country: str, noise: float) -> None:
    sound = np.tile(tones.ringback(country).render(-15), 3)
    assert told(sound, noise) == [LineTone.RINGING]


@pytest.mark.parametrize("frequencies", [(425,), (450,), (350, 440)])
def test_a_dial_tone_is_heard(frequencies: tuple[int, ...]) -> None:
    assert told(tones.tone(frequencies, 3.0, -15), 0.006) == [LineTone.DIAL]


def test_ringing_that_becomes_busy_is_told_as_both() -> None:
    sound = np.concatenate([tones.ringback().render(-15), np.tile(tones.busy().render(-15), 5)])
    assert told(sound) == [LineTone.RINGING, LineTone.BUSY]


def test_a_second_busy_tone_after_speech_is_told_again() -> None:
    talk = np.random.default_rng(2).normal(0, 0.1, 8000)
    turn = np.tile(tones.busy().render(-15), 5)
    assert told(np.concatenate([turn, talk, turn])) == [LineTone.BUSY, LineTone.BUSY]


def test_our_own_music_and_noise_are_no_tone_of_an_exchange() -> None:
    assert told(tones.music()) == []
    assert told(np.random.default_rng(3).normal(0, 0.1, 8000 * 20)) == []


def test_irregular_beeps_are_not_busy() -> None:
    parts = [tones.tone((425,), on, -15) for on in (0.5, 0.3, 0.6, 0.2, 0.7, 0.4)]
    assert told(np.concatenate([x for part in parts for x in (part, np.zeros(4000))])) == []
