"""Where the sounds without words lie. `tones` makes them, once, in a child process."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from hotline.errors import HotlineError
from hotline.media import children

_VERSION = 1  # part of the file names: raise it when a sound changes


@dataclass(frozen=True)
class Sounds:
    """The files. `ringback`, `busy` and `music` are made to be looped; hush is one frame."""

    ringback: Path
    busy: Path
    music: Path
    beep: Path
    pause: Path
    hush: Path


def places(directory: Path, country: str = "") -> Sounds:
    """The files as they will be named. country: ISO 3166, whose exchange's tones are meant."""
    name = country.lower()
    names = (f"ringback{name}", f"busy{name}", "music", "beep", "pause", "hush")
    return Sounds(*(directory / f"{each}-{_VERSION}.wav" for each in names))


async def ready(directory: Path, country: str) -> Sounds:
    """The sounds, made if one is missing. Raises HotlineError when that fails."""
    sounds = places(directory, country)
    if not all(path.exists() for path in vars(sounds).values()):
        maker = await asyncio.create_subprocess_exec(
            *children.command("hotline.media.tones", str(directory), country),
            env=os.environ | children.environment(),
        )
        if await maker.wait() != 0:
            raise HotlineError(
                f"The ringing and the music could not be written to {directory}.",
                "See whether the disk is full or belongs to another user.",
            )
    return sounds
