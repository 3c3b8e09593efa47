"""What the box does to a USB device reaches that device and no other."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

import pytest
from tests.sim.gsm.usb import EC25, UsbTree

from hotline.lines import usb
from hotline.lines.finder import MAKERS
from hotline.lines.usb import Bus

UHUBCTL = """#!/bin/sh
echo "$@" >> {log}
echo "Current status for hub $2 [0424:9514, USB 2.00, 5 ports{ppps}]"
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UsbTree:
    monkeypatch.setattr(usb, "OFF_S", 0)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    tree = UsbTree(tmp_path)
    for path in ("1-1", "1-1.2", "1-1.3"):
        tree.show(path, EC25, {0: None})
    return tree


def install_uhubctl(tree: UsbTree, *, ppps: bool) -> Path:
    """A program of this name that writes down how it was called."""
    log = tree.root / "uhubctl.log"
    program = tree.root / "bin" / "uhubctl"
    program.parent.mkdir()
    program.write_text(UHUBCTL.format(log=log, ppps=", ppps" if ppps else ""))
    program.chmod(0o755)
    return log


async def test_a_reset_goes_to_the_node_of_the_device_there_now(
    tree: UsbTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    reset: list[tuple[object, int]] = []

    def ioctl(file: IO[bytes], request: int, _argument: int) -> int:
        reset.append((file.name, request))
        return 0

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    tree.hide("1-1.3")
    tree.show("1-1.3", EC25, {0: None})  # devnum 5 by now
    assert Bus(tree.root).can_reset("1-1.3")
    assert await Bus(tree.root).reset("1-1.3")
    assert reset == [(str(tree.dev / "bus/usb/001/005"), 0x5514)]


async def test_a_device_that_is_gone_cannot_be_reset(tree: UsbTree) -> None:
    tree.hide("1-1.3")
    assert not Bus(tree.root).can_reset("1-1.3")
    assert not await Bus(tree.root).reset("1-1.3")


async def test_a_kernel_that_refuses_is_no_fault_of_the_box(tree: UsbTree) -> None:
    assert not await Bus(tree.root).reset("1-1.3")  # a plain file knows no such request


@pytest.mark.parametrize(
    ("path", "words"),
    [("1-1.3", "-l 1-1 -p 3"), ("1-1", "-l 1 -p 1"), ("3-1.4.2", "-l 3-1.4 -p 2")],
)
async def test_only_the_port_of_this_device_is_turned_off(
    tree: UsbTree, path: str, words: str
) -> None:
    log = install_uhubctl(tree, ppps=True)
    assert await Bus(tree.root).switch(path)
    assert log.read_text().splitlines()[-1] == f"{words} -a cycle -d 0"


async def test_a_hub_that_can_only_turn_off_all_ports_is_left_alone(tree: UsbTree) -> None:
    log = install_uhubctl(tree, ppps=False)
    await Bus(tree.root).switch("1-1.3")
    assert "cycle" not in log.read_text()


async def test_without_a_switch_the_kernel_lets_go_of_the_device_and_takes_it_again(
    tree: UsbTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    write = Path.write_text

    def noting(file: Path, text: str) -> int:
        written.append(f"{file.parent.name}/{file.name} {text}")
        return write(file, text)

    monkeypatch.setattr(Path, "write_text", noting)
    assert Bus(tree.root).can_switch("1-1.3")
    assert await Bus(tree.root).switch("1-1.3")
    assert written == ["1-1.3/authorized 0", "1-1.3/authorized 1"]


async def test_what_cannot_be_done_is_said_and_not_raised(tree: UsbTree) -> None:
    tree.hide("1-1.3")
    assert not Bus(tree.root).can_switch("1-1.3")
    assert not await Bus(tree.root).switch("1-1.3")


def test_the_rules_of_udev_are_for_every_maker_the_box_knows() -> None:
    rules = Path(__file__).parents[2] / "boot" / "udev" / "60-hotline-modems.rules"
    assert f'ATTR{{idVendor}}!="{"|".join(MAKERS)}"' in rules.read_text()
