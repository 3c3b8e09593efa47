"""Sends one notification through apprise and ends. The only importer of apprise.

A program of its own, since the plug-ins take megabytes and speak to foreign servers:
`python -m hotline.notify.apprise_child` reads one order as JSON from standard input (no secret
ever stands in an argument list) and prints `{"trouble": "..."}`, "" when it was delivered.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import sys
from typing import Any

TIMEOUT = 60.0  # seconds for each answer of a server


def forbidden(address: object) -> str:
    """Why the child may not connect to this socket address, or "".

    Asked at each connection, after names were resolved: neither a name that changes its address
    nor a redirect gets around it.
    """
    if not isinstance(address, tuple):
        return "a local socket"  # AF_UNIX and the like
    try:
        target = ipaddress.ip_address(str(address[0]).split("%")[0])
    except ValueError:
        return "a name that was not resolved"
    if isinstance(target, ipaddress.IPv6Address):
        target = target.ipv4_mapped or target
    if target.is_loopback or target.is_link_local or target.is_unspecified:
        return "this box itself or a link-local address"
    return ""


class Guard:
    """Lets no connection of this process go to the box itself. why: the last one refused."""

    def __init__(self) -> None:
        self.why = ""
        sys.addaudithook(self._watch)

    def _watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            return
        if why := forbidden(arguments[1]):
            self.why = why
            raise ConnectionRefusedError(f"the target is {why}")


def notify(target: str, subject: str, body: str, attachment: str | None) -> str:
    """Send by apprise; returns the trouble in words, or ""."""
    import apprise

    sender = apprise.Apprise()
    if not sender.add(target):
        return "the target is not written as apprise expects"
    sent = sender.notify(body=body, title=subject, attach=attachment)
    return "" if sent else "the service refused it or did not answer"


def main() -> None:
    """One order in, one answer out."""
    order = json.load(sys.stdin)
    guard = None if order.pop("allow_local") else Guard()
    socket.setdefaulttimeout(TIMEOUT)
    trouble = notify(**order)
    if guard is not None and guard.why:
        trouble = f"the target is {guard.why}"
    json.dump({"trouble": trouble}, sys.stdout)


if __name__ == "__main__":
    main()
