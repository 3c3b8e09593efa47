"""An update of the box: who may bring one, when it is put in, and what becomes of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from builder import bundle, keys, recipe
from tests.boot.scripts import missing
from tests.boot.updates import KIND, NAME, Updated
from tests.sim.box import ROOT

OURS = recipe.read_recipe(ROOT / "image.yml")
signs = pytest.mark.skipif(bool(missing("rauc", "openssl", "mksquashfs")), reason="rauc missing")


@pytest.fixture
def box(tmp_path: Path) -> Updated:
    (tmp_path / "box").mkdir()
    return Updated(tmp_path / "box").set_up().runs_from("a")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> keys.Keys:
    return keys.made(tmp_path_factory.mktemp("key"))


def signed(folder: Path, version: str, pair: keys.Keys, variant: str = "amd64") -> Path:
    """A real bundle, of a root and boot files that are nothing but bytes."""
    folder.mkdir(exist_ok=True)
    for name in ("root", "boot"):
        (folder / name).write_bytes(random.Random(name).randbytes(16384))
    root, boot, file = folder / "root", folder / "boot", folder / f"{version}.raucb"
    return bundle.make_bundle(root, boot, file, OURS, variant, version, pair, folder / "log")


def real_rauc(box: Updated, pair: keys.Keys, installs: str = "exit 0") -> None:
    """RAUC itself judges bundles; what it would write, it only says."""
    conf = box.root / "system.conf"
    text = bundle.system_conf(OURS, "amd64")
    conf.write_text(text.replace("/etc/rauc/keyring.pem", str(pair.certificate)))
    box.stand_in("rauc", f'[ "$1" = info ] || {{ {installs}; }}\nexec rauc --conf={conf} "$@"')


@signs
def test_a_signed_newer_version_is_put_in_and_tried_when_nobody_calls(
    box: Updated, tmp_path: Path, pair: keys.Keys
) -> None:
    real_rauc(box, pair)
    box.stand_in("hotline", '[ "$1" != lines ] || echo \'[{"id": "office", "up": true}]\'')
    box.bring(signed(tmp_path / "b", "0.2.0", pair))
    box.run("update.sh")
    done = [row.split()[:2] for row in box.said]
    assert done == [
        ["rauc", "info"],
        ["hotline", "update"],
        ["rauc", "install"],
        ["hotline", "update"],
        ["hotline", "lines"],
        ["systemctl", "reboot"],
    ]
    assert box.said[-1].endswith("--reboot-argument 0 tryboot")
    assert box.told == ("trying", "0.2.0", "")
    assert "office" in (box.updates / "lines").read_text()
    assert not list((box.updates / "incoming").iterdir())


@signs
@pytest.mark.parametrize(
    ("version", "variant", "foreign", "why"),
    [
        ("0.2.0", "amd64", True, "signature"),
        ("0.2.0", "arm64", False, "kind"),
        ("0.1.0", "amd64", False, "old"),
        ("0.0.9", "amd64", False, "old"),
        ("0.1.0~rc1", "amd64", False, "old"),
    ],
)
def test_nothing_is_put_in_that_is_not_ours_and_newer(
    box: Updated,
    tmp_path: Path,
    pair: keys.Keys,
    version: str,
    variant: str,
    foreign: bool,
    why: str,
) -> None:
    real_rauc(box, pair)
    by = keys.made(tmp_path / "others") if foreign else pair
    box.bring(signed(tmp_path / "b", version, by, variant))
    box.run("update.sh")
    assert box.told[0] == "refused"
    assert box.told[2] == why
    assert [row.split()[1] for row in box.said] == ["info"]
    assert not (box.updates / "bundle.raucb").exists()


@signs
def test_a_bundle_of_which_one_bit_was_changed_is_not_believed(
    box: Updated, tmp_path: Path, pair: keys.Keys
) -> None:
    real_rauc(box, pair)
    file = signed(tmp_path / "b", "0.2.0", pair)
    held = file.read_bytes()
    file.write_bytes(held[:5000] + bytes([held[5000] ^ 1]) + held[5001:])
    box.bring(file)
    box.run("update.sh")
    assert box.told == ("refused", "", "signature")


@signs
def test_an_update_that_cannot_be_written_leaves_the_box_as_it_was(
    box: Updated, tmp_path: Path, pair: keys.Keys
) -> None:
    real_rauc(box, pair, installs="exit 1")
    box.bring(signed(tmp_path / "b", "0.2.0", pair))
    box.run("update.sh")
    assert box.told == ("refused", "0.2.0", "write")
    assert not any(row.startswith("systemctl") for row in box.said)


@pytest.mark.parametrize("name", ["../../hotline/box.toml", "", NAME[:-1], f"{NAME}x"])
def test_only_a_file_that_was_brought_is_looked_at(box: Updated, name: str) -> None:
    (box.updates / "incoming/wanted").write_text(f"{name}\n")
    (box.root / "data/hotline/box.toml").write_text("[box]\n")
    box.run("update.sh")
    assert box.said == []
    assert (box.root / "data/hotline/box.toml").exists()
    assert not (box.updates / "incoming/wanted").exists()


def test_a_link_in_place_of_a_bundle_leads_nowhere(box: Updated) -> None:
    secret = box.root / "data/hotline/box.toml"
    secret.write_text("[box]\n")
    (box.updates / "incoming" / NAME).symlink_to(secret)
    (box.updates / "incoming/wanted").write_text(f"{NAME}\n")
    box.run("update.sh")
    assert box.said == []
    assert secret.read_text() == "[box]\n"


def test_what_a_trial_start_writes_takes_its_place_only_once_it_is_called_good(
    box: Updated,
) -> None:
    box.real_hotline()
    records = box.root / "data/hotline/hotline.sqlite"
    records.write_text("old")
    box.runs_from("b").run("trial.sh", "begin")
    upper = box.updates / "trial/hotline/upper"
    assert (box.root / "run/trial").exists()
    (upper / "hotline.sqlite").write_text("new")
    assert records.read_text() == "old"
    box.stand_in("rauc", "exit 0")
    box.autoboot.write_text(box.autoboot.read_text().translate(str.maketrans("23", "32")))
    box.run("trial.sh", "begin")
    assert records.read_text() == "new"
    assert not (box.updates / "trial").exists()
    assert not (box.root / "run/trial").exists()


def test_a_trial_whose_records_cannot_lie_apart_is_left_at_once(box: Updated) -> None:
    (box.root / "run/trial").mkdir()
    box.runs_from("b").run("trial.sh", "begin", ended=1)
    assert box.said[-1] == "systemctl --force reboot"
    assert box.told[::2] == ("back", "apart")


def test_a_box_that_went_back_has_its_own_records_and_what_callers_said(box: Updated) -> None:
    box.real_hotline()
    records = box.root / "data/hotline/hotline.sqlite"
    records.write_text("old")
    (box.updates / "told").write_text("state=trying\nversion=0.2.0\nwhy=\nat=x\n")
    box.runs_from("b").run("trial.sh", "begin")
    upper = box.updates / "trial/hotline/upper"
    (upper / "hotline.sqlite").write_text("of a newer version")
    (upper / "recordings").mkdir()
    (upper / "recordings/000007.wav").write_text("roses")
    box.runs_from("a").run("trial.sh", "begin")
    assert records.read_text() == "old"
    assert (box.root / "data/hotline/recordings/000007.wav").read_text() == "roses"
    assert box.told == ("back", "0.2.0", "silent")
    assert not (box.updates / "trial").exists()


def test_a_version_that_is_not_well_is_left_with_its_reason(box: Updated) -> None:
    (box.updates / "told").write_text("state=trying\nversion=0.2.0\nwhy=\nat=x\n")
    box.runs_from("b").stand_in("hotline", "echo sip; exit 1")
    box.run("trial.sh", "judge")
    assert box.told == ("back", "0.2.0", "sip")
    assert box.said[-1] == "systemctl reboot"
    assert not any("mark-good" in row for row in box.said)
    box.runs_from("a").run("trial.sh", "begin")
    assert box.told == ("back", "0.2.0", "sip")


def test_a_version_that_is_well_is_called_good_before_its_records_are_taken(box: Updated) -> None:
    (box.updates / "told").write_text("state=trying\nversion=0.2.0\nwhy=\nat=x\n")
    box.runs_from("b").stand_in("hotline", "[ $2 != well ] || echo well")
    box.run("trial.sh", "judge")
    done = [" ".join(row.split()[:2]) for row in box.said]
    assert done.index("rauc status") < done.index("systemctl stop")
    assert done[-1] == "systemctl start"
    assert box.told == ("updated", "0.2.0", "")


def test_an_update_that_a_power_cut_ended_is_told_and_may_be_brought_again(box: Updated) -> None:
    (box.updates / "told").write_text("state=installing\nversion=0.2.0\nwhy=\nat=x\n")
    (box.updates / "stick").write_text("seen")
    (box.updates / "bundle.raucb").write_text("half")
    box.run("trial.sh", "begin")
    assert box.told == ("refused", "0.2.0", "cut")
    assert not (box.updates / "stick").exists()
    assert not (box.updates / "bundle.raucb").exists()


def test_the_newest_update_of_a_stick_is_taken_once(box: Updated) -> None:
    (box.root / "stick").mkdir()
    for name in ("hotline-0.9.0.raucb", "hotline-0.10.0.RAUCB", "letter.doc"):
        (box.root / "stick" / name).write_text(name)
    box.run("stick.sh", "/dev/sda1")
    name = (box.updates / "incoming/wanted").read_text().strip()
    assert (box.updates / "incoming" / name).read_text() == "hotline-0.10.0.RAUCB"
    (box.updates / "incoming/wanted").unlink()
    box.run("stick.sh", "/dev/sda1")
    assert not (box.updates / "incoming/wanted").exists()


def test_the_bundle_and_the_box_name_the_same_slots() -> None:
    said = bundle.system_conf(OURS, "amd64")
    assert f"compatible={KIND}\n" in said
    assert said.count("bootname=") == 2
    assert bundle.manifest(OURS, "amd64", "0.2.0").startswith(f"[update]\ncompatible={KIND}\n")
