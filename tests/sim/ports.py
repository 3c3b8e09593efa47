"""Addresses and ports for programs that cannot be told to take any free one."""

from __future__ import annotations

import itertools
import os
import socket

_hosts = itertools.count(1)
_ports = itertools.cycle(range(20000, 60000, 10))  # SIPp and baresip use the neighbours too


def own_host() -> str:
    """A loopback address that no other test run on this machine uses (Linux answers on 127/8)."""
    place = os.getpid() * 131 + next(_hosts)
    return f"127.{place // 64516 % 253 + 1}.{place // 254 % 254 + 1}.{place % 254 + 1}"


def free_ports(host: str, count: int) -> list[int]:
    """Even ports, free for TCP and UDP a moment ago.

    Asked for by number: as "any free one" Linux gives odd ports until none of them is left, so
    that waiting for even ones holds thousands of sockets, more than a user may open.
    """
    free = (port for port in _ports if _is_free(host, port))
    return list(itertools.islice(free, count))


def _is_free(host: str, port: int) -> bool:
    try:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as one:
                one.bind((host, port))
    except OSError:
        return False
    return True
