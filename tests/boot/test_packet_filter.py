"""What the box answers to in a network: the page, its name, telephony of known addresses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.boot.scripts import SCRIPTS
from tests.sim.box import ROOT

RULES = ROOT / "boot/root/etc/nftables.conf"
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("nft") or not shutil.which("ip"),
    reason="only root, with nft and ip, can make networks of its own",
)

PROVIDER, STRANGER, BOX = "10.77.0.2", "10.77.0.3", "10.77.0.1"
# Everything answers on every port, so that whoever is not answered was kept away by the rules.
OPEN = """
import socket, threading
def tcp(port):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("0.0.0.0", port)); s.listen(64)
    def run():
        while True: s.accept()[0].close()
    threading.Thread(target=run, daemon=True).start()
def udp(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("0.0.0.0", port))
    def run():
        while True: s.sendto(b"here", s.recvfrom(99)[1])
    threading.Thread(target=run, daemon=True).start()
for port in TCP: tcp(port)
for port in UDP: udp(port)
print("open", flush=True); input()
"""
TCP = (22, 25, 53, 80, 111, 443, 631, 5060, 5061, 5070, 8080, 8443, 9090)
UDP = (53, 67, 69, 123, 161, 1900, 5060, 5061, 5070, 5353, 16384, 16583, 16584, 20000, 20100)
ASK = """
import selectors, socket, sys
who, found = sys.argv[1], []
waiting = selectors.DefaultSelector()
for port in TCP:
    s = socket.socket(); s.bind((who, 0)); s.setblocking(False); s.connect_ex(("BOX", port))
    waiting.register(s, selectors.EVENT_WRITE, ("tcp", port))
for port in UDP:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind((who, 0)); s.setblocking(False)
    s.connect(("BOX", port)); s.send(b"there")
    waiting.register(s, selectors.EVENT_READ, ("udp", port))
while heard := waiting.select(1.5):
    for key, _ in heard:
        waiting.unregister(key.fileobj)
        if not key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR): found.append(key.data)
print(sorted(found))
"""


def _program(text: str) -> str:
    return text.replace("TCP", str(TCP)).replace("UDP", str(UDP)).replace("BOX", BOX)


@dataclass
class Net:
    """Two network houses with a cable between them: the box, and everybody else."""

    box: str
    others: str

    def inside(self, house: str, *words: str | Path, stdin: str = "") -> str:
        done = subprocess.run(
            ["ip", "netns", "exec", house, *words],
            input=stdin, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def answered(self, who: str) -> list[tuple[str, int]]:
        """On which ports the box answers them."""
        told = self.inside(self.others, sys.executable, "-c", _program(ASK), who)
        return [(kind, port) for kind, port in eval(told)]

    def peers(self, file: Path) -> str:
        """Let the daemon's list count; what the rules hold then."""
        self.inside(self.box, "env", f"HOTLINE_PEERS={file}", "dash", "-eu", SCRIPTS / "peers.sh")
        return self._set("peers4")

    def ports(self) -> list[str]:
        """At which ports they reach the telephony."""
        return [self._set("telephony"), self._set("sound")]

    def _set(self, name: str) -> str:
        return self.inside(self.box, "nft", "list", "set", "inet", "hotline", name)


@pytest.fixture(scope="module")
def net() -> Iterator[Net]:
    mark = uuid.uuid4().hex[:6]
    here = Net(f"box{mark}", f"all{mark}")
    run = lambda *words: subprocess.run(words, check=True)  # noqa: E731
    for house in (here.box, here.others):
        run("ip", "netns", "add", house)
    try:
        run("ip", "link", "add", f"b{mark}", "netns", here.box, "type", "veth",
            "peer", "name", f"o{mark}", "netns", here.others)  # fmt: skip
        for house, link, addresses in (
            (here.box, f"b{mark}", (BOX,)),
            (here.others, f"o{mark}", (PROVIDER, STRANGER)),
        ):
            for address in addresses:
                here.inside(house, "ip", "addr", "add", f"{address}/24", "dev", link)
            here.inside(house, "ip", "link", "set", link, "up")
            here.inside(house, "ip", "link", "set", "lo", "up")
        here.inside(here.box, "nft", "-f", RULES)
        with subprocess.Popen(
            ["ip", "netns", "exec", here.box, sys.executable, "-c", _program(OPEN)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        ) as box:  # fmt: skip
            assert box.stdout
            assert box.stdout.readline() == b"open\n"
            yield here
            box.kill()
    finally:
        for house in (here.box, here.others):
            run("ip", "netns", "del", house)


PAGE = [("tcp", 80), ("tcp", 443), ("udp", 5353)]
TELEPHONY = [("tcp", 5060), ("tcp", 5061), ("udp", 5060), ("udp", 5061)]


def test_a_stranger_is_answered_by_the_page_alone(net: Net, tmp_path: Path) -> None:
    (tmp_path / "peers").write_text(f"{PROVIDER}\n")
    net.peers(tmp_path / "peers")
    assert net.answered(STRANGER) == PAGE


def test_the_provider_is_answered_by_the_telephony_too(net: Net, tmp_path: Path) -> None:
    (tmp_path / "peers").write_text(f"{PROVIDER}\n")
    net.peers(tmp_path / "peers")
    sound = [("udp", 16384), ("udp", 16583)]
    assert net.answered(PROVIDER) == sorted([*PAGE, *TELEPHONY, *sound])


def test_a_provider_that_was_taken_out_is_a_stranger_again(net: Net, tmp_path: Path) -> None:
    (tmp_path / "peers").write_text(f"{PROVIDER}\n")
    net.peers(tmp_path / "peers")
    (tmp_path / "peers").unlink()
    net.peers(tmp_path / "peers")
    assert net.answered(PROVIDER) == PAGE


def test_ports_that_the_settings_name_are_answered_instead_of_the_usual_ones(
    net: Net, tmp_path: Path
) -> None:
    (tmp_path / "peers").write_text(f"{PROVIDER}\nport 5070\nsound 20000-20099\n")
    net.peers(tmp_path / "peers")
    own = [("tcp", 5070), ("udp", 5070), ("udp", 20000)]
    assert net.answered(PROVIDER) == sorted([*PAGE, *own])
    assert net.answered(STRANGER) == PAGE


@pytest.mark.parametrize(
    "wrong", ["port 22", "port 99999", "port 5070, 22", "sound 20099-20000", "sound 1024-65535"]
)
def test_no_line_of_the_list_opens_other_ports(net: Net, tmp_path: Path, wrong: str) -> None:
    (tmp_path / "peers").write_text(f"{PROVIDER}\n")
    usual = [net.peers(tmp_path / "peers"), *net.ports()]
    (tmp_path / "peers").write_text(f"{PROVIDER}\n{wrong}\n")
    assert [net.peers(tmp_path / "peers"), *net.ports()] == usual


HOSTILE = (
    "0.0.0.0/0",
    "0.0.0.0/1",
    "1.2.3.4 }; flush ruleset; #",
    "$(reboot)",
    "256.1.1.1",
    "a" * 9000,
    "::/0",
)


def test_no_line_of_the_list_opens_the_box_to_everybody(net: Net, tmp_path: Path) -> None:
    (tmp_path / "peers").write_text("\n".join((*HOSTILE, PROVIDER)) + "\n")
    kept = net.peers(tmp_path / "peers")
    assert PROVIDER in kept
    assert "1.2.3.4" not in kept
    assert net.answered(STRANGER) == PAGE
