"""A recording is playable after a power cut, and our own files are told from others."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.media.test_recorder import sound_in, speech

from hotline.errors import HotlineError
from hotline.media import wav


class TestRepair:
    def half_written(self, path: Path, sound: bytes, claimed: int = 0) -> Path:
        path.write_bytes(wav.header(claimed) + sound)
        return path

    @given(length=st.integers(0, 700), claimed=st.integers(0, 2**31))
    def test_takes_the_length_from_what_is_there(
        self, tmp_path_factory: pytest.TempPathFactory, length: int, claimed: int
    ) -> None:
        path = tmp_path_factory.mktemp("repair") / "a.wav"
        self.half_written(path, bytes(range(256)) * 3, claimed)
        os.truncate(path, wav.HEADER_BYTES + length)
        seconds = wav.repair(path)
        assert seconds == (length // 2) / 8000
        assert sound_in(path) == (bytes(range(256)) * 3)[: length & ~1]
        before = path.read_bytes()
        assert wav.repair(path) == seconds
        assert path.read_bytes() == before

    @pytest.mark.parametrize("size", range(0, 45, 4))
    def test_of_a_file_cut_inside_its_header_is_an_empty_recording(
        self, tmp_path: Path, size: int
    ) -> None:
        path = tmp_path / "a.wav"
        path.write_bytes(wav.header(1000)[:size])
        assert wav.repair(path) == 0
        assert len(wav.read(path)) == 0

    def test_of_a_file_whose_header_the_card_lost_keeps_the_sound(self, tmp_path: Path) -> None:
        path = tmp_path / "a.wav"
        path.write_bytes(bytes(wav.HEADER_BYTES) + speech(1))
        assert wav.repair(path) == 1
        assert sound_in(path) == speech(1)

    @pytest.mark.parametrize(
        "content", [b"garbage" * 50, b"MZ", wav.header(0).replace(b"\x40\x1f", b"\x44\xac") * 4]
    )
    def test_leaves_foreign_files_alone_and_says_so(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "a.wav"
        path.write_bytes(content)
        with pytest.raises(HotlineError, match=r"a\.wav is not a recording"):
            wav.repair(path)
        assert path.read_bytes() == content


class TestReadAndWrite:
    def test_give_back_what_was_written(self, tmp_path: Path) -> None:
        samples = np.array([0, 1, -1, 32767, -32768], dtype=np.int16)
        wav.write(tmp_path / "a.wav", samples)
        assert wav.read(tmp_path / "a.wav").tolist() == samples.tolist()
        assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]

    def test_of_a_foreign_file_say_what_to_do(self, tmp_path: Path) -> None:
        (tmp_path / "a.wav").write_bytes(b"no sound")
        with pytest.raises(HotlineError, match="Upload"):
            wav.read(tmp_path / "a.wav")
