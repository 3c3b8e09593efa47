"""Sounds without words: what callers hear while they wait, and who hears whom in a test call."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from hotline.errors import HotlineError
from hotline.media import sounds, tones, wav

FREQUENCIES = [party.frequency for party in tones.PARTIES]


def dbfs(samples: tones.Wave) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples**2))))


class TestTheMusic:
    def test_is_half_a_minute_at_a_pleasant_level(self) -> None:
        music = tones.music()
        assert len(music) == 30 * 8000
        assert dbfs(music) == pytest.approx(-20, abs=0.1)
        assert np.abs(music).max() < 0.7

    def test_repeats_without_a_click(self) -> None:
        music = tones.music()
        steps = np.abs(np.diff(music))
        assert abs(music[0] - music[-1]) <= np.percentile(steps, 99.5)

    def test_lies_in_the_band_a_telephone_carries(self) -> None:
        music = tones.music()
        power = np.abs(np.fft.rfft(music)) ** 2
        hertz = np.fft.rfftfreq(len(music), 1 / 8000)
        assert power[(hertz > 250) & (hertz < 3400)].sum() > 0.98 * power.sum()

    def test_is_never_silent_for_a_second(self) -> None:
        seconds = tones.music().reshape(30, 8000)
        assert min(dbfs(second) for second in seconds) > -35


class TestTheFiles:
    def test_are_ours_and_made_once(self, tmp_path: Path) -> None:
        made = tones.files(tmp_path / "sounds", "RO")
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "sounds").iterdir()}
        assert tones.files(tmp_path / "sounds", "RO") == made
        assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "sounds").iterdir()}
        for path in before:
            assert len(wav.read(path)) > 0

    async def test_are_there_before_the_box_answers(self, tmp_path: Path) -> None:
        ready = await sounds.ready(tmp_path / "made", "GB")
        there = tones.files(tmp_path / "here", "GB")
        for name, path in vars(ready).items():
            assert path.read_bytes() == vars(there)[name].read_bytes()

    async def test_say_when_there_is_no_room_for_them(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(HotlineError, match="disk is full"):
            await sounds.ready(tmp_path / "file", "MD")

    def test_ring_as_callers_of_the_country_know_it(self, tmp_path: Path) -> None:
        europe = wav.read(tones.files(tmp_path).ringback) / 32768
        assert len(europe) == 5 * 8000
        assert tones.heard(tones.pcm(europe[:8000]), [425]) == {425}
        assert np.abs(europe[8000:]).max() == 0
        american = wav.read(tones.files(tmp_path, "us").ringback)
        assert tones.heard(american, [440, 480]) == {440, 480}

    def test_beep_is_a_short_soft_kilohertz(self, tmp_path: Path) -> None:
        beep = wav.read(tones.files(tmp_path).beep)
        assert len(beep) == 2400
        assert dbfs(beep / 32768) == pytest.approx(-16, abs=0.3)
        assert abs(int(beep[0])) + abs(int(beep[-1])) < 100


class TestWhoHearsWhom:
    @pytest.mark.parametrize("several", list(itertools.combinations(tones.PARTIES[:6], 2)))
    def test_two_parties_at_once_are_told_apart(self, several: tuple[tones.TestTone, ...]) -> None:
        mixed = np.sum([party.samples(1.0) / 32768 for party in several], axis=0)
        assert tones.heard(tones.pcm(mixed), FREQUENCIES) == {p.frequency for p in several}

    @pytest.mark.parametrize("party", tones.PARTIES)
    def test_each_party_is_heard_alone(self, party: tones.TestTone) -> None:
        assert tones.heard(party.samples(0.5), FREQUENCIES) == {party.frequency}

    def test_a_faint_party_is_heard_beside_a_loud_one_and_noise(self) -> None:
        faint, loud = tones.TestTone(550, -38), tones.TestTone(1850, -12)
        noise = np.random.default_rng(4).normal(0, 0.005, 8000)
        mixed = faint.samples(1.0) / 32768 + loud.samples(1.0) / 32768 + noise
        assert tones.heard(tones.pcm(mixed), FREQUENCIES) == {550, 1850}

    def test_a_party_heard_only_in_passing_counts(self) -> None:
        sound = np.concatenate([np.zeros(3000), tones.tone((550,), 0.45, -20), np.zeros(9000)])
        assert tones.heard(tones.pcm(sound), FREQUENCIES) == {550}

    def test_nobody_is_heard_in_music_noise_or_silence(self) -> None:
        noise = np.random.default_rng(9).normal(0, 0.1, 8000 * 5)
        for sound in (tones.music(), noise, np.zeros(8000), np.zeros(10)):
            assert tones.heard(tones.pcm(sound), FREQUENCIES) == set()

    def test_frames_of_a_party_join_without_a_click(self) -> None:
        party = tones.TestTone(1150)
        joined = b"".join(itertools.islice(party.frames(), 50))
        samples = np.frombuffer(joined, dtype=np.int16)
        assert len(samples) == 8000
        assert np.abs(np.diff(samples.astype(int), 2)).max() < 0.9**2 * 4642
