"""A sound file from outside becomes one of ours: a child opens it, with limits, and nobody else.

A file that somebody uploaded is hostile until proved otherwise. Only what the child has written
itself ever reaches the sound engine.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from hotline.media import children
from hotline.media.unwanted import Unwanted, refusal

WALL_SECONDS = 60.0
REFUSED = 3  # exit status of a child that understood the file and does not want it


async def import_sound(source: Path, target: Path) -> float:
    """Convert an uploaded WAV file into one of ours at `target`; returns its seconds.

    PCM of 8 to 32 bits or floats, any rate from 4 to 192 kHz, mono or stereo, 5 min at most.
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
        raise refusal(Unwanted.TOO_SLOW) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        for part in target.parent.glob(f".{target.name}.{process.pid}.*.part"):
            part.unlink(missing_ok=True)
    if process.returncode == 0:
        return float(answer)
    if process.returncode == REFUSED:
        raise refusal(Unwanted(answer.decode("ascii", "replace")))
    raise refusal(Unwanted.TOO_MUCH)
