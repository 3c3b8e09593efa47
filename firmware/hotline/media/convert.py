"""Foreign sound made into ours: telephone band, even loudness, no silence at the ends.

An uploaded file is hostile until proved otherwise, so it is opened only in a child process with
limits (`python -m hotline.media.convert SOURCE TARGET`), which `uploaded` starts. Only what this
file has written itself ever reaches the sound engine.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from hotline.background import give_way
from hotline.media import wav
from hotline.media.engine import CLOCK_RATE
from hotline.media.unwanted import LARGEST_MEGABYTES, LONGEST_MINUTES, Unwanted
from hotline.media.uploaded import REFUSED

Wave = npt.NDArray[np.floating[Any]]

LOUDNESS = -19.0  # dBFS, rms of what is not a pause
PEAK = 0.89  # -1 dBFS
_KNEE = 0.4
_MOST_GAIN = 100.0
LONGEST_SECONDS = LONGEST_MINUTES * 60
LARGEST_FILE = LARGEST_MEGABYTES << 20
MEMORY = 256 << 20
CPU_SECONDS = 10
FILES = 16  # open at once

PASS_HZ, STOP_HZ = 3500.0, 3900.0
_PIECE, _MARGIN = 10, 1  # seconds

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
_COMPRESSED = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"OggS", b"fLaC", b"\x1aE\xdf\xa3")
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # unshare(2)


class _Refused(Exception):  # noqa: N818 - an answer, not a mistake
    """The file is not wanted."""

    def __init__(self, why: Unwanted) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class _Layout:
    """What a WAV file says of itself, checked. Frames are samples of all channels."""

    kind: int
    channels: int
    rate: int
    width: int
    start: int
    frames: int


def _layout(file: BinaryIO, size: int) -> _Layout:
    """Walk the chunks. Every length is checked against what is really there."""
    start = _exactly(file, 12)
    riff, _, form = struct.unpack("<4sI4s", start)
    if start.startswith(_COMPRESSED) or start[4:8] == b"ftyp":
        raise _Refused(Unwanted.COMPRESSED)
    if riff != b"RIFF" or form != b"WAVE":
        raise _Refused(Unwanted.NOT_WAV)
    form_chunk: bytes | None = None
    for _ in range(64):
        name, length = struct.unpack("<4sI", _exactly(file, 8))
        if length > size - file.tell():
            raise _Refused(Unwanted.CLAIMS_MORE)
        if name == b"data":
            return _checked(form_chunk, file.tell(), length)
        if name == b"fmt ":
            form_chunk = _exactly(file, min(length, 40))
            length -= len(form_chunk)
        file.seek(length + (length & 1), os.SEEK_CUR)
    raise _Refused(Unwanted.NO_SOUND)


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise _Refused(Unwanted.ENDS_EARLY)
    return data


def _checked(form: bytes | None, start: int, length: int) -> _Layout:
    if form is None or len(form) < 16:
        raise _Refused(Unwanted.NOT_SAID_HOW)
    kind, channels, rate, _, align, bits = struct.unpack("<HHIIHH", form[:16])
    if kind == _EXTENSIBLE:
        if len(form) < 40 or form[26:40] != _GUID_TAIL:
            raise _Refused(Unwanted.STRANGE_KIND)
        (kind,) = struct.unpack("<H", form[24:26])
    if (kind, bits) not in _DECODERS:
        raise _Refused(Unwanted.STRANGE_KIND)
    if channels not in (1, 2) or align != channels * bits // 8:
        raise _Refused(Unwanted.CHANNELS)
    if not 4000 <= rate <= 192000:
        raise _Refused(Unwanted.RATE)
    frames = length // align
    if frames == 0:
        raise _Refused(Unwanted.NO_SOUND)
    if frames > LONGEST_SECONDS * rate:
        raise _Refused(Unwanted.TOO_LONG)
    return _Layout(kind, channels, rate, bits // 8, start, frames)


def _pcm24(data: bytes) -> Wave:
    padded = np.zeros((len(data) // 3, 4), dtype=np.uint8)
    padded[:, 1:] = np.frombuffer(data, dtype=np.uint8).reshape(-1, 3)
    return padded.reshape(-1).view("<i4") / 2.0**31


_DECODERS: dict[tuple[int, int], Callable[[bytes], Wave]] = {
    (_PCM, 8): lambda data: (np.frombuffer(data, dtype=np.uint8) - 128.0) / 128.0,
    (_PCM, 16): lambda data: np.frombuffer(data, dtype="<i2") / 32768.0,
    (_PCM, 24): _pcm24,
    (_PCM, 32): lambda data: np.frombuffer(data, dtype="<i4") / 2.0**31,
    (_FLOAT, 32): lambda data: np.frombuffer(data, dtype="<f4").astype(np.float64),
    (_FLOAT, 64): lambda data: np.frombuffer(data, dtype="<f8").astype(np.float64),
}


def _decode(data: bytes, layout: _Layout) -> Wave:
    samples = _DECODERS[layout.kind, layout.width * 8](data)
    if layout.kind == _FLOAT:
        samples = np.clip(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)
    mono: Wave = samples.reshape(-1, layout.channels).mean(axis=1)
    return mono


def _pieces(file: BinaryIO, layout: _Layout) -> Iterator[Wave]:
    """The sound in pieces of ten seconds with a second of their neighbours on either side."""
    frame = layout.width * layout.channels
    for first in range(0, layout.frames, _PIECE * layout.rate):
        begin = max(0, first - _MARGIN * layout.rate)
        end = min(layout.frames, first + (_PIECE + _MARGIN) * layout.rate)
        file.seek(layout.start + begin * frame)
        samples = _decode(_exactly(file, (end - begin) * frame), layout)
        before = begin - (first - _MARGIN * layout.rate)
        after = (_PIECE + 2 * _MARGIN) * layout.rate - before - len(samples)
        yield np.pad(samples, (before, after))


def _band_limited(piece: Wave, rate: int) -> Wave:
    """One piece at our rate. Cut at the telephone's band with a soft edge, so nothing aliases.

    Exact for any rate because a piece lasts whole seconds: its spectrum is cut, not its samples.
    """
    spectrum = np.fft.rfft(piece)
    wanted = len(piece) * CLOCK_RATE // rate
    hertz = np.arange(wanted // 2 + 1) * (rate / len(piece))
    edge = np.clip((STOP_HZ - hertz) / (STOP_HZ - PASS_HZ), 0.0, 1.0)
    # Also takes away what a telephone does not carry: hum and rumble below 100 Hz.
    rise = np.clip((hertz - 60.0) / 60.0, 0.0, 1.0)
    ours = np.zeros(wanted // 2 + 1, dtype=np.complex128)
    shared = min(len(ours), len(spectrum))
    ours[:shared] = spectrum[:shared]
    ours *= np.sin(edge * np.pi / 2) ** 2 * rise
    return np.fft.irfft(ours, wanted) * (wanted / len(piece))


def _resampled(pieces: Iterator[Wave], rate: int, frames: int) -> Wave:
    margin = _MARGIN * CLOCK_RATE
    parts = [_band_limited(piece, rate)[margin:-margin].astype(np.float32) for piece in pieces]
    length = max(1, round(frames * CLOCK_RATE / rate))
    return np.concatenate(parts)[:length].astype(np.float64)


def resample(samples: Wave, rate: int) -> Wave:
    """Sound in -1..1 at any whole rate, at 8 kHz within the telephone's band."""
    layout = _Layout(0, 1, rate, 1, 0, len(samples))

    def pieces() -> Iterator[Wave]:
        for first in range(0, layout.frames, _PIECE * rate):
            begin = max(0, first - _MARGIN * rate)
            part = samples[begin : first + (_PIECE + _MARGIN) * rate]
            before = begin - (first - _MARGIN * rate)
            yield np.pad(part, (before, (_PIECE + 2 * _MARGIN) * rate - before - len(part)))

    return _resampled(pieces(), rate, layout.frames)


