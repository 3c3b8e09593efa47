"""A modem is known by what it is and where it is plugged in, whatever its ports are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sim.gsm.usb import EC25, STORAGE, UsbTree

from hotline.errors import LineDown, Unplugged
from hotline.lines.finder import KNOWN, MAKERS, VOICE, Finder, modems, voice_modems
from hotline.lines.usb import Bus
from hotline.options import Modem

ONLY = Modem("mobile")


@pytest.fixture
def tree(tmp_path: Path) -> UsbTree:
    return UsbTree(tmp_path)


@pytest.fixture
def finder(tree: UsbTree) -> Finder:
    """Its bus has a hub, a keyboard and a root hub on it already."""
    tree.show("usb1", ("1d6b", "0002"), {0: None})
    tree.show("1-1", ("0424", "9514"), {0: None})
    tree.show("1-1.2", ("046d", "c31c"), {0: None, 1: None})
    return Finder(Bus(tree.root))


def plug(tree: UsbTree, path: str, ids: tuple[str, str] = EC25, ports: int = 5) -> None:
    """A modem appears; behind each of its ports there is a file of its name."""
    files = {number: tree.root / f"{path} port {number}" for number in range(ports)}
    for file in files.values():
        file.write_text(file.name)
    tree.show(path, ids, dict(files))


def at_of(finder: Finder, modem: Modem) -> str:
    """What is found behind its AT port."""
    return finder.find(modem).ports(finder.bus.dev).at.read_text()


def test_the_only_modem_needs_no_name(tree: UsbTree, finder: Finder) -> None:
    plug(tree, "1-1.3")
    ports = finder.find(ONLY).ports(finder.bus.dev)
    assert ports.at.read_text() == "1-1.3 port 2"
    assert ports.sound is not None
    assert ports.sound.read_text() == "1-1.3 port 1"
    assert ports.usb == "1-1.3"


def test_a_modem_is_found_again_under_other_numbers(tree: UsbTree, finder: Finder) -> None:
    plug(tree, "1-1.3")
    before = finder.find(ONLY).ports(finder.bus.dev)
    tree.hide("1-1.3")
    plug(tree, "1-1.4")  # somebody else's, first by now
    plug(tree, "1-1.3")
    after = finder.find(Modem("mobile", usb="1-1.3")).ports(finder.bus.dev)
    assert {before.at, before.sound}.isdisjoint({after.at, after.sound})
    assert after.at.read_text() == "1-1.3 port 2"


def test_of_two_equal_modems_each_line_gets_its_own(tree: UsbTree, finder: Finder) -> None:
    plug(tree, "1-1.3")
    plug(tree, "1-1.4")
    assert at_of(finder, Modem("one", usb="1-1.4")) == "1-1.4 port 2"
    assert at_of(finder, Modem("two", usb="1-1.3")) == "1-1.3 port 2"


def test_which_of_two_modems_is_meant_is_asked_for(tree: UsbTree, finder: Finder) -> None:
    plug(tree, "1-1.3")
    plug(tree, "1-1.4")
    with pytest.raises(LineDown, match=r'2 modems .* Write usb = "1-1.3" or usb = "1-1.4"'):
        finder.find(ONLY)


def test_where_nothing_is_plugged_in_it_says_so(finder: Finder) -> None:
    with pytest.raises(Unplugged, match="No modem is plugged in"):
        finder.find(ONLY)


def test_a_modem_in_another_socket_is_named(tree: UsbTree, finder: Finder) -> None:
    plug(tree, "1-1.4")
    with pytest.raises(Unplugged, match=r"no modem at USB 1-1.3.*Quectel EC25 \(USB 1-1.4\)"):
        finder.find(Modem("mobile", usb="1-1.3"))


def test_a_stick_that_is_a_disk_still_is_told_from_no_modem(tree: UsbTree, finder: Finder) -> None:
    tree.show("1-1.3", ("12d1", "1446"), {0: None}, STORAGE)
    with pytest.raises(LineDown, match="shows itself as a disk"):
        finder.find(ONLY).ports(finder.bus.dev)


@pytest.mark.parametrize("lost", [1, 2])
def test_a_modem_without_one_of_its_ports_is_waited_for(
    tree: UsbTree, finder: Finder, lost: int
) -> None:
    plug(tree, "1-1.3")
    tree.hide_interface("1-1.3", lost)
    with pytest.raises(Unplugged, match="only some of its ports"):
        finder.find(ONLY).ports(finder.bus.dev)


def test_a_modem_that_no_table_knows_is_named_by_its_ids(tree: UsbTree, finder: Finder) -> None:
    plug(tree, "1-1.3", ("2c7c", "ffff"))
    with pytest.raises(LineDown, match=r"Quectel 2c7c:ffff at USB .* is no modem the box"):
        finder.find(Modem("mobile", usb="1-1.3")).ports(finder.bus.dev)


def test_a_sound_card_belongs_to_the_modem_it_is_part_of(tree: UsbTree, finder: Finder) -> None:
    files = {number: tree.root / f"port {number}" for number in range(6)}
    tree.show("1-1.3", EC25, dict(files), card=(5, 2))
    assert finder.find(ONLY).ports(finder.bus.dev).card == 2


def test_a_port_of_the_standard_class_is_found_too(tree: UsbTree, finder: Finder) -> None:
    tree.show("1-1.3", EC25, {0: None, 1: None, 2: None})
    for number in (1, 2):
        (tree.devices / f"1-1.3:1.{number}" / "tty" / f"ttyACM{number}").mkdir(parents=True)
    ports = finder.find(ONLY).ports(finder.bus.dev)
    assert (ports.at.name, ports.sound and ports.sound.name) == ("ttyACM2", "ttyACM1")


def test_a_modem_that_is_pulled_out_while_it_is_looked_at_is_left_out(
    tree: UsbTree, finder: Finder
) -> None:
    plug(tree, "1-1.3")
    (tree.devices / "1-1.3" / "idProduct").unlink()
    assert modems(finder.bus.devices()) == ()


def test_ports_named_by_hand_are_known_to_belong_to_a_modem(tree: UsbTree, finder: Finder) -> None:
    plug(tree, "1-1.3")
    found = finder.find(ONLY).ports(finder.bus.dev)
    link = tree.root / "by-id"
    link.symlink_to(found.at)
    # The kernel's ttyUSB numbers are files here and no links: what matters is their name.
    (tree.dev / found.at.name).unlink()
    (tree.dev / found.at.name).touch()
    assert finder.named(Modem("mobile", link, found.sound)).usb == "1-1.3"


def test_every_known_modem_is_of_a_known_maker_and_of_no_two_minds() -> None:
    assert {known.vendor for known in KNOWN} == set(MAKERS)
    assert len({(known.vendor, known.product) for known in KNOWN}) == len(KNOWN)
    assert all(len({known.at, known.sound, known.spare}) == 3 for known in KNOWN)


@pytest.mark.parametrize("ids", VOICE)
def test_a_voice_modem_is_seen_by_what_it_is_with_the_port_that_keeps_its_name(
    tree: UsbTree, ids: tuple[str, str]
) -> None:
    assert voice_modems(Bus(tree.root)) == ()
    tree.show("1-1.4", ids, {0: tree.root / "its port", 1: None}, kind="02")
    (seen,) = voice_modems(Bus(tree.root))
    assert (seen.words, seen.model) == VOICE[ids]
    assert seen.port is not None
    assert seen.port.parent == tree.dev
    stays = tree.dev / "serial/by-id/usb-modem-if00"
    stays.parent.mkdir(parents=True)
    stays.symlink_to(f"../../{seen.port.name}")
    (seen,) = voice_modems(Bus(tree.root))
    assert seen.port == stays


def test_a_voice_modem_whose_port_is_not_there_yet_has_none(tree: UsbTree) -> None:
    tree.show("1-1.4", ("0baf", "0303"), {0: None, 1: None}, kind="02")
    (seen,) = voice_modems(Bus(tree.root))
    assert seen.port is None
