"""Our own WAV files: 8 kHz, mono, 16 bit. Written whole, read, and mended after a power cut."""

from __future__ import annotations

import os
import struct
import threading
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hotline.errors import HotlineError
from hotline.media.engine import CLOCK_RATE, FRAME_MS

Samples = npt.NDArray[np.int16]

BYTES_PER_SECOND = CLOCK_RATE * 2
FRAME_BYTES = BYTES_PER_SECOND * FRAME_MS // 1000

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
HEADER_BYTES = _HEADER.size


def header(data_bytes: int) -> bytes:
    """The 44 bytes before `data_bytes` of samples."""
    return _HEADER.pack(
        b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1, CLOCK_RATE, BYTES_PER_SECOND, 2, 16,
        b"data", data_bytes,
    )  # fmt: skip


def write(path: Path, samples: Samples) -> None:
    """Write a whole file at once, synced and renamed into place: it is there complete, or not."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    data = samples.astype("<i2").tobytes()
    with part.open("wb") as file:
        file.write(header(len(data)) + data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read(path: Path) -> Samples:
    """The samples of one of our own files. Raises HotlineError when it is not one."""
    try:
        with wave.open(str(path), "rb") as file:
            form = file.getnchannels(), file.getsampwidth(), file.getframerate()
            if form != (1, 2, CLOCK_RATE):
                raise _not_ours(path)
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise _not_ours(path) from error
    return np.frombuffer(data[: len(data) & ~1], dtype="<i2").astype(np.int16)


def repair(path: Path) -> float:
    """Make a half-written recording playable: the length comes from the size of the file.

    Returns its seconds; harmless when repeated. A file that is empty, or whose first sector the
    card lost (zeros), becomes a valid one. Raises HotlineError when it never was a recording of
    ours, OSError when the disk refuses.
    """
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        start = file.read(HEADER_BYTES)
        if not _is_our_start(start):
            raise _not_ours(path)
        data_bytes = max(0, size - HEADER_BYTES) & ~1
        if start != header(data_bytes) or size != HEADER_BYTES + data_bytes:
            file.seek(0)
            file.write(header(data_bytes))
            file.truncate(HEADER_BYTES + data_bytes)
            file.flush()
            os.fsync(file.fileno())
    return data_bytes / BYTES_PER_SECOND


def _is_our_start(start: bytes) -> bool:
    """True for our header with any two lengths, for its beginning, and for lost (zero) bytes."""
    ours = header(0)
    fixed = ours[:4], ours[8:40]
    return not start.strip(b"\0") or (
        fixed[0].startswith(start[:4]) and fixed[1].startswith(start[8:40])
    )


def _not_ours(path: Path) -> HotlineError:
    return HotlineError(
        f"{path.name} is not a recording made by this box.",
        "Upload sound files on the page, which converts them; do not copy them by hand.",
    )
