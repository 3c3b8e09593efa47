"""What a recording loses when the daemon is killed or the power is cut, and what its writer costs.

    python -m tests.bench.recording [--kills 20] [--seed 1]

Kills a process in the middle of recordings that come at the speed of speech; "lost" is sound that
was fed and is not in the repaired file. Prints a table, then the same as one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from hotline.media import wav
from hotline.media.growing import Disk
from hotline.media.recorder import Recorder

CHILD = """
import asyncio, sys, time
from pathlib import Path
from hotline.media.recorder import Recorder

async def main():
    recording = Recorder().start(Path(sys.argv[1]))
    start = time.monotonic()
    for n in range(3000):
        recording.feed(bytes([n % 256, n // 256]) * 160)
        sys.stdout.write(f"{n + 1}\\n")
        sys.stdout.flush()
        await asyncio.sleep(max(0, start + (n + 1) * 0.02 - time.monotonic()))

asyncio.run(main())
"""


def lost_by_a_kill(path: Path, after_frames: int) -> float:
    """Seconds of sound that a kill after so many frames costs."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    if child.stdout is None:
        raise RuntimeError("no pipe")
    fed = 0
    while fed < after_frames:
        fed = int(child.stdout.readline())
    child.kill()
    fed = max([fed, *map(int, child.stdout.read().split(b"\n")[:-1])])
    child.wait()
    kept = wav.repair(path)
    frames = wav.read(path).reshape(-1, 160)[:, 0]
    if not np.array_equal(frames, np.arange(len(frames)).astype("<u2").view("<i2")):
        raise RuntimeError("the sound that was kept is not the sound that was fed")
    return fed * 0.02 - kept


async def cpu_per_recording(folder: Path, recordings: int, seconds: int) -> float:
    """CPU milliseconds of feeding and writing per recorded second."""
    recorder = Recorder()
    under_way = [recorder.start(folder / f"{n}.wav") for n in range(recordings)]
    frame = np.random.default_rng(1).normal(0, 3000, 160).astype("<i2").tobytes()
    started = time.process_time()
    for _ in range(seconds * 50 // 5):
        for recording in under_way:
            for _ in range(5):
                recording.feed(frame)
        await asyncio.sleep(0.01)
    await asyncio.gather(*(recording.stop() for recording in under_way))
    recorder.close()
    return 1000 * (time.process_time() - started) / (recordings * seconds)


class SyncedSize(Disk):
    """Knows how much of a file a power cut now would leave."""

    size = wav.HEADER_BYTES

    def sync(self, fd: int) -> None:
        size = os.fstat(fd).st_size
        super().sync(fd)
        self.size = size


async def lost_by_a_power_cut(folder: Path, seconds: float) -> float:
    """The most sound that was not yet synced, at any instant of a recording in real time."""
    disk = SyncedSize()
    recorder = Recorder(disk)
    recording = recorder.start(folder / "power.wav")
    start, worst = time.monotonic(), 0.0
    for n in range(round(seconds * 50)):
        recording.feed(bytes(320))
        safe = (disk.size - wav.HEADER_BYTES) / wav.BYTES_PER_SECOND
        worst = max(worst, recording.seconds - safe)
        await asyncio.sleep(max(0, start + (n + 1) * 0.02 - time.monotonic()))
    await recording.stop()
    recorder.close()
    return worst


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        lost = [
            lost_by_a_kill(Path(folder) / f"kill{n}.wav", rng.randrange(20, 150))
            for n in range(options.kills)
        ]
        cpu = asyncio.run(cpu_per_recording(Path(folder), 10, 30))
        power = asyncio.run(lost_by_a_power_cut(Path(folder), 10))
    sys.stdout.write(f"killed {len(lost)} times: lost {max(lost):.2f} s at worst (allowed 0.5)\n")
    sys.stdout.write(f"power cut: {power:.2f} s not synced at worst (allowed 2)\n")
    sys.stdout.write(f"CPU {cpu:.2f} ms per recorded second\n")
    sys.stdout.write(
        json.dumps({"seed": options.seed, "lost": lost, "power": power, "cpu_ms": cpu}) + "\n"
    )


if __name__ == "__main__":
    main()
