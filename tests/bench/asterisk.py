"""The yardstick: Asterisk of Debian unstable, doing the same work for the same SIPp calls.

It lives in a chroot under ~/.cache/hotline-box/asterisk, made once by mmdebstrap from packages that
Debian signed; remove that folder to have it made anew. It runs in the foreground as root, on a
loopback address, with nothing but the modules the work needs: no login, TLS, CDR or manager.

The same work means the same steps and the same packets. prompt: music to the caller while a mobile
rings. bridged: the mobile answered, pressed 1, and both talk through the server; Asterisk passes
the packets on as they are, which is its best case. recording: a WAV of the caller, with silence
sent meanwhile, since the box sends it too (by default Asterisk would send nothing).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from hotline.media import tones
from tests.bench.figures import Figure
from tests.bench.load import STEADY_STEP, Measured, People, one_load, the_box
from tests.sim.ports import free_ports

HOST, SOUND_PORTS = "127.0.0.5", (30000, 39999)
ITS_PEOPLE = People("127.0.0.6", "127.0.0.7")
SUITE = "sid"
DEBIAN = "http://deb.debian.org/debian"
MOST = 0.6  # of Asterisk's CPU
HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotline-box/asterisk"
CHROOT = HOME / "chroot"
MODULES = [
    "res_timing_timerfd", "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb",
    "res_pjproject", "res_pjsip", "res_pjsip_session", "res_pjsip_pubsub",
    "res_pjsip_endpoint_identifier_ip", "res_pjsip_sdp_rtp", "res_rtp_asterisk", "res_musiconhold",
    "chan_pjsip", "bridge_simple", "bridge_native_rtp", "pbx_config", "app_dial", "app_read",
    "app_record", "app_stack", "codec_alaw", "codec_ulaw", "format_wav",
]  # fmt: skip

# {room}: the folder inside the chroot, {modules}: where Debian puts them, {port}, {staff_port}
SETTINGS = {
    "asterisk.conf": """
[directories]
astetcdir => {room}
astmoddir => {modules}
astvarlibdir => {room}
astdbdir => {room}
astkeydir => {room}
astdatadir => /usr/share/asterisk
astagidir => {room}
astspooldir => {room}
astrundir => {room}
astlogdir => {room}
[options]
maxfiles = 10000
transmit_silence = yes
""",
    "modules.conf": "[modules]\nautoload = no\n{load}\n",
    "logger.conf": "[general]\n[logfiles]\nmessages => warning,error\n",
    "cdr.conf": "[general]\nenable = no\n",
    "cel.conf": "[general]\nenable = no\n",
    "rtp.conf": "[general]\nrtpstart = {ports[0]}\nrtpend = {ports[1]}\n",
    "musiconhold.conf": "[default]\nmode = files\ndirectory = {room}/sounds\n",
    "pjsip.conf": """
[udp]
type = transport
protocol = udp
bind = {host}:{port}

[house](!)
type = endpoint
transport = udp
context = office
disallow = all
allow = alaw,ulaw
direct_media = no
media_address = {host}
bind_rtp_to_media_address = yes

[callers](house)

[callers]
type = identify
endpoint = callers
match = {callers}

[staff](house)
aors = staff

[staff]
type = aor
contact = sip:mobile@{staff}:{staff_port}
""",
    "extensions.conf": """
[office]
exten = service,1,Answer()
 same = n,Read(KEY,{room}/sounds/music,1,,1,10)
 same = n,GotoIf($["${{KEY}}" = "2"]?complaint)
 same = n,GotoIf($["${{KEY}}" != "1"]?end)
 same = n(ring),Dial(PJSIP/staff,15,mU(take))
 same = n,Goto(ring)
 same = n(complaint),Record({room}/complaint-${{UNIQUEID}}.wav,0,600,q)
 same = n(end),Hangup()

[take]
exten = s,1,Read(TAKE,{room}/sounds/music,1,,1,16)
 same = n,GotoIf($["${{TAKE}}" = "1"]?taken)
 same = n,Set(GOSUB_RESULT=CONGESTION)
 same = n(taken),Return()
