"""Whose telephony the packet filter of the box lets in, and where: root's own script reads it.

See boot/root/usr/lib/hotline/peers.sh, which trusts no line of it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterable
from pathlib import Path

from hotline.storage.durable import write_whole

log = logging.getLogger(__name__)


class Peers:
    """The list at `path`. Lives on the loop; the disk is waited for by a thread of its own.

    ports: where we are called; sound: the first and the last port of its sound.
    """

    def __init__(self, path: Path, ports: Iterable[int], sound: tuple[int, int]) -> None:
        self._path = path
        self._where = (*(f"port {port}" for port in ports), f"sound {sound[0]}-{sound[1]}")
        self._latest: frozenset[str] = frozenset()
        self._one = threading.Lock()

    def are(self, networks: frozenset[str]) -> None:
        """From now on these addresses and networks, and no others."""
        self._latest = networks
        asyncio.get_running_loop().run_in_executor(None, self._write)

    def _write(self) -> None:
        with self._one:  # whoever is last writes the latest
            rows = (*sorted(self._latest), *self._where)
            told = "".join(f"{row}\n" for row in rows).encode()
            try:
                if not self._path.exists() or self._path.read_bytes() != told:
                    write_whole(self._path, told, 0o640)
            except OSError as error:
                log.warning("the packet filter is not told who may call: %s", error)
