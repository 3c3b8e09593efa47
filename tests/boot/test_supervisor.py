"""systemd is told that the daemon lives, and is told nothing when it does not."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest

from hotline.box.supervisor import keep_alive


async def _heard(tmp_path: Path, patch: pytest.MonkeyPatch, answers: list[bool]) -> int:
    """How often it was told, while the thread of the sound answered so."""
    place = f"{tmp_path}/notify"
    patch.setitem(os.environ, "NOTIFY_SOCKET", place)
    patch.setitem(os.environ, "WATCHDOG_USEC", "3000")
    done = asyncio.Event()

    def sound() -> asyncio.Future[None]:
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if answers.pop(0):
            answer.set_result(None)
        else:
            done.set()
        return answer

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(place)
        listening.setblocking(False)
        task = asyncio.create_task(keep_alive(sound))
        await done.wait()
        task.cancel()
        told = 0
        while True:
            try:
                assert listening.recv(99) == b"WATCHDOG=1"
            except BlockingIOError:
                return told
            told += 1


async def test_a_daemon_whose_sound_stands_still_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _heard(tmp_path, monkeypatch, [False]) == 0


async def test_a_daemon_that_is_well_says_so_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _heard(tmp_path, monkeypatch, [True, True, True, False]) == 3
