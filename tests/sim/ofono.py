"""ofonod, the telephony daemon of others, as an independent client of our simulated modems.

It runs as it is, on a D-Bus of its own and with its settings and its storage in a mount namespace
of its own: no root, and nothing of this machine's own ofono, is needed or touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import time
import tty
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.sim.gsm import Ec25

UNPACKED = Path(__file__).parents[2] / ".cache/unpacked/usr/sbin/ofonod"
OFONOD = str(UNPACKED) if UNPACKED.exists() else shutil.which("ofonod", path="/usr/sbin:/usr/bin")
T = TypeVar("T")
MODEM = "/phonesim"
READY = ("VoiceCallManager", "MessageManager", "NetworkRegistration")

# The address of the modem is read from /etc/ofono and nowhere else. D-Bus's own way to tell users
# apart fails between namespaces; nobody else can reach the socket.
_NAMESPACE = """
mount -t overlay -o "ro,lowerdir=$1:/etc" overlay /etc && mount -t tmpfs none /var/lib || exit 77
shift
exec "$@"
"""
_BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <auth>ANONYMOUS</auth>
  <allow_anonymous/>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class Refused(Exception):  # noqa: N818 - an answer
    """ofonod did not do what it was asked; its words."""


def missing() -> str:
    """What this machine lacks for it, "" if nothing."""
    if OFONOD is None:
        return "ofonod is neither installed nor unpacked"
    for tool in ("dbus-daemon", "dbus-send", "dbus-monitor", "unshare"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    tried = subprocess.run(
        [*_apart(Path("/usr")), OFONOD, "--version"], capture_output=True, check=False, timeout=10
    )
    if tried.returncode:
        return "needs the right to mount in a namespace of its own, and what ofonod is linked with"
    return ""


def _apart(etc: Path) -> list[str]:
    """The words before a command that give it a file system with `etc` laid over /etc."""
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", _NAMESPACE, "sh", str(etc)]


@dataclass(frozen=True)
class Call:
    """A call as ofonod sees it. state: incoming, dialing, alerting, active, held ..."""

    path: str
    state: str
    number: str
    in_conference: bool


class Ofono:
    """A running ofonod with one modem."""

    def __init__(self, socket: Path, log: Path) -> None:
        self._socket, self._log = socket, log

    async def ask(self, path: str, method: str, *words: str) -> str:
        """Call a method of org.ofono; what it gives, as dbus-send prints it. Raises Refused."""
        child = await asyncio.create_subprocess_exec(
            "dbus-send", f"--bus=unix:path={self._socket}", "--print-reply", "--type=method_call",
            "--reply-timeout=20000", "--dest=org.ofono", path, f"org.ofono.{method}", *words,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, wrong = await asyncio.wait_for(child.communicate(), 30)
        if child.returncode:
            raise Refused(wrong.decode().strip())
        return said.decode()

    async def manager(self, method: str, *words: str) -> str:
        """A method of the modem's VoiceCallManager."""
        return await self.ask(MODEM, f"VoiceCallManager.{method}", *words)

    async def calls(self) -> list[Call]:
        """The calls it knows of."""
        return [_call(one) for one in re.split(r"struct \{", await self.manager("GetCalls"))[1:]]

    async def until(
        self, wanted: Callable[[list[Call]], bool], what: str, within: float = 10.0
    ) -> list[Call]:
        """Wait until the calls are as wanted."""
        return await self._look(self.calls, wanted, what, within)

    async def one(self, state: str, within: float = 10.0) -> Call:
        """Wait until there is one call, and it is in this state."""
        calls = await self.until(
            lambda calls: [call.state for call in calls] == [state], f"a call {state}", within
        )
        return calls[0]

    async def none(self, within: float = 10.0) -> None:
        """Wait until there is no call."""
        await self.until(lambda calls: not calls, "no call", within)

    async def properties(self, interface: str) -> str:
        """What GetProperties of an interface of the modem gives."""
        return await self.ask(MODEM, f"{interface}.GetProperties")

    async def until_it_says(self, interface: str, words: str, within: float = 15.0) -> str:
        """Wait until the properties of an interface match."""

        def matches(said: str) -> bool:
            return re.search(words, said) is not None

        return await self._look(lambda: self.properties(interface), matches, words, within)

    async def _look(
        self, ask: Callable[[], Awaitable[T]], wanted: Callable[[T], bool], what: str, within: float
    ) -> T:
        """Ask again and again until the answer is as wanted; to be refused is no answer yet."""
        seen: T | None = None
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            with contextlib.suppress(Refused):
                seen = await ask()
                if wanted(seen):
                    return seen
            await asyncio.sleep(0.05)
        raise AssertionError(f"{what} within {within:g} s; it says {seen}\n{self.said()}")

    @contextlib.asynccontextmanager
    async def told(self, signal: str, within: float = 15.0) -> AsyncIterator[asyncio.Task[str]]:
        """A task that ends with the next signal of this name, and gives what is in it."""
        child = await asyncio.create_subprocess_exec(
            "dbus-monitor", "--address", f"unix:path={self._socket}",
            f"type='signal',member='{signal}'",
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert child.stdout is not None

        async def listen() -> str:
            said = ""
            async with asyncio.timeout(within):
                while f"member={signal}" not in said or not said.endswith("\n   ]\n"):
                    assert child.stdout is not None
                    said += (await child.stdout.readline()).decode()
            return said

        await child.stdout.readline()  # it listens
        task = asyncio.ensure_future(listen())
        try:
            yield task
        finally:
            task.cancel()
            child.terminate()
            await child.wait()

    def said(self) -> str:
        """The end of its log."""
        return self._log.read_text(errors="replace")[-3000:]


def value(said: str, name: str) -> str:
    """The value of a property in what dbus-send prints, with its type unless it is a string."""
    found = re.search(rf'string "{name}"\s+variant\s+(?:string )?(.+)', said)
    return found[1] if found else ""


def _call(text: str) -> Call:
    found = dict(re.findall(r'string "(\w+)"\s+variant\s+\w+ "?([^"\n]*)', text))
    path = re.search(r'object path "([^"]+)"', text)
    assert path is not None, text
    return Call(path[1], found["State"], found["LineIdentification"], found["Multiparty"] == "true")


@contextlib.asynccontextmanager
async def ofono(modem: Ec25, folder: Path) -> AsyncIterator[Ofono]:
    """An ofonod whose modem is this one, switched on and in the network."""
    async with contextlib.AsyncExitStack() as closing:
        port = await closing.enter_async_context(_over_tcp(modem))
        socket = folder / "bus"
        (folder / "bus.conf").write_text(_BUS.format(socket=socket))
        settings = folder / "etc/ofono"
        settings.mkdir(parents=True)
        (settings / "phonesim.conf").write_text(
            f"[{MODEM.strip('/')}]\nAddress=127.0.0.1\nPort={port}\n"
        )
        log = folder / "ofonod.log"
        await closing.enter_async_context(_bus(folder / "bus.conf", log))
        await closing.enter_async_context(
            _running(log, *_apart(folder / "etc"), str(OFONOD), "-n", "-d", bus=socket)
        )
        phone = Ofono(socket, log)
        await phone.until_it_says("Modem", "Powered")
        for what in ("Powered", "Online"):
            await phone.ask(MODEM, "Modem.SetProperty", f"string:{what}", "variant:boolean:true")
        for interface in READY:
            await phone.until_it_says("Modem", interface)
        yield phone


@contextlib.asynccontextmanager
async def _bus(settings: Path, log: Path) -> AsyncIterator[None]:
    """A D-Bus of our own; it listens when this begins."""
    words = ("dbus-daemon", f"--config-file={settings}", "--nofork", "--print-address=1")
    async with _running(log, *words, stdout=asyncio.subprocess.PIPE) as child:
        assert child.stdout is not None
        await asyncio.wait_for(child.stdout.readline(), 10)
        yield


@contextlib.asynccontextmanager
async def _running(
    log: Path, *words: str, bus: Path | None = None, stdout: int | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    more = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bus}", "OFONO_AT_DEBUG": "1"} if bus else {}
    with log.open("ab") as file:
        child = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=stdout or file, stderr=file,
            env={**os.environ, **more},
        )  # fmt: skip
    try:
        yield child
    finally:
        if child.returncode is None:
            child.terminate()
        await asyncio.wait_for(child.wait(), 10)


@contextlib.asynccontextmanager
async def _over_tcp(modem: Ec25) -> AsyncIterator[int]:
    """The modem's AT port on a TCP port of this machine, for one client at a time."""
    loop = asyncio.get_running_loop()
    port = os.open(modem.at, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(port)
    clients: list[asyncio.StreamWriter] = []

    def heard() -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            data = os.read(port, 4096)
            for client in clients:
                client.write(data)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        clients.append(writer)
        while data := await reader.read(4096):
            os.write(port, data)
        clients.remove(writer)
        writer.close()

    loop.add_reader(port, heard)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        loop.remove_reader(port)
        for client in clients:
            client.close()
        os.close(port)
