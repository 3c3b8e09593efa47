# SPDX-License-Identifier: GPL-3.0-or-later
"""What the recipe of our PJSIP promises; compiling itself is left to the recipe's own trial."""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
import shutil
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64decode
from pathlib import Path
from types import ModuleType

import pytest

ROOM = Path(__file__).resolve().parents[2] / "boot" / "pjsip"


def load(room: Path) -> ModuleType:
    name = f"pjsip_build_{len(sys.modules)}"
    loader = importlib.machinery.SourceFileLoader(name, str(room / "build"))
    spec = importlib.util.spec_from_loader(name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOM, tmp_path / "recipe"))


def hash_of(room: Path) -> str:
    module = load(room)
    return str(module.recipe_hash(module.native()))


def test_a_second_start_builds_nothing_and_needs_neither_network_nor_tools(tmp_path: Path) -> None:
    shelf = tmp_path / hash_of(ROOM)
    shelf.mkdir()
    wheel = shelf / "pjsua2-2.17-py3-none-any.whl"
    wheel.touch()
    command = [sys.executable, str(ROOM / "build"), "--cache", str(tmp_path), "--print-wheel"]
    done = subprocess.run(
        command, env={"PATH": "/nowhere"}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{wheel}\n", "")


@pytest.mark.parametrize("name", ["build", "config_site.h", "hotline_guard.c", "patches"])
def test_a_changed_recipe_builds_anew(recipe: Path, name: str) -> None:
    changed = recipe / name
    if changed.is_dir():
        changed = sorted(changed.iterdir())[0]
    before = hash_of(recipe)
    changed.write_text(changed.read_text() + "\n")
    assert hash_of(recipe) != before


def test_a_changed_text_does_not_build_anew(recipe: Path) -> None:
    before = hash_of(recipe)
    (recipe / "README.md").write_text("other words\n")
    assert hash_of(recipe) == before


def test_every_patch_says_why(recipe: Path) -> None:
    patches = sorted((recipe / "patches").iterdir())
    assert patches
    for patch in patches:
        assert not patch.read_text().startswith("---"), patch.name


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="needs apt")
def test_source_without_debians_signature_is_refused(tmp_path: Path) -> None:
    module = load(ROOM)
    release = tmp_path / "mirror" / "dists" / "sid" / "InRelease"
    release.parent.mkdir(parents=True)
    release.write_text("Origin: Debian\nSuite: unstable\nCodename: sid\nComponents: main\n")
    shop = module.Shop(tmp_path / "source", tmp_path / "log", module.native())
    with pytest.raises(module.BuildError, match="not signed by"):
        module.fetch_from(shop, f"file:{tmp_path}/mirror", Path("/dev/null"))
    assert "is not signed" in (tmp_path / "log").read_text()


def test_what_is_missing_is_named_with_the_command_that_mends_it() -> None:
    module = load(ROOM)
    with pytest.raises(module.BuildError, match=r"sudo apt install no-such-thing-dev$"):
        module.need(["no-such-thing-dev"])


def test_a_failure_is_one_line_with_cause_cure_and_log(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOM / "build"), "--cache", str(tmp_path)]
    done = subprocess.run(
        [*command, "--keyring", "/no/such/keyring.gpg"], capture_output=True, text=True, check=False
    )
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("pjsip: FAILED: ")
    assert "sudo apt install" in last
    assert Path(last.partition("(log: ")[2].rstrip(")")).is_file()


def test_the_wheel_lists_every_file_and_is_the_same_each_time(tmp_path: Path) -> None:
    module = load(ROOM)
    (tmp_path / "pjsua2.py").write_text("# module\n")
    name = "pjsua2-2.17+hotline.0-cp311-cp311-linux_x86_64"
    entries = module.wheel_entries([tmp_path / "pjsua2.py"], name, {"pjproject": "2.17"})
    for copy in ("one.whl", "two.whl"):
        module.write_wheel(tmp_path / copy, entries)
    assert (tmp_path / "one.whl").read_bytes() == (tmp_path / "two.whl").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.whl") as wheel:
        info = "pjsua2-2.17+hotline.0.dist-info"
        assert b'"pjproject": "2.17"' in wheel.read(f"{info}/hotline-build.json")
        record = wheel.read(f"{info}/RECORD").decode().splitlines()
        assert {line.partition(",")[0] for line in record} == set(wheel.namelist())
        for line in record[:-1]:
            path, digest, size = line.split(",")
            data = wheel.read(path)
            listed = urlsafe_b64decode(digest.removeprefix("sha256=") + "=")
            assert (listed, int(size)) == (hashlib.sha256(data).digest(), len(data))
