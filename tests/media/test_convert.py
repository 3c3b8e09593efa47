"""An uploaded sound file becomes ours, or is refused with a word the owner understands."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.errors import HotlineError
from hotline.media import children, convert, tones, uploaded, wav
from hotline.media.unwanted import WORDS, Unwanted

GUID = bytes.fromhex("000000001000800000aa00389b71")


def sine(hertz: float, rate: int, seconds: float = 1.0, peak: float = 0.5) -> tones.Wave:
    return np.asarray(peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate))


def encoded(samples: tones.Wave, kind: int, bits: int) -> bytes:
    if kind == 3:
        return samples.astype(f"<f{bits // 8}").tobytes()
    if bits == 8:
        return np.round(samples * 127 + 128).astype(np.uint8).tobytes()
    whole = np.round(samples * (2 ** (bits - 1) - 1)).astype("<i4")
    return whole.view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()


def riff(
    data: bytes, kind: int, channels: int, rate: int, bits: int, *, extensible: bool = False,
    claimed: int | None = None, before: bytes = b"",
) -> bytes:  # fmt: skip
    align = channels * bits // 8
    tag = 0xFFFE if extensible else kind
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * align % 2**32, align, bits)
    if extensible:
        form += struct.pack("<HHIH", 22, bits, 3, kind) + GUID
    chunks = before + b"fmt " + struct.pack("<I", len(form)) + form
    chunks += b"data" + struct.pack("<I", len(data) if claimed is None else claimed) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


async def imported(tmp_path: Path, content: bytes) -> wav.Samples:
    source, target = tmp_path / "upload.wav", tmp_path / "ours.wav"
    source.write_bytes(content)
    seconds = await uploaded.import_sound(source, target)
    samples = wav.read(target)
    assert seconds == pytest.approx(len(samples) / 8000, abs=0.001)
    return samples


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def refusal(tmp_path: Path, content: bytes) -> str:
    with pytest.raises(HotlineError) as refused:
        await imported(tmp_path, content)
    assert names(tmp_path) == ["upload.wav"]
    return refused.value.cause


@pytest.mark.parametrize(
    ("kind", "bits", "channels", "rate", "extensible"),
    [
        (1, 8, 1, 8000, False),
        (1, 16, 2, 44100, False),
        (1, 24, 2, 48000, True),
        (1, 32, 1, 96000, False),
        (3, 32, 2, 22050, True),
        (3, 64, 1, 11025, False),
    ],
)
async def test_every_common_kind_of_wav_file_becomes_ours(
    tmp_path: Path, kind: int, bits: int, channels: int, rate: int, extensible: bool
) -> None:
    sound = np.repeat(sine(1150, rate), channels)
    content = riff(encoded(sound, kind, bits), kind, channels, rate, bits, extensible=extensible)
    ours = await imported(tmp_path, content)
    assert len(ours) == pytest.approx(8000, abs=500)
    assert tones.heard(ours, [1150, 1250]) == {1150}


async def test_the_longest_sound_that_is_promised_is_taken(tmp_path: Path) -> None:
    sound = np.tile(sine(1150, 16000), convert.LONGEST_SECONDS)
    ours = await imported(tmp_path, riff(encoded(sound, 1, 16), 1, 1, 16000, 16))
    assert len(ours) == pytest.approx(8000 * convert.LONGEST_SECONDS, rel=0.01)


async def test_other_chunks_before_the_sound_do_not_matter(tmp_path: Path) -> None:
    data = encoded(sine(1150, 8000), 1, 16)
    before = b"LIST" + struct.pack("<I", 3) + b"abc\0" + b"JUNK" + struct.pack("<I", 0)
    ours = await imported(tmp_path, riff(data, 1, 1, 8000, 16, before=before))
    assert tones.heard(ours, [1150]) == {1150}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "ends too early"),
        (b"garbage" * 100, "not a WAV file"),
        (b"ID3\x03" + bytes(500), "compressed"),
        (b"OggS\0\x02" + bytes(500), "compressed"),
        (b"\0\0\0\x20ftypM4A " + bytes(500), "compressed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "not a WAV file"),
        (b"%PDF-1.7\nRIFF\0\0\0\0WAVEfmt " + bytes(500), "not a WAV file"),
        (riff(b"", 1, 1, 8000, 16), "no sound"),
        (riff(bytes(8), 1, 1, 8000, 16, claimed=0xFFFFFFFF), "longer than it is"),
        (riff(bytes(8), 1, 1, 8000, 16, claimed=10), "longer than it is"),
        (riff(bytes(16000), 1, 1, 8000, 16), "only silence"),
        (riff(bytes(800), 1, 8, 8000, 16), "two channels"),
        (riff(bytes(800), 1, 0, 8000, 16), "two channels"),
        (riff(bytes(800), 1, 1, 0, 16), "sampling rate"),
        (riff(bytes(800), 1, 1, 2**31, 16), "sampling rate"),
        (riff(bytes(800), 1, 1, 8000, 0), "does not know"),
        (riff(bytes(800), 85, 1, 8000, 16), "does not know"),
        (riff(bytes(4001 * 910), 1, 1, 4000, 8), "longer than 5 minutes"),
        (riff(bytes(8), 1, 1, 8000, 16)[:36], "ends too early"),
        (b"RIFF\0\0\0\0WAVE" + b"JUNK\0\0\0\0" * 100000, "no sound"),
        (b"RIFF\0\0\0\0WAVEdata\x02\0\0\0\0\0", "how its sound is stored"),
    ],
)
async def test_a_hostile_file_is_refused_with_a_clear_word(
    tmp_path: Path, content: bytes, words: str
) -> None:
    assert words in await refusal(tmp_path, content)


async def test_floats_that_are_no_numbers_do_no_harm(tmp_path: Path) -> None:
    sound = sine(1150, 8000, 2.0)
    sound[100:4000] = np.nan
    sound[5000] = np.inf
    ours = await imported(tmp_path, riff(sound.astype("<f4").tobytes(), 3, 1, 8000, 32))
    assert tones.heard(ours, [1150]) == {1150}


async def test_a_file_that_needs_too_much_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploaded, "WALL_SECONDS", 0.0)
    cause = await refusal(tmp_path, riff(encoded(sine(500, 8000), 1, 16), 1, 1, 8000, 16))
    assert "too long to convert" in cause


async def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    source = tmp_path / "upload.wav"
    with source.open("wb") as file:
        file.truncate(convert.LARGEST_FILE + 1)
    with pytest.raises(HotlineError, match="larger than 200 MB"):
        await uploaded.import_sound(source, tmp_path / "ours.wav")


class TestTheFinishOfASound:
    def test_lets_through_what_a_telephone_carries(self) -> None:
        for hertz in (300, 1000, 2000, 3300):
            ours = convert.resample(sine(hertz, 44100), 44100)
            assert np.sqrt(2 * np.mean(ours**2)) == pytest.approx(0.5, rel=0.03), hertz

    @pytest.mark.parametrize("hertz", [4050, 5000, 7500, 9000, 12000])
    def test_lets_nothing_alias_into_the_band(self, hertz: int) -> None:
        ours = convert.resample(sine(hertz, 44100), 44100)[400:-400]
        assert np.sqrt(np.mean(ours**2)) < 0.0005

    @pytest.mark.parametrize(("hertz", "at_most"), [(50, 0.001), (3950, 0.001), (3850, 0.03)])
    def test_takes_away_hum_and_what_a_line_would_not_carry(
        self, hertz: int, at_most: float
    ) -> None:
        ours = convert.resample(sine(hertz, 8000, 4.0), 8000)[800:-800]
        assert np.sqrt(np.mean(ours**2)) < at_most

    def test_joins_the_pieces_of_a_long_sound_without_a_seam(self) -> None:
        ours = convert.resample(sine(1000, 22050, 25.0), 22050)
        ideal = sine(1000, 8000, 25.0)
        assert np.abs(ours - ideal)[800:-800].max() < 0.01

    @pytest.mark.parametrize("peak", [0.003, 0.05, 0.9])
    def test_brings_quiet_and_loud_sounds_to_one_loudness(self, peak: float) -> None:
        ours = convert.telephone(sine(800, 8000, peak=peak))
        assert convert.level(ours / 32768) == pytest.approx(convert.LOUDNESS, abs=0.5)

    def test_bends_a_loud_peak_instead_of_clipping_it(self) -> None:
        sound = np.random.default_rng(1).normal(0, 0.01, 8000)
        sound[4000:4004] = 1.0
        peak = convert.telephone(sound)[3990:4010].max() / 32768
        assert 0.8 < peak <= 0.9

    def test_is_as_loud_with_a_click_in_it_as_without(self) -> None:
        sound = np.random.default_rng(1).normal(0, 0.01, 16000)
        clicked = sound.copy()
        clicked[4000] = 1.0
        assert convert.level(clicked) == pytest.approx(convert.level(sound), abs=1)

    def test_leaves_a_short_breath_of_silence_at_both_ends(self) -> None:
        sound = np.concatenate([np.zeros(8000), sine(800, 8000), np.zeros(8000)])
        assert len(convert.telephone(sound)) == pytest.approx(8000 + 800, abs=200)


# --- whatever comes, it is sound or a word -------------------------------------------------------


def pieces_of_files() -> st.SearchStrategy[bytes]:
    """Headers of all kinds, true and untrue, around little or much data."""
    numbers = st.one_of(st.integers(0, 9), st.just(8191))
    good = st.builds(
        riff,
        st.binary(max_size=2000),
        kind=st.sampled_from([0, 1, 3, 6, 7, 85, 0xFFFE]),
        channels=numbers,
        rate=st.sampled_from([0, 1, 3999, 4000, 8000, 44100, 192000, 192001, 2**32 - 1]),
        bits=st.sampled_from([0, 4, 8, 12, 16, 24, 32, 64]),
        extensible=st.booleans(),
        claimed=st.one_of(st.none(), st.integers(0, 2**32 - 1)),
        before=st.binary(max_size=30),
    )
    torn = st.builds(lambda whole, at: whole[:at], good, st.integers(0, 2200))
    struck = st.builds(
        lambda whole, at, byte: whole[: at % len(whole)] + bytes([byte]) + whole[at % len(whole) :],
        good,
        st.integers(0, 2000),
        st.integers(0, 255),
    )
    return st.one_of(good, torn, struck, st.binary(max_size=200))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=pieces_of_files())
def test_whatever_comes_is_sound_or_is_refused_in_words(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "upload", Path(folder) / "ours.wav"
        source.write_bytes(content)
        why = None
        try:
            with np.errstate(all="ignore"):
                convert._convert(source, target)
        except convert._Refused as refused:
            why = refused.why
        assert set(names(Path(folder))) == ({"upload"} if why else {"upload", "ours.wav"})
        assert why in WORDS or len(wav.read(target)) > 0


def test_every_reason_has_its_words() -> None:
    assert set(WORDS) == set(Unwanted)


def test_the_child_that_reads_it_reaches_no_network() -> None:
    if subprocess.run(["unshare", "--user", "--net", "true"], check=False).returncode:
        pytest.skip("this machine lets nobody do without a network")
    with socket.create_server(("127.0.0.1", 0)) as server:
        script = (
            "import socket\n"
            "from hotline.media import convert\n"
            "convert._limit_self()\n"
            f"socket.create_connection(('127.0.0.1', {server.getsockname()[1]}))\n"
        )
        run = subprocess.run(
            [sys.executable, "-c", script],
            env=children.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    assert "Network is unreachable" in run.stderr
