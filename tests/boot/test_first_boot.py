"""A box's first start, its end, and its clock: each script as on the box, and cut off anywhere."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.boot.scripts import Box, missing

pytestmark = pytest.mark.skipif(bool(missing("dash", "openssl")), reason="dash or openssl missing")

CARD = "\ufeffwifi = Flori si pomi \r\nwifi-password=o parola\\buna\r\ncountry = md\r\n"
SECRETS = ("hotspot", "page.key", "page.crt")
MOST_TOOLS = 200


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path).set_up()


def cut_anywhere(tmp_path: Path, script: str, prepare: Callable[[Box], None]) -> list[Box]:
    """The same start for every fourth tool at which the power can fail, and then the next start."""
    boxes = []
    for cut in range(1, MOST_TOOLS, 4):
        root = tmp_path / f"cut-{cut}"
        root.mkdir()
        box = Box(root).set_up()
        prepare(box)
        whole = box.run(script, cut=cut) != -9
        box.run(script)
        boxes.append(box)
        if whole:
            return boxes
    raise AssertionError("it never came to its end")


def test_two_boxes_have_nothing_in_common(tmp_path: Path) -> None:
    secrets = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        box = Box(tmp_path / name).set_up()
        box.run("firstboot.sh")
        box.run("certificate.sh", HOTLINE_ADDRESSES="192.168.1.5")
        secrets.append(
            {
                name: (box.data / "keys" / name).read_bytes()
                for name in ("hotspot", "page.key", "page.crt")
            }
        )
    assert all(secrets[0][name] != secrets[1][name] for name in secrets[0])
    assert len(secrets[0]["hotspot"]) == 12


def test_the_second_start_changes_nothing(box: Box) -> None:
    for script in ("firstboot.sh", "certificate.sh"):
        box.run(script, HOTLINE_ADDRESSES="192.168.1.5")
    before = box.everything()
    for script in ("firstboot.sh", "certificate.sh"):
        box.run(script, HOTLINE_ADDRESSES="192.168.1.5")
    assert box.everything() == before


def test_keys_are_for_root_alone(box: Box) -> None:
    box.run("firstboot.sh")
    box.run("certificate.sh")
    for name in ("hotspot", "page.key"):
        assert (box.data / "keys" / name).stat().st_mode & 0o077 == 0


def test_another_address_gets_another_certificate_for_the_same_key(box: Box) -> None:
    box.run("firstboot.sh")
    box.run("certificate.sh", HOTLINE_ADDRESSES="192.168.1.5 fd00::5")
    key, old = (box.data / "keys/page.key").read_bytes(), (box.data / "keys/page.crt").read_bytes()
    box.run("certificate.sh", HOTLINE_ADDRESSES="192.168.1.6")
    assert (box.data / "keys/page.key").read_bytes() == key
    now = box.data / "keys/page.crt"
    told = subprocess.run(
        ["openssl", "x509", "-in", now, "-noout", "-ext", "subjectAltName"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert now.read_bytes() != old
    assert "DNS:hotline.local" in told
    assert "IP Address:192.168.1.6" in told
    assert "192.168.1.5" not in told


def test_the_screen_shows_the_fingerprint_that_the_browser_shows(box: Box) -> None:
    box.run("firstboot.sh")
    box.run("certificate.sh", HOTLINE_ADDRESSES="192.168.1.5")
    told = subprocess.run(
        ["openssl", "x509", "-in", box.data / "keys/page.crt", "-noout", "-fingerprint", "-sha256"],
        capture_output=True, text=True, check=True,
    ).stdout.strip().partition("=")[2]  # fmt: skip
    shown = "".join((box.screen / "10-page.issue").read_text().split())
    assert told.replace(":", "") in shown.replace(":", "")


def test_the_wifi_of_the_card_is_kept_and_its_password_leaves_the_card(box: Box) -> None:
    (box.card / "hotline.txt").write_text(CARD, newline="")
    box.run("firstboot.sh")
    kept = (box.data / "network/office.nmconnection").read_text()
    ssid = ";".join(str(byte) for byte in b"Flori si pomi")
    assert f"ssid={ssid};" in kept
    assert "psk=o parola\\\\buna\n" in kept
    assert (box.data / "network/office.nmconnection").stat().st_mode & 0o777 == 0o600
    assert not (box.card / "hotline.txt").exists()


def test_no_line_of_the_card_becomes_a_setting_of_its_own(box: Box) -> None:
    (box.card / "hotline.txt").write_text("wifi=a\x0bb\nwifi-password=x]\n[wifi]\nhidden=true\n")
    box.run("firstboot.sh")
    kept = (box.data / "network/office.nmconnection").read_text()
    assert "hidden" not in kept
    assert kept.count("[wifi]") == 1


def test_a_first_start_that_is_cut_off_is_completed_by_the_next(tmp_path: Path) -> None:
    def prepare(box: Box) -> None:
        (box.card / "hotline.txt").write_text(CARD, newline="")

    for box in cut_anywhere(tmp_path, "firstboot.sh", prepare):
        kept = box.everything()
        assert kept["data/hotline/box.toml"].endswith(b'data = "/data/hotline"\n'), box.root
        assert len(kept["data/keys/hotspot"]) == 12, box.root
        assert len(kept["data/machine-id"]) == 33, box.root
        assert kept["data/keys/hotspot"] in kept["card/wifi.txt"], box.root
        assert b"psk=o parola" in kept["data/network/office.nmconnection"], box.root
        assert "card/hotline.txt" not in kept, box.root


def test_a_certificate_whose_making_is_cut_off_is_made_by_the_next_start(tmp_path: Path) -> None:
    for box in cut_anywhere(tmp_path, "certificate.sh", lambda box: None):
        keys = box.data / "keys"
        public = [
            subprocess.run(["openssl", *words], capture_output=True, check=True).stdout
            for words in (
                ("x509", "-in", keys / "page.crt", "-noout", "-pubkey"),
                ("pkey", "-in", keys / "page.key", "-pubout"),
            )
        ]
        assert public[0] == public[1], box.root


MARKER = b"ana says that the roses came late"


def _lived_in(box: Box) -> None:
    for name in ("hotline/recordings/1.wav", "web/web.sqlite", "keys/page.key", "network/a"):
        path = box.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(MARKER * 200)
    (box.data / "hotline/erase-wanted").touch()


def test_nobody_is_erased_who_did_not_ask(box: Box) -> None:
    _lived_in(box)
    (box.data / "hotline/erase-wanted").unlink()
    before = box.everything()
    box.run("erase.sh")
    assert box.everything() == before


def test_a_box_has_a_name_of_its_own_until_it_is_erased(box: Box) -> None:
    box.run("firstboot.sh")
    name = box.data / "machine-id"
    first = name.read_text()
    assert re.fullmatch(r"[0-9a-f]{32}\n", first)
    box.run("firstboot.sh")
    assert name.read_text() == first
    (box.data / "hotline/erase-wanted").touch()
    box.run("erase.sh")
    box.run("firstboot.sh")
    assert name.read_text() != first


@pytest.mark.parametrize("asked", ["button", "card"])
def test_a_box_that_was_erased_holds_nothing(box: Box, asked: str) -> None:
    _lived_in(box)
    if asked == "card":
        (box.data / "hotline/erase-wanted").unlink()
        (box.card / "ERASE.TXT").touch()
    # The very blocks: whatever is left there can be read by whoever takes the card out.
    held = [path.open("rb") for path in box.data.rglob("*") if path.is_file()]
    box.run("erase.sh")
    assert all(MARKER[:12] not in file.read() for file in held)
    for file in held:
        file.close()
    assert box.everything() == {}
    box.run("firstboot.sh")
    assert not (box.data / "hotline/erase-wanted").exists()


def test_an_erasing_that_is_cut_off_is_completed_by_the_next_start(tmp_path: Path) -> None:
    for box in cut_anywhere(tmp_path, "erase.sh", _lived_in):
        assert not any(MARKER[:12] in kept for kept in box.everything().values()), box.root
        assert not (box.data / ".erasing").exists(), box.root


def test_the_clock_goes_on_from_the_last_known_instant_and_never_backwards(box: Box) -> None:
    said = box.root / "said"
    fake = box.root / "date"
    fake.write_text(f'#!/bin/sh\n[ "$1" = +%s ] && cat {box.root}/now || echo "$@" >>{said}\n')
    fake.chmod(0o755)

    def at(now: int, do: str) -> str:
        (box.root / "now").write_text(f"{now}\n")
        said.write_text("")
        box.run("clock.sh", do, HOTLINE_DATE=str(fake))
        return said.read_text()

    assert at(1_800_000_000, "restore") == ""
    at(1_800_000_000, "save")
    assert at(1_700_000_000, "restore").split() == ["--utc", "--set", "@1800000000"]
    at(1_700_000_000, "save")
    assert at(1_700_000_000, "restore").split()[-1] == "@1800000000"
    assert at(1_900_000_000, "restore") == ""
    (box.data / "clock").write_text("99999999999999; rm -rf /\n")
    assert at(1_700_000_000, "restore") == ""


def test_the_code_is_shown_beside_the_box_until_it_is_used(box: Box) -> None:
    (box.root / "claim-code").write_text("ABCD-EF23\n")
    box.run("claim.sh")
    assert "ABCD-EF23" in (box.screen / "20-claim.issue").read_text()
    assert "ABCD-EF23" in (box.card / "claim.txt").read_text()
    (box.root / "claim-code").unlink()
    box.run("claim.sh")
    assert not (box.screen / "20-claim.issue").exists()
    assert not (box.card / "claim.txt").exists()
