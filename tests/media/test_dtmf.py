"""A caller presses a key on a line that reports no keys: the box hears it in the sound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hotline.media import convert, dtmf, tones, wav

LIMITS = list(
    itertools.product(dtmf.KEYS, (-0.015, 0.0, 0.015), (-0.015, 0.0, 0.015), (-8, -4, 0, 4))
)


def heard(samples: wav.Samples, piece: int = 160) -> str:
    detector = dtmf.Detector()
    starts = range(0, len(samples), piece)
    return "".join(detector.feed(samples[i : i + piece].tobytes()) for i in starts)


def press(
    key: str,
    on: float = 0.08,
    off: tuple[float, float] = (0.0, 0.0),
    twist: float = 0.0,
    level: float = -10.0,
) -> tones.Wave:
    """One key and the pause after it; twist: the high tone over the low one, dB."""
    low, high = (level, level + twist) if twist < 0 else (level - twist, level)
    return np.concatenate([dtmf.key_samples(key, on, low, high, off), np.zeros(320)])


def test_every_key_is_heard_once() -> None:
    assert heard(dtmf.digits_to_samples(dtmf.KEYS)) == dtmf.KEYS


def test_a_number_dialled_fast_with_repeated_keys_is_heard_whole() -> None:
    assert heard(dtmf.digits_to_samples("0693111222", on=0.04, off=0.04)) == "0693111222"


@pytest.mark.parametrize("level", [0, -10, -25])
def test_keys_at_every_limit_of_the_standard_are_heard(level: int) -> None:
    presses = [press(k, 0.04, (low, high), twist, level) for k, low, high, twist in LIMITS]
    sound = tones.pcm(np.concatenate([np.zeros(400), *presses]))
    assert heard(sound) == "".join(key for key, *_ in LIMITS)


def test_keys_are_heard_through_the_noise_of_a_line() -> None:
    rng = np.random.default_rng(7)
    sound = np.concatenate([press(key, 0.06) for key in dtmf.KEYS * 5])
    noise = rng.normal(
        0, np.sqrt(np.mean(press("5", 0.06)[:480] ** 2)) / 10 ** (20 / 20), len(sound)
    )
    assert heard(tones.pcm(sound + noise)) == dtmf.KEYS * 5


@pytest.mark.parametrize("size", [80, 160, 161, 333, 8000])
def test_keys_do_not_depend_on_how_the_sound_is_cut(size: int) -> None:
    assert heard(dtmf.digits_to_samples("159*0#"), size) == "159*0#"


def test_a_key_held_down_counts_once() -> None:
    assert heard(tones.pcm(press("5", on=3.0))) == "5"


@pytest.mark.parametrize("at", range(100, 600, 17))
def test_a_key_interrupted_for_ten_milliseconds_counts_once(at: int) -> None:
    sound = press("7", on=0.1)
    sound[at : at + 80] = 0.0
    assert heard(tones.pcm(sound)) == "7"


def test_a_click_of_23_milliseconds_is_no_key() -> None:
    sound = np.concatenate([press(key, on=0.023) for key in dtmf.KEYS * 10])
    assert heard(tones.pcm(sound)) == ""


@pytest.mark.parametrize("off", [(0.035, 0.0), (-0.035, 0.0), (0.0, 0.035), (0.0, -0.035)])
def test_tones_off_their_frequency_are_no_key(off: tuple[float, float]) -> None:
    sound = np.concatenate([press(key, on=0.2, off=off) for key in dtmf.KEYS])
    assert heard(tones.pcm(sound)) == ""


def test_a_single_tone_is_no_key() -> None:
    sound = np.concatenate([tones.tone((f,), 0.3, -10) for f in dtmf.LOW + dtmf.HIGH])
    assert heard(tones.pcm(sound)) == ""


def test_the_tones_of_the_exchange_and_of_our_parties_are_no_keys() -> None:
    cadences = [
        make(country) for make in (tones.busy, tones.ringback) for country in ("", "US", "GB")
    ]
    parts = [cadence.render(-10) for cadence in cadences]
    parts += [party.samples(0.5) / 32768 for party in tones.PARTIES]
    assert heard(tones.pcm(np.concatenate(parts))) == ""


def test_our_music_presses_no_key() -> None:
    assert heard(tones.pcm(tones.music())) == ""


def test_two_harmonics_of_a_high_voice_are_no_star() -> None:
    """Third and fourth harmonic of 307 Hz lie within 2.5 % of `*`, but not both as a key does."""
    times = np.arange(8000) / 8000
    voice = sum(0.2 * np.sin(2 * np.pi * 307 * n * times) for n in (3, 4))
    assert heard(tones.pcm(np.asarray(voice))) == ""


def test_a_high_voice_that_falls_across_a_star_presses_no_key() -> None:
    """As a synthesised woman's: two harmonics near `*` for 45 ms, which a held key never leaves."""
    times = np.arange(360) / 8000
    low, high = (2 * np.pi * np.cumsum(hertz - 450 * times) / 8000 for hertz in (930, 1234))
    voice = 0.3 * np.sin(low) + 0.2 * np.sin(high)
    assert heard(tones.pcm(np.concatenate([np.zeros(200), voice, np.zeros(400)]))) == ""


def test_noise_presses_no_key() -> None:
    rng = np.random.default_rng(11)
    assert heard(tones.pcm(rng.normal(0, 0.1, 60 * 8000))) == ""


def test_a_caller_may_press_a_key_while_the_greeting_comes_back_as_an_echo() -> None:
    rng = np.random.default_rng(3)
    hum = convert.resample(rng.normal(0, 1, 16000 * 4), 16000)
    echo = hum * 10 ** (-38 / 20) / np.sqrt(np.mean(hum**2))
    keys = dtmf.digits_to_samples("1470", on=0.1, level=-12) / 32768
    assert heard(tones.pcm(keys + echo[: len(keys)])) == "1470"


def test_the_speech_of_a_call_that_ends_in_an_odd_byte_does_no_harm() -> None:
    detector = dtmf.Detector()
    assert detector.feed(b"") == detector.feed(b"\x01") == detector.feed(bytes(321)) == ""
