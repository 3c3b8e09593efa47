"""What systemd hears of the daemon, sd_notify(3): that it is ready, and that it lives."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable

PINGS = 3  # in each period that systemd grants


async def keep_alive(sound: Callable[[], asyncio.Future[None]]) -> None:
    """Tell systemd's watchdog that the daemon is well, for as long as it is; for ever.

    sound: asks the thread that moves the sound for a word. Where it gives none, or the loop stands
    still, nothing is told, and systemd begins the daemon anew.
    """
    granted = float(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
    while granted:
        await sound()
        tell("WATCHDOG=1")
        await asyncio.sleep(granted / PINGS)


def tell(words: str) -> None:
    """One datagram to whoever supervises the daemon, if somebody does."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    # A supervisor that does not listen must not end a hotline that answers calls.
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify,
    ):
        notify.sendto(words.encode(), "\0" + address[1:] if address[0] == "@" else address)