def level(samples: Wave) -> float:
    """Loudness in dBFS of what is not a pause: 20 ms blocks within 30 dB of the loud ones.

    The loudest twentieth counts like the rest of the loud ones, so that a click weighs nothing.
    """
    if len(samples) == 0:
        return -120.0
    powers = _powers(samples)
    powers = np.minimum(powers, 2 * np.percentile(powers, 95))
    loud = powers[powers >= np.max(powers) / 1000]
    return float(10 * np.log10(max(loud.mean(), 1e-12)))


def _powers(samples: Wave) -> Wave:
    padded = np.pad(samples, (0, -len(samples) % 160))
    powers: Wave = np.mean(np.square(padded.reshape(-1, 160)), axis=1)
    return powers


def trimmed(samples: Wave, keep: float = 0.05) -> Wave:
    """Without the silence at both ends; `keep` seconds of it stay."""
    powers = _powers(samples)
    loud = np.flatnonzero(powers > max(float(np.max(powers)) * 10**-4.0, 1e-8))
    if len(loud) == 0:
        return samples[:0]
    spare = round(keep * CLOCK_RATE)
    return samples[max(0, loud[0] * 160 - spare) : (loud[-1] + 1) * 160 + spare]


def telephone(samples: Wave) -> wav.Samples:
    """The finish of every prompt: trimmed, brought to one loudness, never clipped, 16 bit."""
    samples = trimmed(samples)
    if len(samples) == 0:
        return np.zeros(0, dtype=np.int16)
    gain = min(10 ** ((LOUDNESS - level(samples)) / 20), _MOST_GAIN)
    return np.round(_limited(samples * gain) * 32767).astype(np.int16)


def _limited(samples: Wave) -> Wave:
    """Peaks bent softly to stay below PEAK, so that few loud moments do not keep a prompt quiet."""
    beyond = np.abs(samples) - _KNEE
    bent = _KNEE + (PEAK - _KNEE) * np.tanh(beyond / (PEAK - _KNEE))
    return np.where(beyond > 0, np.sign(samples) * bent, samples)


def _convert(source: Path, target: Path) -> float:
    size = source.stat().st_size
    if size > LARGEST_FILE:
        raise _Refused(Unwanted.TOO_LARGE)
    with source.open("rb") as file:
        layout = _layout(file, size)
        samples = _resampled(_pieces(file, layout), layout.rate, layout.frames)
    ours = telephone(samples)
    if len(ours) == 0:
        raise _Refused(Unwanted.SILENCE)
    wav.write(target, ours)
    return len(ours) / CLOCK_RATE


def _limit_self() -> None:
    """No network where the system lets anybody do without, and little of everything else."""
    ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (32 << 20, 32 << 20))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    give_way()


def _child(source: str, target: str) -> int:
    _limit_self()
    try:
        answer = f"{_convert(Path(source), Path(target)):.3f}"
        status = 0
    except _Refused as refusal:
        answer, status = str(refusal.why), REFUSED
    sys.stdout.write(answer)
    return status


if __name__ == "__main__":
    sys.exit(_child(*sys.argv[1:3]))
