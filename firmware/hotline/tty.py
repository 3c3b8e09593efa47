"""Bytes over a serial port. The only file that imports serial.

A port that goes away (unplugged, EOF, EIO) is an event: it is told once, nothing is raised. A modem
that hangs keeps whoever opens or closes its port: the kernel asks it in vain for seconds, and waits
half a minute for it to take what was written (closing_wait, setserial(8)). So both are done in
threads of their own, and nobody waits for the second.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import select
import termios
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import ParamSpec, TypeAlias, TypeVar

import serial

from hotline.errors import LineDown, Unplugged
from hotline.said import Said, say

BAUD = 115200
READ_BYTES = 4096
MOST_UNSENT = 4096  # a modem that takes no more than this is not listening
Port: TypeAlias = serial.Serial
P = ParamSpec("P")
T = TypeVar("T")


class _OwnThreads(Executor):
    """One thread for each work. The kernel may keep it for long: the program ends without it."""

    def submit(self, work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> Future[T]:
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(work(*args, **named))
            except Exception as error:  # noqa: BLE001 - it is for whoever waits
                done.set_exception(error)

        threading.Thread(target=run, name="opens a port", daemon=True).start()
        return done


async def opened(path: Path) -> Port:
    """Raw, 8N1, for us alone. Raises LineDown in words for the owner, Unplugged if it is gone."""
    coming = asyncio.get_running_loop().run_in_executor(_OwnThreads(), _open, path)
    try:
        return await asyncio.shield(coming)
    except asyncio.CancelledError:
        coming.add_done_callback(_unwanted)
        raise


def _unwanted(coming: asyncio.Future[Port]) -> None:
    """It came when whoever asked for it had gone."""
    if not coming.cancelled() and coming.exception() is None:
        let_go(coming.result())


def let_go(port: Port) -> None:
    """What was not sent is forgotten. Nobody waits for the port; it may be opened again at once."""
    # Before the next may open it: what is forgotten is not to be theirs.
    with contextlib.suppress(OSError, serial.SerialException, termios.error):
        port.reset_output_buffer()
    with contextlib.suppress(OSError, serial.SerialException):
        fcntl.flock(port.fileno(), fcntl.LOCK_UN)
    threading.Thread(target=_close, args=(port,), name="closes a port", daemon=True).start()


def _open(path: Path) -> Port:
    try:
        port = serial.Serial(str(path), BAUD, timeout=0, write_timeout=0, exclusive=True)
    except Exception as error:  # what else it may be: whoever waits for the port waits for callers
        kind = LineDown if path.exists() else Unplugged
        raise kind(*_in_words(path, error)) from error
    os.set_blocking(port.fileno(), False)
    return port


def _in_words(path: Path, error: Exception) -> tuple[Said, Said]:
    reason = str(error)
    if not path.exists():
        return (
            say("There is no modem at %(path)s.", path=path),
            say("Plug it in, or correct the path in box.toml."),
        )
    if "exclusively lock" in reason or "Resource temporarily unavailable" in reason:
        return (
            say("Another program uses %(path)s.", path=path),
            say("Stop it; ModemManager must leave this modem alone."),
        )
    if "Permission" in reason:
        return (
            say("The box may not open %(path)s.", path=path),
            say("Let its user into the group dialout."),
        )
    return (
        say("%(path)s cannot be opened.", path=path),
        say("Unplug the modem and plug it in again."),
    )


class Tty:
    """A serial port on the asyncio loop.

    hear: called with the bytes that come. lost: called once, on the loop, when the port is gone.
    """

    def __init__(
        self, port: Port, hear: Callable[[bytes], None], lost: Callable[[str], None]
    ) -> None:
        self._port = port
        self._fd = self._port.fileno()
        self._loop = asyncio.get_running_loop()
        self._hear, self._lost = hear, lost
        self._unsent = b""
        self._open = True
        self._loop.add_reader(self._fd, self._read)

    def write(self, data: bytes) -> None:
        """Send as soon as the port takes it; harmless when the port is gone."""
        if not self._open:
            return
        self._unsent += data
        self._flush()
        if len(self._unsent) > MOST_UNSENT:
            self._gone("it takes no more bytes")

    def close(self) -> None:
        """Let the port go without a word; harmless when repeated."""
        if not self._open:
            return
        self._open = False
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        let_go(self._port)

    def _read(self) -> None:
        try:
            data = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._gone(error.strerror or "it cannot be read")
            return
        if data:
            self._hear(data)
        else:
            self._gone("it was unplugged")

    def _flush(self) -> None:
        try:
            sent = os.write(self._fd, self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self._gone(error.strerror or "it cannot be written to")
            return
        self._unsent = self._unsent[sent:]
        if self._unsent:
            self._loop.add_writer(self._fd, self._flush)
        else:
            self._loop.remove_writer(self._fd)

    def _gone(self, why: str) -> None:
        if self._open:
            self.close()
            # Never from within the write of whoever is told.
            self._loop.call_soon(self._lost, why)


class TtyGone(Exception):  # noqa: N818 - it is an event for the thread that reads
    """The port is gone, or was closed."""


class BlockingTty:
    """A serial port for one thread that waits on it. `close` may be called from any thread."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._fd = self._port.fileno()
        self._closing, self._close_it = os.pipe()
        self._turn = threading.Lock()
        self._released = False

    def read(self) -> bytes:
        """Wait for bytes. Raises TtyGone."""
        while True:
            ready, _, _ = select.select([self._fd, self._closing], [], [])
            if self._closing in ready:
                raise TtyGone("closed")
            with contextlib.suppress(BlockingIOError):
                return self._read_now()

    def write(self, data: bytes) -> int:
        """Give what the port takes now; how many bytes that was. Raises TtyGone."""
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise TtyGone(error.strerror or "it is gone") from error

    def close(self) -> None:
        """End the wait of `read`; the port itself is let go by `release`."""
        with self._turn:
            if not self._released:
                os.write(self._close_it, b"x")

    def release(self) -> None:
        """Let the port go, in the thread that read."""
        with self._turn:
            self._released = True
            let_go(self._port)
            os.close(self._closing)
            os.close(self._close_it)

    def _read_now(self) -> bytes:
        try:
            data = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            raise
        except OSError as error:
            raise TtyGone(error.strerror or "it is gone") from error
        if not data:
            raise TtyGone("it was unplugged")
        return data


def _close(port: Port) -> None:
    with contextlib.suppress(OSError, serial.SerialException):
        port.close()
