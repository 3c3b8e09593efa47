"""Passes the packets of a call on, between a browser and the daemon, and looks into none of them.

What they mean, and how many may come, is the daemon's to judge: `hotline.lines.browser` and
`hotline.lines.computers`.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from simple_websocket import ConnectionClosed

BUSY = b"B"  # the one word that this process says itself
PACKET_BYTES = 512  # none is longer, either way; the WebSocket takes no longer one
SILENT_S = 10.0  # a page that lives sends sound all the time, if only silence
SEEN_EVERY_S = 5.0
_TIME = struct.Struct("ll")  # struct timeval


class Browser(Protocol):
    """The far side of a WebSocket."""

    def send(self, data: bytes) -> None: ...
    def receive(self, timeout: float | None = None) -> Any: ...
    def close(self) -> None: ...


def connected(path: Path) -> socket.socket | None:
    """A connection to the daemon; None when it takes no calls from the page now."""
    wire = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _TIME.pack(int(SILENT_S), 0))
    try:
        wire.connect(str(path))
    except OSError:
        wire.close()
        return None
    return wire


def carry(
    browser: Browser,
    wire: socket.socket,
    name: str,
    may_go_on: Callable[[], bool],
    person: str = "",
) -> None:
    """Carry a call until either side ends it. name: who calls. may_go_on: asked now and then.

    person: id of who does not call, but takes calls for as long as the connection lasts.
    """
    hello = {"name": name} | ({"person": person} if person else {})
    teller = threading.Thread(target=_to_browser, args=(wire, browser), daemon=True)
    try:
        wire.send(json.dumps(hello).encode())
        teller.start()
        _to_daemon(browser, wire, may_go_on)
    except (OSError, ConnectionClosed):
        pass  # the other side hears of it by the end of its connection
    finally:
        with contextlib.suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)
        if teller.ident:
            teller.join(SILENT_S)


def _to_daemon(browser: Browser, wire: socket.socket, may_go_on: Callable[[], bool]) -> None:
    looked = time.monotonic()
    while isinstance(packet := browser.receive(timeout=SILENT_S), bytes):
        wire.send(packet)
        if time.monotonic() - looked < SEEN_EVERY_S:
            continue
        if not may_go_on():
            return
        looked = time.monotonic()


def _to_browser(wire: socket.socket, browser: Browser) -> None:
    with contextlib.suppress(OSError, ConnectionClosed):
        while packet := wire.recv(PACKET_BYTES):
            browser.send(packet)
    with contextlib.suppress(OSError, ConnectionClosed):
        browser.close()
