"""Whose telephony the packet filter of the box lets in: a list that root's own script reads.

See boot/root/usr/lib/hotline/peers.sh, which trusts no line of it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path

from hotline.storage.durable import write_whole

log = logging.getLogger(__name__)


class Peers:
    """The list at `path`. Lives on the loop; the disk is waited for by a thread of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._latest: frozenset[str] = frozenset()
        self._one = threading.Lock()

    def are(self, networks: frozenset[str]) -> None:
        """From now on these addresses and networks, and no others."""
        self._latest = networks
        asyncio.get_running_loop().run_in_executor(None, self._write)

    def _write(self) -> None:
        with self._one:  # whoever is last writes the latest
            told = "".join(f"{network}\n" for network in sorted(self._latest)).encode()
            try:
                if not self._path.exists() or self._path.read_bytes() != told:
                    write_whole(self._path, told, 0o640)
            except OSError as error:
                log.warning("the packet filter is not told who may call: %s", error)
