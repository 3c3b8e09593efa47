"""Foreign sound made into ours: telephone band, even loudness, no silence at the ends.

An uploaded file is hostile until proved otherwise, so it is opened only in a child process with
limits (`python -m hotline.media.convert SOURCE TARGET`). Only what this file has written itself
ever reaches the sound engine.
"""

from __future__ import annotations

import asyncio
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

from hotline.errors import HotlineError
from hotline.media import children, wav
from hotline.media.engine import CLOCK_RATE

Wave = npt.NDArray[np.floating[Any]]

LOUDNESS = -19.0  # dBFS, rms of what is not a pause
PEAK = 0.89  # -1 dBFS
_KNEE = 0.4
_MOST_GAIN = 100.0
LONGEST_SECONDS = 15 * 60
LARGEST_FILE = 200 << 20
MEMORY = 256 << 20
CPU_SECONDS = 10
WALL_SECONDS = 60.0

PASS_HZ, STOP_HZ = 3500.0, 3900.0
_PIECE, _MARGIN = 10, 1  # seconds
_REFUSED = 3  # exit status of a child that understood the file and does not want it

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
_CONVERT_AGAIN = "Save it again as an ordinary WAV file (PCM, 16 bit) and upload that."


async def import_sound(source: Path, target: Path) -> float:
    """Convert an uploaded WAV file into one of ours at `target`; returns its seconds.

    PCM of 8 to 32 bits or floats, any rate from 4 to 192 kHz, mono or stereo, 15 min at most.
    `target` appears complete or not at all. Raises HotlineError with a plain word when the file is
    refused, OSError when the child cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *children.command("hotline.media.convert", str(source), str(target)),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, env=children.environment(),
    )  # fmt: skip
    try:
        async with asyncio.timeout(WALL_SECONDS):
            answer, _ = await process.communicate()
    except TimeoutError:
        raise _refused(source, "takes too long to convert") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        for part in target.parent.glob(f".{target.name}.{process.pid}.*.part"):
            part.unlink(missing_ok=True)
    if process.returncode == 0:
        return float(answer)
    words = answer.decode("utf-8", "replace").strip() if process.returncode == _REFUSED else ""
    raise _refused(source, words or "takes too much memory, time or space to convert")


def _refused(source: Path, words: str) -> HotlineError:
    return HotlineError(f"The sound file {source.name} {words}.", _CONVERT_AGAIN)


class _Unwanted(Exception):  # noqa: N818 - an answer, not a mistake
    """Why a file is refused, as the rest of the sentence "The sound file X ..."."""


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
    riff, _, form = struct.unpack("<4sI4s", _exactly(file, 12))
    if riff != b"RIFF" or form != b"WAVE":
        raise _Unwanted("is not a WAV file")
    form_chunk: bytes | None = None
    for _ in range(64):
        name, length = struct.unpack("<4sI", _exactly(file, 8))
        if length > size - file.tell():
            raise _Unwanted("claims to be longer than it is")
        if name == b"data":
            return _checked(form_chunk, file.tell(), length)
        if name == b"fmt ":
            form_chunk = _exactly(file, min(length, 40))
            length -= len(form_chunk)
        file.seek(length + (length & 1), os.SEEK_CUR)
    raise _Unwanted("has no sound in it")


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise _Unwanted("ends too early")
    return data


def _checked(form: bytes | None, start: int, length: int) -> _Layout:
    if form is None or len(form) < 16:
        raise _Unwanted("does not say how its sound is stored")
    kind, channels, rate, _, align, bits = struct.unpack("<HHIIHH", form[:16])
    if kind == _EXTENSIBLE:
        if len(form) < 40 or form[26:40] != _GUID_TAIL:
            raise _Unwanted("is stored in a way that the box does not know")
        (kind,) = struct.unpack("<H", form[24:26])
    if (kind, bits) not in _DECODERS:
        raise _Unwanted("is compressed or stored in a way that the box does not know")
    if channels not in (1, 2) or align != channels * bits // 8:
        raise _Unwanted("has more than two channels, or contradicts itself")
    if not 4000 <= rate <= 192000:
        raise _Unwanted("has an unusual sampling rate")
    frames = length // align
    if frames == 0:
        raise _Unwanted("has no sound in it")
    if frames > LONGEST_SECONDS * rate:
        raise _Unwanted(f"is longer than {LONGEST_SECONDS // 60} minutes")
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
        raise _Unwanted(f"is larger than {LARGEST_FILE >> 20} MB")
    with source.open("rb") as file:
        layout = _layout(file, size)
        samples = _resampled(_pieces(file, layout), layout.rate, layout.frames)
    ours = telephone(samples)
    if len(ours) == 0:
        raise _Unwanted("has only silence in it")
    wav.write(target, ours)
    return len(ours) / CLOCK_RATE


def _limit_self() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (32 << 20, 32 << 20))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    os.nice(10)


def _child(source: str, target: str) -> int:
    _limit_self()
    try:
        answer = f"{_convert(Path(source), Path(target)):.3f}"
        status = 0
    except _Unwanted as refusal:
        answer, status = str(refusal), _REFUSED
    sys.stdout.write(answer)
    return status


if __name__ == "__main__":
    sys.exit(_child(*sys.argv[1:3]))
