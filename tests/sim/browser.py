"""The page's side of a call from a browser: packets over the box's own socket, paced by a clock."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from pathlib import Path

import numpy as np

from tests.sim.gsm.network import NORMAL, AirCall
from tests.sim.sound import FRAME, RATE

HELLO = json.dumps({"name": "maria"}).encode()


def connected(path: Path) -> socket.socket:
    """A connection to the box; nothing was said over it so far."""
    wire = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    wire.settimeout(5)
    wire.connect(str(path))
    return wire


class Browser:
    """What the network of the tests takes for a modem: every caller of it is a call of its own."""

    number = diverted_to = ""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._wires: dict[AirCall, socket.socket] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def rung(self, call: AirCall) -> bool:
        """The button was pressed."""
        call.rtp.keys_in_sound = False
        wire = self._wires[call] = connected(self._path)
        wire.send(HELLO)
        wire.setblocking(False)
        task = asyncio.ensure_future(self._beat(call, wire))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    def released(self, call: AirCall, _cause: int) -> None:
        """The one who called has hung up."""
        with contextlib.suppress(OSError):
            self._wires[call].send(b"H")

    def key_came(self, call: AirCall, key: str) -> None:
        """A key on the screen."""
        self._wires[call].send(b"K" + key.encode())

    def alerting(self, call: AirCall) -> None: ...
    def connected(self, call: AirCall) -> None: ...

    async def _beat(self, call: AirCall, wire: socket.socket) -> None:
        """Fifty frames a second, whatever comes back."""
        due = time.monotonic()
        frames: list[bytes] = []
        with wire:
            while call.ending is None:
                self._hear(call, wire, frames)
                heard = frames.pop(0) if frames else bytes(2 * FRAME)
                said = call.carry(np.frombuffer(heard, dtype="<i2"))
                with contextlib.suppress(OSError):
                    wire.send(b"S" + said.astype("<i2").tobytes())
                due += FRAME / RATE
                await asyncio.sleep(due - time.monotonic())

    def _hear(self, call: AirCall, wire: socket.socket, frames: list[bytes]) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                packet = wire.recv(1024)
                if packet[:1] == b"A":
                    call.is_answered()
                elif packet[:1] == b"S":
                    frames.append(packet[1:])
                else:
                    call.over(False, NORMAL)
                    return
