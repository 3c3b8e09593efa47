"""Sends one notification through apprise and ends. The only importer of apprise.

A program of its own, since the plug-ins take megabytes and speak to foreign servers:
`python -m hotline.notify.apprise_child` reads one order as JSON from standard input (no secret
ever stands in an argument list) and prints `{"trouble": "..."}`, "" when it was delivered.
"""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

from hotline.notify.reach import Reach, forbidden

NOT_UNDERSTOOD, NOT_TAKEN = "not understood", "not taken"
TIMEOUT = 60.0  # seconds for each answer of a server


class Guard:
    """Lets no connection of this process go further than it may. why: the last one refused."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self.why = ""
        sys.addaudithook(self._watch)

    def _watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            return
        if why := forbidden(arguments[1], self._reach):
            self.why = why
            raise ConnectionRefusedError(f"the target is {why}")


def notify(target: str, subject: str, body: str, attachment: str | None) -> str:
    """Send by apprise; returns the trouble, or ""."""
    import apprise

    sender = apprise.Apprise()
    if not sender.add(target):
        return NOT_UNDERSTOOD
    sent = sender.notify(body=body, title=subject, attach=attachment)
    return "" if sent else NOT_TAKEN


def main() -> None:
    """One order in, one answer out."""
    order = json.load(sys.stdin)
    guard = Guard(Reach(order.pop("reach")))
    socket.setdefaulttimeout(TIMEOUT)
    trouble = notify(**order)
    if guard.why:
        trouble = guard.why
    json.dump({"trouble": trouble}, sys.stdout)


if __name__ == "__main__":
    main()
