"""A house with a network: the box behind one end of a cable, a browser behind the other.

NetworkManager is the real one, as Debian ships it, with a D-Bus of its own and in namespaces of its
own: no root, and nothing of this machine's own network, is needed or touched.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

UNPACKED = Path(__file__).parents[2] / ".cache/unpacked"
MANAGER = UNPACKED / "usr/sbin/NetworkManager"
ROUTER = "10.9.8.1"
NEEDED_S = 60.0

# What a browser sends and gets, one request a line; it runs in the other namespace.
_BROWSER = """
import json, sys, urllib.error, urllib.parse, urllib.request, http.cookiejar
# As if the page stood behind the TLS that the box has in front of it.
jar = http.cookiejar.CookieJar(
    http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https")))
way = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar))
for line in sys.stdin:
    ask = json.loads(line)
    form = urllib.parse.urlencode(ask["form"]).encode() if ask["form"] is not None else None
    try:
        with way.open(ask["url"], form, timeout=ask["wait"]) as got:
            said = {"status": got.status, "text": got.read().decode(), "url": got.url}
    except urllib.error.HTTPError as got:
        said = {"status": got.code, "text": got.read().decode(), "url": got.url}
    except OSError as wrong:
        said = {"status": 0, "text": str(wrong), "url": ask["url"]}
    print(json.dumps(said), flush=True)
"""
_BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={folder}/bus</listen>
  <policy context="default">
    <allow user="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*" eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_CONFIG = """\
[main]
plugins=keyfile
auth-polkit=false
no-auto-default=*
dns=none
rc-manager=unmanaged
[keyfile]
path={folder}/profiles
"""
_PROFILE = """\
[connection]
id=cable
uuid=5f1f4a0e-0b4b-4d52-9f0e-3b1c7a6f1a11
type=ethernet
interface-name=eth0
[ipv4]
method=manual
address1={address}/24,{router}
[ipv6]
method=disabled
"""
# /sys of this network, read-only: without udev NetworkManager takes devices as they are.
_HOUSE = """
set -e
mount -t sysfs -o ro none /sys
mount -t tmpfs none /var/lib
mount -t tmpfs none /run
ip link set lo up
unshare --net sleep infinity & far=$!
until [ "$(readlink /proc/$far/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do :; done
ip link add eth0 type veth peer name far netns $far
nsenter -t $far -n sh -c "ip link set lo up; ip addr add $2/16 dev far; ip link set far up"
dbus-daemon --config-file="$1/bus.conf" --nofork --nopidfile 2>"$1/bus.log" &
until [ -S "$1/bus" ]; do :; done
"$3" --debug --config="$1/nm.conf" --system-config-dir="$1/none" \
  --intern-config="$1/intern.conf" --state-file=/run/nm.state >"$1/nm.log" 2>&1 &
echo $far
wait $!
"""


def missing() -> str:
    """What this machine lacks for it, "" if nothing."""
    if not MANAGER.exists():
        return "NetworkManager is not unpacked"
    tried = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", "--mount", str(MANAGER), "--version"],
        capture_output=True, env=_env(), check=False, timeout=30,
    )  # fmt: skip
    return "NetworkManager cannot run here" if tried.returncode else ""


def _env() -> dict[str, str]:
    libraries = next(UNPACKED.glob("usr/lib/*-linux-gnu"), UNPACKED)
    return {**os.environ, "LD_LIBRARY_PATH": str(libraries), "LC_ALL": "C"}


@dataclass
class Answer:
    """What a browser got. status 0: nothing; text says why."""

    status: int
    text: str
    url: str


class Browser:
    """A person's browser at the other end of the cable; it keeps its cookies."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child

    def get(self, url: str, *, wait: float = 5.0) -> Answer:
        """A page."""
        return self._ask(url, None, wait)

    def post(self, url: str, form: dict[str, str], *, wait: float = 20.0) -> Answer:
        """A form."""
        return self._ask(url, form, wait)

    def _ask(self, url: str, form: dict[str, str] | None, wait: float) -> Answer:
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.write(json.dumps({"url": url, "form": form, "wait": wait}) + "\n")
        self._child.stdin.flush()
        return Answer(**json.loads(self._child.stdout.readline()))


@dataclass
class House:
    """Two namespaces and a cable. near, far: processes in the box's and in the browser's."""

    folder: Path
    near: int
    far: int

    @property
    def nmcli(self) -> str:
        """A command like nmcli that speaks to the house's NetworkManager, from outside of it."""
        return self._nmcli("outside", " ".join(self.inside()))

    @property
    def commands(self) -> str:
        """The folder of such an nmcli for who is inside."""
        return str(Path(self._nmcli("inside", "")).parent)

    def _nmcli(self, where: str, enter: str) -> str:
        path = self.folder / where / "nmcli"
        if not path.exists():
            path.parent.mkdir()
            path.write_text(
                f"#!/bin/sh\nexport LD_LIBRARY_PATH={_env()['LD_LIBRARY_PATH']}\n"
                f"export DBUS_SYSTEM_BUS_ADDRESS=unix:path={self.folder}/bus\n"
                f'exec {enter} {UNPACKED / "usr/bin/nmcli"} "$@"\n'
            )
            path.chmod(0o755)
        return str(path)

    def inside(self, *command: str) -> list[str]:
        """The command, run where the box is."""
        return [*enter(self.near), *command]

    def asks(self, *words: str) -> str:
        """What nmcli prints."""
        done = subprocess.run([self.nmcli, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    @contextmanager
    def browser(self) -> Iterator[Browser]:
        """Somebody at the other end of the cable."""
        child = subprocess.Popen(
            [*enter(self.far), sys.executable, "-c", _BROWSER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            yield Browser(child)
        finally:
            child.kill()
            child.wait()


def enter(process: int) -> list[str]:
    """The words before a command that has it run where that process is."""
    words = ["nsenter", "-t", str(process), "--net", "--mount"]
    return words if os.geteuid() == 0 else [*words, "--user", "--preserve-credentials"]


@contextmanager
def house(folder: Path, address: str = "10.9.8.2") -> Iterator[House]:
    """The box's end of the cable is eth0, with `address`."""
    (folder / "profiles").mkdir(parents=True)
    (folder / "bus.conf").write_text(_BUS.format(folder=folder))
    (folder / "nm.conf").write_text(_CONFIG.format(folder=folder))
    profile = folder / "profiles/cable.nmconnection"
    profile.write_text(_PROFILE.format(address=address, router=ROUTER))
    profile.chmod(0o600)
    env = {**_env(), "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus"}
    apart = ["unshare", "--net", "--mount"]
    apart += [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    child = subprocess.Popen(
        [*apart, "sh", "-c", _HOUSE, "sh", str(folder), ROUTER, str(MANAGER)],
        stdout=subprocess.PIPE, text=True, env=env, start_new_session=True,
    )  # fmt: skip
    try:
        assert child.stdout
        far = child.stdout.readline()
        assert far, "the house did not come up"
        made = House(folder, child.pid, int(far))
        _connected(made)
        yield made
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _connected(made: House) -> None:
    until = time.monotonic() + NEEDED_S
    while time.monotonic() < until:
        done = subprocess.run(
            [made.nmcli, "-t", "-f", "DEVICE,STATE", "device"], capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if "eth0:connected" in done.stdout:
            return
    raise AssertionError(f"no network: {(made.folder / 'nm.log').read_text()[-2000:]}")
