"""What the tests believe to have heard is what was there."""

from __future__ import annotations

import numpy as np
import pytest

from tests.sim import g711, listen
from tests.sim.sip.exchange import TONES
from tests.sim.sound import DTMF, RATE, Loop, Tone, dtmf, noise, silence, speech

WORDS = speech("Welcome. For orders, press one. To leave a complaint, press two.")
SPOKEN = [WORDS, speech("Bună ziua. Apăsați unu.", "ro"), speech("Нажмите один.", "ru")]


@pytest.mark.parametrize("kind", [g711.PCMU, g711.PCMA])
def test_every_code_of_g711_comes_back_as_itself(kind: int) -> None:
    codes = bytes(range(256))
    again = g711.encode(g711.decode(codes, kind), kind)
    same = [a == b for a, b in zip(codes, again, strict=True)]
    assert same.count(False) == (1 if kind == g711.PCMU else 0)  # u-law has two zeros


@pytest.mark.parametrize(
    ("kind", "code", "value"),
    [
        (g711.PCMU, 0xFF, 0),
        (g711.PCMU, 0x80, 32124),
        (g711.PCMU, 0x00, -32124),
        (g711.PCMA, 0xD5, 8),
        (g711.PCMA, 0xAA, 32256),
        (g711.PCMA, 0x2A, -32256),
    ],
)
def test_values_of_the_standard(kind: int, code: int, value: int) -> None:
    assert g711.decode(bytes([code]), kind)[0] == value
    assert g711.encode(np.array([value], dtype=np.int16), kind) == bytes([code])


@pytest.mark.parametrize("hertz", TONES)
def test_each_party_is_told_from_all_others_at_once(hertz: int) -> None:
    others = [Tone(other, 0.06) for other in TONES if other != hertz]
    parts = np.array([tone.lasting(0.2) for tone in others])
    crowd = np.asarray(parts.sum(axis=0), dtype=np.int16)
    assert not listen.sounds(crowd[: listen.WINDOW], Tone(hertz))
    with_it = crowd + Tone(hertz, 0.06).lasting(0.2)
    assert listen.sounds(with_it[: listen.WINDOW], Tone(hertz))


def test_no_party_sounds_like_a_key() -> None:
    keys = {hertz for pair in DTMF.values() for hertz in pair}
    assert min(abs(tone - key) for tone in TONES for key in keys) >= 80


def test_tones_are_named_strongest_first() -> None:
    both = Tone(550, 0.1).lasting(0.2) + Tone(2010, 0.3).lasting(0.2)
    assert listen.tones(both) == (2010, 550)


@pytest.mark.parametrize("words", SPOKEN, ids=["en", "ro", "ru"])
def test_speech_is_heard_as_speech(words: g711.Samples) -> None:
    places = range(0, len(words) - RATE // 2, RATE // 20)
    found = [listen.is_speech(words[place : place + RATE // 2]) for place in places]
    assert sum(found) > 0.8 * len(found)  # the rest are pauses


@pytest.mark.parametrize(
    "sound",
    [
        silence(0.5),
        Tone(425).lasting(0.5),
        np.concatenate([Tone(425).lasting(0.25), silence(0.25)]),
        Tone(1750).lasting(0.5) + Tone(550).lasting(0.5),
        Tone(440).lasting(0.5) + Tone(480).lasting(0.5),
        dtmf("12"),
    ],
    ids=["silence", "dial tone", "busy tone", "two parties", "ringback", "keys"],
)
def test_what_is_no_speech_is_not_taken_for_it(sound: g711.Samples) -> None:
    assert not listen.is_speech(sound[: RATE // 2])


def test_keys_in_the_sound_are_read_each_once() -> None:
    assert listen.keys(dtmf("123A456B789C*0#D", on=0.05, off=0.05)) == "123A456B789C*0#D"


def test_no_key_is_read_into_speech() -> None:
    assert listen.keys(WORDS) == ""


@pytest.mark.parametrize("start", [0, 160, 777, 4001])
def test_the_beginning_of_a_tone_is_found_to_a_millisecond(start: int) -> None:
    sound = np.concatenate([noise(start / RATE, 3, 0.001), Tone(1030).lasting(0.5)])
    found = listen.onset(sound, Tone(1030))
    assert found is not None
    assert abs(found - start) <= RATE // 1000


def test_a_clipped_word_is_found_and_measured() -> None:
    piece = noise(2.0, seed=4)
    match = listen.find(piece, np.concatenate([silence(1), piece[RATE // 2 :]]))
    assert match.offset == RATE - RATE // 2
    assert match.head_lost == pytest.approx(0.5, abs=0.02)
    assert match.tail_lost == 0


def test_a_cut_end_is_found_and_measured() -> None:
    piece = noise(2.0, seed=4)
    match = listen.find(piece, piece[: RATE * 3 // 2])
    assert match.head_lost == 0
    assert match.tail_lost == pytest.approx(0.5, abs=0.02)


def test_what_was_never_said_is_not_found() -> None:
    assert listen.find(noise(1.0, seed=1), noise(3.0, seed=2)).likeness < 0.1


def test_what_was_said_is_kept_though_clocks_and_jitter_moved_it_a_little() -> None:
    said = noise(2.0, seed=4)
    fine = np.fft.irfft(np.fft.rfft(said), len(said) * 16) * 16
    faster = fine[(np.arange(len(said) / 1.002) * 16.032).astype(int)].astype(np.int16)
    moved = np.concatenate([silence(0.5), faster[:7000], faster[7160:]])
    assert listen.kept(said, moved) > 0.9


def test_what_is_not_there_or_not_in_its_order_is_not_kept() -> None:
    said = noise(2.0, seed=4)
    first, second = np.split(said, 2)
    assert listen.kept(said, noise(3.0, seed=5)) == 0
    assert listen.kept(said, second) == 0.5
    assert listen.kept(said, np.concatenate([second, first])) == 0.5


def test_a_word_is_found_at_the_pace_of_another_clock_and_a_torn_word_is_not() -> None:
    word, places = WORDS[:RATE], np.arange(RATE)
    slower = np.interp(places / 1.0018, places, word).astype(np.int16)
    torn = np.concatenate([word[:3000], silence(0.05), word[3000:]])
    assert listen.find(word, slower).likeness < 0.9
    assert listen.find_at_any_pace(word, slower).likeness > 0.9
    assert listen.find_at_any_pace(word, torn).likeness < 0.9


def test_what_was_heard_is_told_in_words() -> None:
    sound = np.concatenate([silence(1), Tone(1100).lasting(1), silence(0.4)])
    assert listen.in_words(sound) == "silence 0.0-1.0 s, 1100 Hz 1.0-2.0 s, silence 2.0-2.4 s"


def test_a_sound_depends_on_its_position_alone() -> None:
    for sound in (Tone(1750), Loop(noise(0.3, seed=9))):
        whole = sound.at(0, 3 * RATE)
        parts = np.concatenate([sound.at(n, 160) for n in range(0, 3 * RATE, 160)])
        assert np.array_equal(whole, parts)
