"""What is drawn of a recording, and which of its pauses may be left out."""

from __future__ import annotations

import math
import random
import struct
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from hotline_web.waveform import BARS, LEFT_S, shape_of

RATE = 8000
LOUD, SILENT = 9000, 20


def written(path: Path, parts: Sequence[tuple[float, int]]) -> Path:
    """A recording of parts: seconds, and how loud; a tone where it is loud, noise elsewhere."""
    noise = random.Random(1)
    samples: list[int] = []
    for seconds, height in parts:
        for n in range(round(seconds * RATE)):
            turn = math.sin(2 * math.pi * 440 * n / RATE)
            samples.append(round(height * turn) if height > SILENT else noise.randint(-20, 20))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path


def test_the_picture_is_high_where_somebody_speaks_and_low_where_nobody_does(
    tmp_path: Path,
) -> None:
    shape = shape_of(written(tmp_path / "a.wav", [(4, LOUD), (4, SILENT), (4, LOUD // 4)]))
    assert shape
    third = BARS // 3
    assert len(shape.bars) == BARS
    assert min(shape.bars[: third - 1]) > 95
    assert max(shape.bars[third + 1 : 2 * third - 1]) < 15
    assert 30 < min(shape.bars[2 * third + 1 :]) < 80  # soft speech is seen


def test_a_long_pause_is_found_but_for_its_edges_and_a_short_one_is_left(tmp_path: Path) -> None:
    parts = [(2, LOUD), (3, SILENT), (2, LOUD), (0.5, SILENT), (2, LOUD)]
    shape = shape_of(written(tmp_path / "a.wav", parts))
    assert shape
    assert shape.seconds == pytest.approx(9.5)
    ((begin, end),) = shape.pauses
    assert (begin, end) == (
        pytest.approx(2 + LEFT_S, abs=0.06),
        pytest.approx(5 - LEFT_S, abs=0.06),
    )
    assert shape.spared == pytest.approx(end - begin)


def test_silence_before_and_after_is_a_pause_too(tmp_path: Path) -> None:
    shape = shape_of(written(tmp_path / "a.wav", [(2, SILENT), (2, LOUD), (2, SILENT)]))
    assert shape
    assert len(shape.pauses) == 2


def test_where_nobody_speaks_nothing_is_left_out(tmp_path: Path) -> None:
    shape = shape_of(written(tmp_path / "a.wav", [(5, SILENT)]))
    assert shape
    assert shape.pauses == ()
    assert max(shape.bars) < 50  # noise does not look like speech


def test_of_a_few_words_in_a_long_silence_the_silence_is_left_out(tmp_path: Path) -> None:
    shape = shape_of(written(tmp_path / "a.wav", [(20, SILENT), (1.5, LOUD), (20, SILENT)]))
    assert shape
    assert shape.spared > 38


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no recording at all" * 10])
def test_what_is_no_recording_is_not_drawn(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    assert shape_of(path) is None
    assert shape_of(tmp_path / "missing.wav") is None


def test_of_a_recording_that_a_power_cut_ended_the_rest_is_drawn(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", [(4, LOUD)])
    path.write_bytes(path.read_bytes()[: RATE * 4 + 45])  # two seconds, and half a sample
    shape = shape_of(path)
    assert shape
    assert shape.seconds == pytest.approx(2, abs=0.01)
