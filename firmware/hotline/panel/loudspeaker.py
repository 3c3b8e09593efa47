"""The loudspeaker of the box: ALSA's own player, for the seconds of one sentence."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hotline.errors import HotlineError
from hotline.said import say

LONGEST_S = 60.0


async def play(speaker: str, sound: Path) -> None:
    """Play a file to its end. speaker: as ALSA calls it. Raises HotlineError."""
    try:
        player = await asyncio.create_subprocess_exec(
            *("aplay", "-q", "-D", speaker, str(sound)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise _silent(error.strerror or "") from None
    try:
        async with asyncio.timeout(LONGEST_S):
            _, told = await player.communicate()
    except TimeoutError:
        raise _silent("it takes too long") from None
    finally:
        if player.returncode is None:
            player.kill()
            await player.wait()
    if player.returncode:
        raise _silent(told.decode(errors="replace").strip()[:200])


def _silent(why: str) -> HotlineError:
    return HotlineError(
        say("The loudspeaker of the front panel does not play: %(why)s", why=why),
        say("See that alsa-utils is installed, and speaker in [panel] of box.toml."),
    )
