"""Where the office is, for the Wi-Fi of the box: what it may send differs from country to country.

Root's own script country.sh of the image reads the file, and trusts nothing in it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from hotline.storage.durable import write_whole

LOOK_S = 60.0

log = logging.getLogger(__name__)


async def keep_country(path: Path, country: Callable[[], str]) -> None:
    """Have `path` name the country. country: two letters, "" as long as nobody said so."""
    while True:
        if now := country():
            try:
                await asyncio.to_thread(_put, path, f"{now}\n".encode())
            except OSError as error:
                log.warning("the Wi-Fi is not told its country: %s", error)
        await asyncio.sleep(LOOK_S)


def _put(path: Path, told: bytes) -> None:
    if not path.exists() or path.read_bytes() != told:
        write_whole(path, told, 0o640)
