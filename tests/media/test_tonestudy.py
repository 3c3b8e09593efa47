"""The tone by which an exchange says that a caller has gone can be learned from one call."""

from __future__ import annotations

import numpy as np
import pytest

from hotline.media import tones
from hotline.media.engine import HangUpTone
from hotline.media.linetone import LineTone, ToneListener
from hotline.media.tonestudy import Study, repeated_tone


def learned(sound: tones.Wave, noise: float = 0.0) -> HangUpTone | None:
    """From a sound that comes in the pieces of a tap."""
    chance, study = np.random.default_rng(5), Study()
    samples = tones.pcm(sound + chance.normal(0, noise, len(sound)))
    found = [study.feed(part.tobytes()) for part in np.array_split(samples, len(samples) // 801)]
    return next((tone for tone in found if tone), None)


def odd(hertz: tuple[int, ...], *beats: float, times: int = 5, level: float = -15) -> tones.Wave:
    return np.tile(tones.Cadence(hertz, beats).render(level), times)


def told(sound: tones.Wave, tone: HangUpTone | None) -> list[LineTone]:
    frames = tones.pcm(sound)[: len(sound) // 160 * 160].reshape(-1, 160).astype(np.float32)
    return ToneListener(tone).feed(frames)[1]


ODD = [
    ((550,), (0.35, 0.35)),
    ((400,), (0.1, 1.2)),
    ((520, 660), (0.25, 0.75)),
    ((1000,), (1.5, 1.5)),
]


@pytest.mark.parametrize("noise", [0.0, 0.006])
@pytest.mark.parametrize(("hertz", "beats"), ODD)
def test_an_odd_tone_is_measured_and_then_known(
    hertz: tuple[int, ...], beats: tuple[float, float], noise: float
) -> None:
    talk = np.random.default_rng(2).normal(0, 0.1, 12345)
    sound = odd(hertz, *beats)
    assert told(sound, None) == []
    tone = learned(np.concatenate([talk, np.zeros(8000), sound]), noise)
    assert tone is not None
    assert tone.hertz == pytest.approx(hertz, abs=3)
    assert (tone.on, tone.off) == pytest.approx(beats, abs=0.04)
    assert told(np.concatenate([talk, sound]), tone) == [LineTone.BUSY]


def test_a_tone_without_pauses_is_measured_and_then_known() -> None:
    sound = tones.tone((480, 550), 4.0, -15)
    tone = learned(sound)
    assert tone == HangUpTone((480, 550), 0.0, 0.0)
    assert (told(sound, None), told(sound, tone)) == ([], [LineTone.DIAL])


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(8000 * 15),
        tones.music()[: 8000 * 20],
        np.random.default_rng(3).normal(0, 0.1, 8000 * 15),
        odd((550,), 0.5, 2.5),  # a telephone rings
        tones.tone((697, 1209), 5.0, -10),  # a key is held
        tones.tone((50,), 5.0, -20),  # the mains
        np.concatenate([odd((550,), on, 0.4, times=1) for on in (0.5, 0.3, 0.6, 0.2, 0.7, 0.4)]),
        np.concatenate([odd((hz,), 0.3, 0.3, times=1) for hz in (500, 700, 900) * 4]),
        odd((550,), 0.35, 0.35, level=-60),
    ],
    ids=["silence", "music", "noise", "ringing", "key", "hum", "irregular", "melody", "faint"],
)
def test_nothing_else_is_taken_for_such_a_tone(sound: tones.Wave) -> None:
    assert learned(sound) is None


def test_speech_and_music_are_not_taken_for_the_tone_that_was_learned() -> None:
    tone = HangUpTone((550,), 0.35, 0.35)
    assert told(tones.music(), tone) == []
    assert told(np.random.default_rng(3).normal(0, 0.1, 8000 * 20), tone) == []


def test_sound_of_an_odd_length_is_no_trouble() -> None:
    for length in (0, 1, 159, 160, 161, 321):
        assert repeated_tone(np.zeros(length, dtype=np.float32)) is None
