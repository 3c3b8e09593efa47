"""Tests may run beside each other; those that judge the simulators' own sound never do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).with_name("conftest.py")
LATENESS = Path(__file__).parent / "sim/lateness.py"
TESTS = """
import os, pathlib, pytest

@pytest.mark.parametrize("number", range(8))
def test_something(number):
    worker = os.environ["PYTEST_XDIST_WORKER"]
    pathlib.Path(__file__).with_name(f"{pathlib.Path(__file__).stem}-{worker}").touch()
"""


def workers(folder: Path) -> set[str]:
    return {file.name.rpartition("-")[2] for file in folder.rglob("test_*-gw*")}


def test_all_sound_is_made_by_one_worker(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    for name in ("sim/test_a", "hostile/test_b", "stories/test_c", "web/test_d", "storage/test_e"):
        (tests / name).parent.mkdir(parents=True)
        (tests / f"{name}.py").write_text(TESTS)
    shutil.copy(CONFTEST, tests)
    shutil.copy(LATENESS, tests / "sim")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "tests"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "40 passed" in run.stdout, run.stdout + run.stderr
    sound = workers(tests / "sim") | workers(tests / "hostile")
    assert len(sound) == 1
    assert workers(tests) == {"gw0", "gw1"}
