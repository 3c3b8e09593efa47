"""The packet filter hears of whoever may call and where, and of the last word alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hotline.storage.peers import Peers

PORTS = "port 5070\nport 5071\nsound 20000-20099\n"


async def _told(path: Path, *lists: set[str]) -> None:
    peers = Peers(path, (5070, 5071), (20000, 20099))
    for one in lists:
        peers.are(frozenset(one))
    await asyncio.get_running_loop().shutdown_default_executor()


def test_the_last_word_counts(tmp_path: Path) -> None:
    path = tmp_path / "peers"
    asyncio.run(_told(path, {"192.0.2.1"}, set(), {"203.0.113.0/24", "192.0.2.7"}))
    assert path.read_text() == "192.0.2.7\n203.0.113.0/24\n" + PORTS


def test_a_disk_that_refuses_keeps_no_call_from_coming(tmp_path: Path) -> None:
    asyncio.run(_told(tmp_path / "gone" / "peers", {"192.0.2.1"}))
