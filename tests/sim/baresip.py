"""baresip, somebody else's telephone, as judge of ours: headless, its sound from and to files."""

from __future__ import annotations

import asyncio
import json
import wave
from contextlib import suppress
from pathlib import Path
from typing import Self

import numpy as np

from tests.sim import lateness
from tests.sim.g711 import Samples
from tests.sim.ports import free_ports, own_host
from tests.sim.sound import RATE, wav

_CONFIG = """\
poll_method epoll
sip_listen {host}:{sip}
net_interface {host}
rtp_ports {rtp}-{rtp_end}
audio_player aubridge,nobody
audio_alert aubridge,nobody
audio_source aufile,{room}/says.wav
ausrc_channels 1
auplay_channels 1
ausrc_srate {rate}
auplay_srate 8000
module_path {modules}
module g711.so
module g722.so
module opus.so
module srtp.so
module sndfile.so
module aufile.so
module aubridge.so
module ctrl_tcp.so
module cons.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
ctrl_tcp_listen {host}:{control}
cons_listen {host}:{keys}
snd_path {room}/heard
"""


class Baresip:
    """One running baresip. `events`: what it told us, in order; each has a `type`."""

    def __init__(self, room: Path, host: str) -> None:
        self.room, self.host = room, host
        self.events: list[dict[str, str]] = []
        self._more = asyncio.Event()
        self._ports = free_ports(host, 4)
        self._process: asyncio.subprocess.Process
        self._control: asyncio.StreamWriter
        self._reading: asyncio.Task[None]

    @classmethod
    async def start(
        cls,
        room: Path,
        account: str,
        says: Samples,
        *,
        host: str = "",
        rate: int = RATE,
    ) -> Self:
        """Run it in an empty directory. account: a line of its accounts file.

        "{address}" in the account is where it listens. rate: of its microphone; what it speaks in
        G.722 at another rate than 16 kHz is next to silent.
        """
        one = cls(room, host or own_host())
        one._furnish(account, says, rate)
        with (room / "log").open("wb") as log:
            one._process = await asyncio.create_subprocess_exec(
                "baresip", "-4", "-f", str(room), "-t", "120",
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        lateness.watch(one._process.pid)
        reader, one._control = await _connected(one.host, one._ports[1])
        one._reading = asyncio.get_running_loop().create_task(one._read(reader))
        return one

    async def stop(self) -> None:
        """It unregisters and goes."""
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()
        self._reading.cancel()
        self._control.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self._ports[0]

    def command(self, name: str, parameters: str = "") -> None:
        """A command of its menu: dial, accept, hangup, hold, resume."""
        text = json.dumps({"command": name, "params": parameters, "token": "t"})
        self._control.write(f"{len(text)}:{text},".encode())

    async def press(self, keys: str) -> None:
        """Keys as typed on its console; during a call they are sent as telephone events."""
        _, writer = await _connected(self.host, self._ports[2])
        writer.write(keys.encode())
        await writer.drain()
        writer.close()

    async def tells(self, kind: str, within: float = 10.0) -> dict[str, str]:
        """Wait for the next event of that type; those before it are passed over."""
        try:
            async with asyncio.timeout(within):
                return await self._next(kind)
        except TimeoutError:
            told = [event.get("type") for event in self.events]
            trouble = f"expected {kind} from baresip; it told {told}: {self.log()[-600:]}"
            raise AssertionError(trouble) from None

    async def lasts(self, seconds: float) -> bool:
        """Let that much time pass in the call; False as soon as it ended earlier."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._next("CALL_CLOSED")
                return False
        return True

    def log(self) -> str:
        """What it wrote on its screen."""
        return (self.room / "log").read_text(errors="replace")

    def heard(self) -> Samples:
        """What it decoded in its last call."""
        calls = (self.room / "heard").glob("*-dec.wav")
        return wav(max(calls, key=lambda file: file.stat().st_mtime))

    async def _next(self, kind: str) -> dict[str, str]:
        while True:
            while self.events:
                event = self.events.pop(0)
                if event.get("type") == kind:
                    return event
            self._more.clear()
            await self._more.wait()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Netstrings of JSON."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = int((await reader.readuntil(b":"))[:-1])
                self.events.append(json.loads(await reader.readexactly(size)))
                await reader.readexactly(1)
                self._more.set()

    def _furnish(self, account: str, says: Samples, rate: int) -> None:
        (self.room / "heard").mkdir(parents=True)
        modules = next(Path("/usr/lib").glob("**/baresip/modules"))
        sip, control, keys, rtp = self._ports
        ports = {"sip": sip, "control": control, "keys": keys, "rtp": rtp, "rtp_end": rtp + 10}
        config = _CONFIG.format(host=self.host, room=self.room, modules=modules, rate=rate, **ports)
        (self.room / "config").write_text(config)
        (self.room / "accounts").write_text(account.format(address=f"{self.host}:{sip}") + "\n")
        with wave.open(str(self.room / "says.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(_at_rate(says, rate).tobytes())


def _at_rate(samples: Samples, rate: int) -> Samples:
    """The same sound at a higher rate, without more in it."""
    count = len(samples) * rate // RATE
    made = np.fft.irfft(np.fft.rfft(samples), count) * (rate / RATE)
    return np.round(made).astype(np.int16)


async def _connected(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """It opens its doors a little after its start."""
    for _ in range(200):
        try:
            return await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.05)
    raise AssertionError(f"baresip did not open {host}:{port}")
