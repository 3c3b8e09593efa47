"""The box's own address, watched: a router may give it another one at any time, the first one late.

PJSIP names the address it began with to every peer (Contact, RFC 3261 8.1.1.8). With an old one
calls are answered and nobody's confirmation finds the box again, so that each ends after 32 s. So
do those of a box that began before its network and calls itself 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

LOOK_S = 10.0
SOON_S = 1.0  # while there is no network yet
SOMEWHERE = ("192.0.2.1", 9)  # RFC 5737: of nobody; only the way there is asked for

log = logging.getLogger(__name__)


def own_address() -> str:
    """From which address the box speaks to the world; "" without a way there. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
        except OSError:
            return ""
        return str(probe.getsockname()[0])


async def watch(
    moved: Callable[[], None],
    undecided: Callable[[], bool],
    look: Callable[[], str] = own_address,
) -> None:
    """Call `moved` each time the box has come to another address. undecided: is it on trial?

    A cable that is pulled and plugged in again is no move, nor is a trial that takes itself back.
    The first address of a box that began without one is a move.
    """
    known = look()
    while True:
        now = look()
        if now and not undecided():
            if now != known:
                log.warning("the box has moved from %s to %s", known or "nowhere", now)
                moved()
            known = now
        await asyncio.sleep(LOOK_S if known else SOON_S)
