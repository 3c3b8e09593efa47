"""The units and scripts of the image, judged by systemd's and ShellCheck's own eyes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from tests.boot.scripts import SCRIPTS, TOOLS, missing
from tests.sim.box import ROOT

from hotline.storage.places import Places

UNITS = ROOT / "boot/root/usr/lib/systemd/system"
OURS = sorted(UNITS.glob("hotline*"))
SERVICES = [unit for unit in OURS if unit.suffix == ".service"]
LOOSEST = {"hotline-web.service": 5}  # tenths of systemd's measure; all others at most 2.0
PRESET = ROOT / "boot/root/usr/lib/systemd/system-preset/10-hotline.preset"


def _run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False, env={"PATH": TOOLS})


@pytest.mark.skipif(bool(missing("systemd-analyze")), reason="systemd-analyze is missing")
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_whoever_breaks_into_a_service_finds_little(unit: Path) -> None:
    most = LOOSEST.get(unit.name, 20)
    judged = _run("systemd-analyze", "security", "--offline=yes", f"--threshold={most}", unit)
    assert judged.returncode == 0, judged.stdout[-200:] + judged.stderr


@pytest.mark.skipif(bool(missing("systemd-analyze")), reason="systemd-analyze is missing")
def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    """What they start is not installed here: any other program stands in its place."""
    for unit in OURS:
        text = re.sub(
            r"^(Exec\w+)=/usr/lib/hotline/\S+", r"\1=/bin/true", unit.read_text(), flags=re.M
        )
        (tmp_path / unit.name).write_text(text)
    judged = _run("systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir()))
    about_ours = [row for row in judged.stderr.splitlines() if "hotline" in row]
    assert about_ours == []


def test_what_the_units_start_is_there() -> None:
    started = re.findall(
        r"^Exec\w+=(/usr/lib/hotline/\S+\.sh)", "".join(unit.read_text() for unit in SERVICES), re.M
    )
    asked = {"slot.sh"}  # RAUC asks it
    there = {path.name for path in SCRIPTS.glob("*.sh")}
    assert {Path(one).name for one in started} == there - asked
    assert all((ROOT / "boot/root" / one[1:]).stat().st_mode & 0o111 for one in started)


def test_every_unit_that_starts_by_itself_is_enabled() -> None:
    enabled = re.findall(r"^enable (hotline\S+)", PRESET.read_text(), re.M)
    by_itself = [unit.name for unit in OURS if "[Install]" in unit.read_text()]
    assert sorted(enabled) == by_itself


@pytest.mark.skipif(bool(missing("shellcheck")), reason="shellcheck is missing")
def test_the_scripts_have_no_common_mistakes() -> None:
    more = [ROOT / "boot/root/etc/NetworkManager/dispatcher.d/60-hotline"]
    judged = _run("shellcheck", "--shell=dash", *sorted(SCRIPTS.glob("*.sh")), *more)
    assert judged.stdout == ""


def _values(unit: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", (UNITS / unit).read_text(), re.M)


def test_the_wish_to_erase_that_the_daemon_writes_starts_the_box_anew_at_once() -> None:
    """Only a new wish: one that could not be fulfilled must not start the box again and again."""
    wish = str(Places(Path("/data/hotline")).erase_wanted)
    assert _values("hotline-erase-now.path", r"Path\w+") == [wish]
    assert _values("hotline-erase-now.path", "PathChanged") == [wish]
    assert _values("hotline-erase-now.service", "ConditionPathExists") == [wish]
    assert _values("hotline-erase-now.service", "SuccessAction") == ["reboot"]
    assert f"/{Path(wish).name}" in (SCRIPTS / "erase.sh").read_text()


# Which module of the kernel knows devices by that name; None: it is a part of the kernel itself.
KNOWN_BY = {"ttyUSB": "usbserial", "ttyACM": "cdc_acm", "alsa": "snd", "gpiochip": None}


def test_a_modem_that_is_plugged_in_after_the_start_may_be_opened() -> None:
    """systemd looks names of devices up once, when the daemon starts."""
    names = re.findall(r"^DeviceAllow=char-(\S+)", (UNITS / "hotline.service").read_text(), re.M)
    loaded = (ROOT / "boot/root/usr/lib/modules-load.d/hotline.conf").read_text().splitlines()
    assert {KNOWN_BY[name] for name in names} - {None} <= set(loaded)


def test_a_modem_s_caller_does_not_wait_for_the_network() -> None:
    awaited = " ".join(_values("hotline.service", "(?:After|Wants|Requires|BindsTo)")).split()
    assert [unit for unit in awaited if "network" in unit.lower() or "dbus" in unit] == []


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_no_service_ends_when_the_small_partition_of_the_card_is_closed_again(unit: Path) -> None:
    """It closes after some seconds, and what requires it is stopped then: want its automount."""
    needs = _values(unit.name, "(?:Requires|BindsTo|RequiresMountsFor)")
    assert not re.search(r"boot/config|boot-config\.mount", " ".join(needs))


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_no_script_reads_what_its_unit_hides_from_it(unit: Path) -> None:
    scripts = re.findall(r"^Exec\w+=/usr/lib/hotline/(\S+\.sh)", unit.read_text(), re.M)
    told = "".join((SCRIPTS / name).read_text() for name in scripts)
    if _values(unit.name, "ProcSubset") == ["pid"]:
        assert "/proc/sys" not in told