""",
}
# Of one channel, as `core show channels concise` tells it: has it come to the measured step?
_APPLICATION, _BRIDGE = 5, 12
STEADY: dict[str, Callable[[list[str]], bool]] = {
    "prompt": lambda channel: channel[_APPLICATION] == "Dial",
    "bridged": lambda channel: channel[_APPLICATION] == "Dial" and channel[_BRIDGE] != "",
    "recording": lambda channel: channel[_APPLICATION] == "Record",
}


class NoAsterisk(Exception):  # noqa: N818 - read as a sentence
    """One line: why there is no yardstick on this machine."""


async def compared(sizes: tuple[int, ...], seconds: float) -> list[Figure]:
    """CPU per call-minute as a share of Asterisk's. Needs `ensure`.

    Both carry their own calls at the same time: one after the other, even Asterisk itself needs up
    to half more than a minute ago on a machine whose other tenants come and go.
    """
    return [
        _share(*await _side_by_side(name, size, seconds)) for size in sizes for name in STEADY_STEP
    ]


async def _side_by_side(name: str, size: int, seconds: float) -> tuple[Measured, Measured]:
    window = asyncio.Barrier(2)
    async with asyncio.TaskGroup() as both:
        ours = both.create_task(one_load(the_box, name, size, seconds, together=window))
        its = both.create_task(one_load(asterisk, name, size, seconds, ITS_PEOPLE, window))
    return ours.result(), its.result()


def _share(ours: Measured, its: Measured) -> Figure:
    def told(one: Measured) -> str:
        rate = one.packets_per_s / one.calls
        return f"{one.per_minute:.3f} s ({rate:.0f} packets/s a call)"

    name = f"CPU per call-minute, ours / Asterisk, {ours.calls} calls {ours.load}"
    note = f"ours {told(ours)}, Asterisk {version()} {told(its)}"
    return Figure(name, ours.per_minute / its.per_minute, "", MOST, note)


class Asterisk:
    """One that runs. room: its folder, as seen inside the chroot."""

    events, sound_ports = 101, SOUND_PORTS

    def __init__(self, process: asyncio.subprocess.Process, room: Path, port: int) -> None:
        self.pid, self.address = process.pid, (HOST, port)
        self._room = room

    async def steady(self, load: str, calls: int, within: float) -> None:
        """Wait until that many calls have come to the step that is measured."""
        deadline, come = time.monotonic() + within, 0
        while time.monotonic() < deadline:
            rows = (await self.ask("core show channels concise")).splitlines()
            come = sum(STEADY[load](row.split("!")) for row in rows if "!" in row)
            if come >= calls:
                return
            await asyncio.sleep(0.2)
        raise AssertionError(
            f"{come} of {calls} calls {load} within {within:g} s; log: {self.log()}"
        )

    def log(self) -> str:
        """The end of its warnings and errors."""
        file = CHROOT / self._room.relative_to("/") / "messages"
        return file.read_text(errors="replace")[-1500:] if file.exists() else ""

    async def ask(self, question: str) -> str:
        """What it answers to a command of its console."""
        child = await asyncio.create_subprocess_exec(
            *_in_chroot(self._room, "-rx", question),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        return (await child.communicate())[0].decode(errors="replace")


@contextlib.asynccontextmanager
async def asterisk(_: Path, people: People) -> AsyncIterator[Asterisk]:
    """Asterisk, ready for calls; its settings and recordings go when it ends."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=CHROOT / "tmp") as folder:
        room, port = Path("/") / Path(folder).relative_to(CHROOT), free_ports(HOST, 1)[0]
        _set_up(Path(folder), room, port, people)
        process = await asyncio.create_subprocess_exec(
            *_in_chroot(room, "-f"),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            server = Asterisk(process, room, port)
            await _ready(server, process)
            yield server
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _ready(server: Asterisk, process: asyncio.subprocess.Process) -> None:
    deadline = time.monotonic() + 20
    while process.returncode is None and time.monotonic() < deadline:
        if "fully booted" in await server.ask("core waitfullybooted"):
            return
        await asyncio.sleep(0.1)  # its socket is not there at once
    raise AssertionError(f"Asterisk did not start: {server.log()}")


def _set_up(folder: Path, room: Path, port: int, people: People) -> None:
    """Its settings, and the box's own music as its only sound."""
    modules = next(CHROOT.glob("usr/lib/*/asterisk/modules")).relative_to(CHROOT)
    values = {
        "room": room, "modules": Path("/") / modules, "ports": SOUND_PORTS, "host": HOST,
        "port": port,
        "staff": people.staff, "staff_port": people.staff_port, "callers": people.callers,
        "load": "\n".join(f"require = {module}.so" for module in MODULES),
    }  # fmt: skip
    for name, text in SETTINGS.items():
        (folder / name).write_text(text.format(**values))
    (folder / "sounds").mkdir()
    shutil.copy(tones.files(folder / "ours").music, folder / "sounds/music.wav")


def _in_chroot(room: Path, *words: str) -> list[str]:
    return ["chroot", str(CHROOT), "/usr/sbin/asterisk", "-C", f"{room}/asterisk.conf", *words]


# -- the chroot ----------------------------------------------------------------------------


def version() -> str:
    """Debian's version of the Asterisk that is there, as in 22.10.1."""
    words = _output("chroot", str(CHROOT), "/usr/sbin/asterisk", "-V")
    return "".join(re.findall(r"^Asterisk ([\d.]+)", words))


def ensure() -> None:
    """Make the chroot unless it is there. Raises NoAsterisk."""
    if os.geteuid() != 0:
        raise NoAsterisk("Asterisk is not measured: its chroot needs root; run as root.")
    if (CHROOT / "usr/sbin/asterisk").exists():
        return
    if shutil.which("mmdebstrap") is None:
        raise NoAsterisk("Asterisk is not measured: run `apt install mmdebstrap` first.")
    HOME.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="making-", dir=HOME) as making:
        _make(Path(making) / "chroot")
        (Path(making) / "chroot").rename(CHROOT)


def _make(place: Path) -> None:
    settings = {
        # The signature is what counts; a mirror that lags behind is still Debian's.
        "Acquire::Check-Valid-Until": "false",
        "Acquire::Languages": "none",
        "APT::Install-Recommends": "false",
    }
    log = HOME / "chroot.log"
    with log.open("wb") as words:
        made = subprocess.run(
            ["mmdebstrap", "--mode=root", "--variant=essential", "--include=asterisk",
             *(f'--aptopt={key} "{value}"' for key, value in settings.items()),
             SUITE, str(place), _mirror()],
            stdin=subprocess.DEVNULL, stdout=words, stderr=words, check=False,
        )  # fmt: skip
    if made.returncode != 0:
        raise NoAsterisk(f"Asterisk is not measured: no chroot of Debian {SUITE}; see {log}")


def _mirror() -> str:
    """The Debian mirror this machine already uses, else Debian's own address."""
    rows = _output("apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)")
    own = re.findall(r"^Debian\|Debian\|(https?://\S+?)/?$", rows, re.MULTILINE)
    return str(own[0]) if own else DEBIAN


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
