"""The box itself for stories, demo and bench: the real daemon in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotline.clock import Clock
from hotline.control.client import Control, ServiceDown
from hotline.control.messages.status import StatusAnswer
from hotline.control.offices import Offices
from hotline.options import dialled_countries
from hotline.options.file import read_options
from hotline.storage.confirmations import Confirmation, Confirmations
from hotline.storage.places import Places
from hotline.storage.schema import records_file
from hotline.storage.writer import Writer
from tests.sim import lateness

ROOT = Path(__file__).parents[2]
LISTEN = "127.0.0.1"
# Every mobile that stories, demo and bench give their people; their owners keyed the code long ago.
CONFIRMED = tuple(f"+37369000{n:03d}" for n in range(1000))
RTP_PORTS = 800  # twice what 100 callers and their people need: any program may have some of them


@dataclass
class BoxUnderTest:
    """A daemon with its data folder. `settings` is appended to box.toml as it stands.

    confirmed: the numbers whose owners confirmed them before the first start.
    """

    data: Path
    office: str
    trunks: str
    settings: str = ""
    port: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()
    process: asyncio.subprocess.Process | None = None
    confirmed: tuple[str, ...] = CONFIRMED

    def __post_init__(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        self.control = Control(self.data / "control.sock")

    @property
    def address(self) -> tuple[str, int]:
        """Where the box listens for SIP."""
        return LISTEN, self.port

    @property
    def toml(self) -> Path:
        """box.toml of this box."""
        return self.data / "box.toml"

    async def set_up(self) -> None:
        """Write the settings and put the office in force as `hotline office import` does.

        By the command itself only where the box has an environment of its own, such as a clock.
        """
        self.write_settings()
        self._confirm()
        file = self.data / "office.yaml"
        file.write_text(self.office)
        if self.environment:
            await self.command("office", "import", str(file))
        else:
            countries = dialled_countries(read_options(self.toml))
            offices = Offices(Places(self.data), countries=countries)
            await asyncio.to_thread(offices.take, self.office, str(file), "owner")

    def _confirm(self) -> None:
        file, now = records_file(self.data), datetime.now(UTC)
        file.prepare(now)
        writer = Writer(file, Clock())
        try:
            confirmations = Confirmations(writer, ())
            done = [confirmations.keep(Confirmation(n, now, "", "")) for n in self.confirmed]
            for each in done:
                each.result(20)
        finally:
            writer.close()

    def write_settings(self) -> None:
        """Write box.toml alone: a box for which no office was set up yet."""
        self.toml.write_text(self._settings())

    async def start(self, within: float = 60.0) -> float:
        """Start the daemon; returns the seconds until it said that it is ready to answer."""
        began = time.monotonic()
        ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = self.data / "ready.sock"
        path.unlink(missing_ok=True)
        with ready:
            ready.bind(str(path))
            ready.setblocking(False)
            await self._spawn(path)
            await asyncio.wait_for(self._told_ready(ready), within)
        return time.monotonic() - began

    async def command(self, *words: str, stdin: str = "", code: int | None = 0) -> str:
        """`hotline WORDS`; returns what it printed. code None accepts every exit code."""
        child = await asyncio.create_subprocess_exec(
            *self.hotline(*words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.environment_of_commands(),
            cwd=ROOT,
        )
        out, err = await child.communicate(stdin.encode())
        if code is not None and child.returncode != code:
            raise AssertionError(f"hotline {' '.join(words)}: {child.returncode}\n{err.decode()}")
        return out.decode() + err.decode()

    async def records(self, *words: str) -> Any:
        """`hotline WORDS --json`, read."""
        return json.loads(await self.command(*words, "--json"))

    def status(self) -> StatusAnswer:
        """The live status."""
        return self.control.status()

    async def until(
        self, wanted: Callable[[StatusAnswer], bool], what: str, within: float = 10.0
    ) -> StatusAnswer:
        """Wait until the live status is as wanted; fails saying what was waited for."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            with contextlib.suppress(ServiceDown):
                status = await asyncio.to_thread(self.status)
                if wanted(status):
                    return status
            await asyncio.sleep(0.05)
        raise AssertionError(f"{what} within {within} s; the box says: {self.log()[-1500:]}")

    async def idle(self, within: float = 10.0) -> None:
        """Wait until no call is alive and every record is written."""
        await self.until(lambda status: not status.live, "no call alive", within)

    def kill(self) -> None:
        """kill -9, as a power cut for the process."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM, as systemd does; returns the exit code."""
        if self.process is None:
            return 0
        if self.process.returncode is None:
            self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 20)

    async def ended(self) -> str:
        """Wait until the daemon ends, by whatever; says how."""
        code = await self.process.wait() if self.process else 0
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def log(self) -> str:
        """What the daemon wrote so far."""
        return (self.data / "hotline.log").read_text(errors="replace")

    @property
    def runs(self) -> bool:
        """Is there a daemon?"""
        return self.process is not None and self.process.returncode is None

    @property
    def pid(self) -> int:
        """The daemon's process."""
        if self.process is None:
            raise RuntimeError("not started")
        return self.process.pid

    def hotline(self, *words: str) -> list[str]:
        """The command line of `hotline WORDS` for this box."""
        return [sys.executable, "-m", "hotline", "--settings", str(self.toml), *words]

    def environment_of_commands(self) -> dict[str, str]:
        """The environment in which `hotline` finds its code."""
        paths = os.pathsep.join(str(ROOT / place) for place in ("firmware", "web"))
        return {**os.environ, "PYTHONPATH": paths, **self.environment}

    async def _spawn(self, ready: Path) -> None:
        with (self.data / "hotline.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.prefix,
                *self.hotline("run"),
                stdout=log,
                stderr=log,
                env=self.environment_of_commands() | {"NOTIFY_SOCKET": str(ready)},
                cwd=ROOT,
            )
        lateness.watch(self.process.pid)

    async def _told_ready(self, ready: socket.socket) -> None:
        process = self.process
        loop = asyncio.get_running_loop()
        ended = asyncio.ensure_future(process.wait() if process else asyncio.sleep(0))
        while True:
            word = asyncio.ensure_future(loop.sock_recv(ready, 256))
            await asyncio.wait({word, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not word.done():
                word.cancel()
                raise AssertionError(f"the daemon ended before it was ready:\n{self.log()}")
            if b"READY=1" in word.result():
                ended.cancel()
                return

    def _settings(self) -> str:
        first = free_rtp_range()
        return f"""
[box]
data = "{self.data}"
[sip]
listen = "{LISTEN}"
port = {self.port}
rtp_first = {first}
rtp_last = {first + RTP_PORTS - 1}
{self.settings}
{self.trunks}
"""


@contextlib.asynccontextmanager
async def running(box: BoxUnderTest) -> AsyncIterator[BoxUnderTest]:
    """A box that is set up and answers; stopped at the end, however the test ends."""
    await box.set_up()
    try:
        await box.start()
        yield box
    finally:
        await box.stop()


@contextlib.asynccontextmanager
async def page_of(box: BoxUnderTest, port: int) -> AsyncIterator[str]:
    """The real page beside the daemon, `port` as in its settings; gives its address."""
    with (box.data / "page.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *box.hotline("web"), stdout=log, stderr=log,
            env=box.environment_of_commands(), cwd=ROOT,
        )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}/"
        await _answers(address, process, box)
        yield address
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(address: str, process: asyncio.subprocess.Process, box: BoxUnderTest) -> None:
    deadline = time.monotonic() + 20
    while process.returncode is None and time.monotonic() < deadline:
        try:
            await asyncio.to_thread(urllib.request.urlopen, address)
            return
        except OSError:
            await asyncio.sleep(0.1)
    raise AssertionError(f"the page did not start: {(box.data / 'page.log').read_text()[-1500:]}")


def trunk(
    name: str,
    address: tuple[str, int],
    *,
    user: str = "",
    password: str = "",
    channels: int = 20,
    more: str = "",
) -> str:
    """A [[trunk]] of box.toml: a provider when there is a user, else a gateway in the house."""
    kind = "provider" if user else "gateway"
    login = f'user = "{user}"\npassword = "{password}"\n' if user else ""
    return f"""
[[trunk]]
name = "{name}"
kind = "{kind}"
host = "{address[0]}"
port = {address[1]}
channels = {channels}
{login}{more}
"""


def free_port() -> int:
    """A UDP and TCP port nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LISTEN, 0))
        return int(probe.getsockname()[1])


def free_rtp_range() -> int:
    """The first of RTP_PORTS ports; spread by process, so that parallel tests do not meet."""
    return 20000 + (os.getpid() * 7 % 25) * 2 * RTP_PORTS % 40000
