"""The daemon's side of the control socket: checks every line again and asks the Desk."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
import stat
import struct
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from hotline.control.messages import KINDS, REQUEST, Request
from hotline.control.messages.lines import LineDivert, LineTest
from hotline.control.messages.status import Event, Subscribe
from hotline.control.messages.wire import (
    LINE_LIMIT,
    WIRE,
    Message,
    Misplaced,
    Problem,
    Reply,
)
from hotline.control.table import Row, joined
from hotline.errors import BadSettings, HotlineError
from hotline.said import together

CONNECTIONS = 64  # more at once than the page's 8 threads and a few commands ever open
IDLE_SECONDS = 60.0  # a client that says nothing for so long is let go
SEND_SECONDS = 10.0  # a client that does not read for so long is let go
_PEER = struct.Struct("3i")  # struct ucred, unix(7)
FEED_DEPTH = 256  # events a listener may lag behind before it loses the oldest

log = logging.getLogger(__name__)


class Desk(Protocol):
    """Whoever knows the answers. Refuses with a HotlineError: cause and action reach the client."""

    def rows(self) -> Iterable[Row]:
        """What answers each message but `Subscribe`."""

    def events(self) -> AsyncGenerator[Event, None]:
        """Events from now on; closing the generator ends the listening. See `Feed`."""


class Feed:
    """Hands each event to every listener; a slow listener loses the oldest, nobody waits for it."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Event]] = set()

    def publish(self, event: Event) -> None:
        """Never blocks. Call it on the loop's thread."""
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    async def listen(self) -> AsyncGenerator[Event, None]:
        """Events published from the first `anext` on."""
        queue: asyncio.Queue[Event] = asyncio.Queue(FEED_DEPTH)
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)


class ControlServer:
    """Listens on `path` (mode 0660) until closed. Whoever opens it holds `only_one(path)`."""

    def __init__(self, path: Path, desk: Desk) -> None:
        self._path = path
        self._desk = desk
        self._table = joined(desk.rows(), KINDS)
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Start to listen; a socket left by a killed daemon is removed first."""
        _remove_stale(self._path)
        # The limit of the reader is what makes an endless line an error instead of memory.
        with _umask(0o117):
            self._server = await asyncio.start_unix_server(
                self._connected, str(self._path), limit=LINE_LIMIT
            )

    async def close(self) -> None:
        """Stop listening, end every conversation, remove the socket."""
        if self._server is None:
            return
        self._server.close()
        for task in tuple(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self._path.unlink(missing_ok=True)
        self._server = None

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= CONNECTIONS:
            writer.transport.abort()
            return
        task = asyncio.ensure_future(self._talk(reader, writer))
        self._clients.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._clients.discard(task)
        if not task.cancelled() and (mistake := task.exception()):
            # A mistake of ours: this client loses its answer, the daemon goes on.
            log.error("control request failed", exc_info=mistake)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (line := await _line(reader)) is not None:
                ask = _understood(line)
                if isinstance(ask, LineTest | LineDivert):
                    ask = ask.model_copy(update={"at_box": _at_box(writer)})
                if isinstance(ask, Subscribe):
                    await self._stream(reader, writer)
                    return
                await _send(writer, ask if isinstance(ask, Reply) else await self._answer(ask))
                if isinstance(ask, Reply):
                    return  # whoever speaks nonsense is not listened to any further
        except (ConnectionError, TimeoutError):
            pass  # the client is gone; nothing of ours is left undone
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, ask: Request) -> Reply:
        try:
            answer: Message = await self._table[type(ask)](ask)
        except BadSettings as wrong:
            cause = wrong.cause.split("\n", 1)[0].rstrip(":") + "."
            return _refusal(cause, wrong.action, wrong.problems, wrong.places)
        except HotlineError as refusal:
            return _refusal(refusal.cause, refusal.action)
        return Reply(ok=True, answer=answer.model_dump(mode="json", context=WIRE))

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def tell() -> None:
            async with aclosing(self._desk.events()) as events:
                async for event in events:
                    await _send(writer, event)

        teller = asyncio.ensure_future(tell())
        gone = asyncio.ensure_future(reader.read(1))
        try:
            await _send(writer, Reply(ok=True))
            await asyncio.wait({teller, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            teller.cancel()
            with suppress(asyncio.CancelledError, ConnectionError, TimeoutError):
                await teller


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Be the one daemon of the data folder in which the socket `path` lies.

    Also for a command that writes in the daemon's stead. Raises HotlineError if there is another.
    """
    # The kernel frees the lock however the daemon ended, so there is no stale lock to judge.
    lock = os.open(
        path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
    )
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise HotlineError(
            "The hotline is already running.",
            "Use the one that runs, or stop it before you start another.",
        ) from None
    finally:
        os.close(lock)


def _at_box(writer: asyncio.StreamWriter) -> bool:
    """Is the far end of this connection a program of root's, or of the daemon's own user?"""
    wire = writer.get_extra_info("socket")
    told = wire.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    _process, user, _group = _PEER.unpack(told)
    return user in (0, os.geteuid())


def _remove_stale(path: Path) -> None:
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.lstat().st_mode):
        raise HotlineError(
            f"{path} is a file, not the hotline's socket.", "Choose another place for the socket."
        )
    path.unlink()


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


async def _line(reader: asyncio.StreamReader) -> bytes | None:
    """The next line, None at the end, or an empty line for one that is too long."""
    async with asyncio.timeout(IDLE_SECONDS):
        try:
            return await reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            return None
        except asyncio.LimitOverrunError:
            return b""


def _understood(line: bytes) -> Request | Reply:
    if not line:
        return _refusal(
            f"The request is longer than {LINE_LIMIT // 1024} KiB.", "Send less at once."
        )
    try:
        return REQUEST.validate_json(line)
    except ValidationError as wrong:
        places = tuple(
            f"{'.'.join(str(part) for part in e['loc']) or 'request'}: {e['msg']}"
            for e in wrong.errors(include_url=False, include_input=False)[:20]
        )
        return _refusal("The request was not understood.", "Update the page and the box.", places)


def _refusal(
    cause: str,
    action: str = "",
    problems: tuple[str, ...] = (),
    places: tuple[tuple[tuple[str | int, ...], str], ...] = (),
) -> Reply:
    return Reply(
        ok=False,
        error=Problem(
            cause=together(cause),
            action=together(action),
            problems=tuple(together(one) for one in problems),
            places=tuple(Misplaced(place=place, words=together(words)) for place, words in places),
        ),
    )


async def _send(writer: asyncio.StreamWriter, message: Message) -> None:
    writer.write(message.model_dump_json(context=WIRE).encode() + b"\n")
    async with asyncio.timeout(SEND_SECONDS):
        await writer.drain()
