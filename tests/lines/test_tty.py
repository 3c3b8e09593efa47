"""A modem that hangs keeps whoever opens or closes its port, and nobody else."""

from __future__ import annotations

import asyncio
import os
import pty
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from hotline.errors import Unplugged
from hotline.tty import Tty, opened

SOON_S = 10.0


@pytest.fixture
def port() -> Iterator[Path]:
    ours, theirs = pty.openpty()
    yield Path(os.ttyname(theirs))
    os.close(ours)
    os.close(theirs)


class Kernel:
    """Keeps whoever asks it for something, as it does while a modem takes nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
        self.asked, self.goes_on = threading.Event(), threading.Event()
        does = getattr(serial.Serial, what)

        def slowly(port: serial.Serial) -> None:
            self.asked.set()
            assert self.goes_on.wait(SOON_S)
            does(port)

        monkeypatch.setattr(serial.Serial, what, slowly)


async def seen(event: threading.Event) -> bool:
    return await asyncio.to_thread(event.wait, SOON_S)


async def test_the_box_goes_on_while_the_kernel_closes_a_port(
    port: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tty = Tty(await opened(port), lambda data: None, lambda why: None)
    kernel = Kernel(monkeypatch, "close")
    tty.close()  # on the loop: it would stand still here
    assert await seen(kernel.asked)
    again = await opened(port)  # nobody has it for himself any more
    kernel.goes_on.set()
    again.close()


async def test_the_box_goes_on_while_the_kernel_opens_a_port(
    port: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = Kernel(monkeypatch, "open")
    opening = asyncio.ensure_future(opened(port))
    assert await seen(kernel.asked)
    assert not opening.done()
    kernel.goes_on.set()
    (await opening).close()


async def test_a_port_that_comes_when_nobody_wants_it_is_let_go(
    port: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel, closed = Kernel(monkeypatch, "open"), Kernel(monkeypatch, "close")
    closed.goes_on.set()
    opening = asyncio.ensure_future(opened(port))
    assert await seen(kernel.asked)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    kernel.goes_on.set()
    assert await seen(closed.asked)


async def test_a_port_that_is_not_there_is_told_as_unplugged() -> None:
    with pytest.raises(Unplugged, match="no modem at /dev/ttyNothing"):
        await opened(Path("/dev/ttyNothing"))
