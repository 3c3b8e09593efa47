"""Addresses and ports for programs that cannot be told to take any free one."""

from __future__ import annotations

import itertools
import os
import socket

_hosts = itertools.count(1)


def own_host() -> str:
    """A loopback address that no other test run on this machine uses (Linux answers on 127/8)."""
    place = os.getpid() * 131 + next(_hosts)
    return f"127.{place // 64516 % 253 + 1}.{place // 254 % 254 + 1}.{place % 254 + 1}"


def free_ports(host: str, count: int) -> list[int]:
    """Ports free for TCP and UDP a moment ago, even ones."""
    taken: list[socket.socket] = []
    ports: list[int] = []
    while len(ports) < count:
        one = socket.create_server((host, 0))
        taken.append(one)
        port = one.getsockname()[1]
        if port % 2 == 0 and port < 65000:
            ports.append(port)
    for one in taken:
        one.close()
    return ports
