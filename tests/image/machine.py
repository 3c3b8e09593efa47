"""A computer that has only the card: QEMU, and what is asked of it from outside."""

from __future__ import annotations

import contextlib
import random
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from builder import firmware

HERE = "127.0.0.1"
INSIDE = "10.0.2.2"  # this machine, as the box sees it
COMPUTERS = {
    "amd64": ("qemu-system-x86_64", "-M", "q35", "-cpu", "max"),
    # As old a processor as a Raspberry Pi 3 and Zero 2 W have: what it lacks is missed here, too.
    "arm64": ("qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53"),
}
ARM64 = (0x38, b"ARM\x64")  # where and how a kernel says so (Documentation/arch/arm64/booting.rst)
BEGUN = "Run /init as init process"
# QEMU's own mistake with several processors: one runs what the kernel on another has just replaced.
MISTAKEN = "Oops: int3"
BEGINS_WITHIN = 120.0
STARTS = 5
PORTS = 8  # of the sound; the same inside and outside
FIRSTS = iter(range(20000, 30000, PORTS))


def sound_ports() -> range:
    """UDP ports that nobody has here, below those that programs are given by chance. Each time
    others: machines may be started at the same time.
    """
    for first in FIRSTS:
        ports = range(first, first + PORTS)
        with contextlib.suppress(OSError), contextlib.ExitStack() as probes:
            for port in ports:
                probe = probes.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                probe.bind((HERE, port))
            return ports
    raise AssertionError("no UDP ports are free on this machine")


class Machine:
    """One start of the card. `log` is what the machine writes on its console."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, sip: int, https: int) -> None:
        self._process, self.log, self.sip, self.https = process, log, sip, https
        self._began = time.monotonic()

    @classmethod
    def start(
        cls,
        card: Path,
        room: Path,
        sound: range,
        trial: bool = False,
        *more: str,
        disk: Sequence[str] = (),
        kernel: str = "",
    ) -> Self:
        """Power on, without KVM: the slow way, which works on every machine.

        sound: its UDP ports, as its settings say. more: words for QEMU. disk: such words that put
        in the card in another way. kernel: words for it, beside those of the card.
        """
        found = firmware.start_of(card, room, trial)
        sip, https = _free(socket.SOCK_DGRAM), _free(socket.SOCK_STREAM)
        ways = [f"hostfwd=udp:{HERE}:{sip}-:5060", f"hostfwd=tcp:{HERE}:{https}-:443"]
        ways += [f"hostfwd=udp:{HERE}:{port}-:{port}" for port in sound]
        log = room / "console.log"
        command = [
            "nice", "-n", "5", *COMPUTERS[architecture(found.kernel)], "-accel",
            "tcg,thread=multi", "-smp", "2", "-m", "1024", "-nodefaults", "-display", "none",
            "-serial", f"file:{log}", "-kernel", str(found.kernel), "-initrd", str(found.ram_disk),
            "-append", f"{found.command_line.replace(' quiet', '')} {kernel}".rstrip(),
            *(disk or ("-drive", f"file={card},if=virtio,format=raw")),
            "-netdev", ",".join(["user", "id=lan", *ways]),
            "-device", "virtio-net-pci,netdev=lan", "-device", "virtio-rng-pci", *more,
        ]  # fmt: skip
        for left in reversed(range(STARTS)):
            log.unlink(missing_ok=True)
            machine = cls(subprocess.Popen(command), log, sip, https)
            if not left or not machine._mistaken():
                break
            print("  the emulator made a mistake; once more", file=sys.stderr, flush=True)
            machine.cut()
        return machine

    def _mistaken(self) -> bool:
        """Did the emulator itself end the kernel, before anything of the card ran?"""
        while self.seconds < BEGINS_WITHIN and self._process.poll() is None:
            said = self.log.read_text(errors="replace") if self.log.exists() else ""
            if MISTAKEN in said:
                return True
            if BEGUN in said:
                return False
            time.sleep(0.2)
        return False

    @property
    def seconds(self) -> float:
        """Since power on."""
        return time.monotonic() - self._began

    def cut(self) -> None:
        """The plug is pulled."""
        self._process.kill()
        self._process.wait()

    def waits_for(self, true: Callable[[], bool], until: float) -> float:
        """Seconds from power on until it was so."""
        while self.seconds < until and self._process.poll() is None:
            if true():
                return self.seconds
            time.sleep(1)
        raise AssertionError(f"not within {until:g} s; the console: {self.log}")

    def answers_sip(self, within: float) -> float:
        """Seconds from power on until the box speaks SIP."""
        while self.seconds < within and self._process.poll() is None:
            if self._options():
                return self.seconds
        raise AssertionError(f"no SIP within {within:g} s; the console: {self.log}")

    def _options(self) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(2)
            probe.connect((HERE, self.sip))
            branch = f"z9hG4bK{random.randrange(1 << 32):08x}"
            probe.send(
                f"OPTIONS sip:box@{HERE} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {INSIDE}:{probe.getsockname()[1]};branch={branch};rport\r\n"
                f"From: <sip:probe@{INSIDE}>;tag={branch}\r\nTo: <sip:box@{HERE}>\r\n"
                f"Call-ID: {branch}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
                "Content-Length: 0\r\n\r\n".encode()
            )
            try:
                return probe.recv(2048).startswith(b"SIP/2.0 ")
            except (TimeoutError, ConnectionRefusedError):
                return False

    def page(self, within: float) -> tuple[float, int, str]:
        """Seconds from power on until the page came, its status and text."""
        trusting = ssl._create_unverified_context()
        url = f"https://{HERE}:{self.https}/"
        asked = urllib.request.Request(url, headers={"Host": "hotline.local"})
        said: object = None
        while self.seconds < within and self._process.poll() is None:
            try:
                with urllib.request.urlopen(asked, timeout=10, context=trusting) as answer:
                    return self.seconds, answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                said = f"{error.code} {error.reason}"
            except OSError as error:
                said = error
            time.sleep(1)
        raise AssertionError(f"no page within {within:g} s, at last: {said}")


def architecture(kernel: Path) -> str:
    """Of the computer which that kernel is for."""
    begin, word = ARM64
    with kernel.open("rb") as file:
        file.seek(begin)
        return "arm64" if file.read(len(word)) == word else "amd64"


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])
