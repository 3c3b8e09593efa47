"""Tests may run beside each other; those that judge the simulators' own sound never do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

CONFTEST = Path(__file__).with_name("conftest.py")
SIM = Path(__file__).parent / "sim"
TESTS = """
import os, pathlib, pytest

@pytest.mark.parametrize("number", range(8))
def test_something(number):
    worker = os.environ["PYTEST_XDIST_WORKER"]
    pathlib.Path(__file__).with_name(f"{pathlib.Path(__file__).stem}-{worker}").touch()
"""


FAILING = """
import pathlib

from tests.sim import lateness

HERE = pathlib.Path(__file__).parent

def first_try(name):
    made = HERE / name
    return not made.exists() and not made.touch()

def test_fails_where_the_box_waited():
    if first_try("waited"):
        lateness.note(lateness.STALLED_S)
        raise AssertionError

def test_fails_for_ever_where_the_box_waited():
    lateness.note(lateness.STALLED_S)
    raise AssertionError

def test_fails_by_itself():
    assert not first_try("itself")
"""
CALM = """
STALLED_S, _worst = 0.05, 0

def note(seconds):
    global _worst
    _worst = seconds

def forget():
    note(0)

def stalled():
    return _worst >= STALLED_S

def in_words():
    return f"held up for {_worst} s"
"""


def workers(folder: Path) -> set[str]:
    return {file.name.rpartition("-")[2] for file in folder.rglob("test_*-gw*")}


def test_all_sound_is_made_by_one_worker(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    for name in ("sim/test_a", "hostile/test_b", "stories/test_c", "web/test_d", "storage/test_e"):
        (tests / name).parent.mkdir(parents=True)
        (tests / f"{name}.py").write_text(TESTS)
    shutil.copy(CONFTEST, tests)
    for file in ("lateness.py", "stalls.py"):
        shutil.copy(SIM / file, tests / "sim")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "tests"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "40 passed" in run.stdout, run.stdout + run.stderr
    sound = workers(tests / "sim") | workers(tests / "hostile")
    assert len(sound) == 1
    assert workers(tests) == {"gw0", "gw1"}


def test_a_failure_is_tried_again_twice_where_the_machine_held_it_up_and_nowhere_else(
    tmp_path: Path,
) -> None:
    tests = tmp_path / "tests"
    (tests / "sim").mkdir(parents=True)
    shutil.copy(CONFTEST, tests)
    (tests / "sim/lateness.py").write_text(CALM)  # this machine's own stalls are another matter
    (tests / "sim/test_failing.py").write_text(FAILING)
    command = [sys.executable, "-m", "pytest", "-rR", "-p", "no:cacheprovider", "tests"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    again = Counter(re.findall(r"^RERUN .*::(\w+)", told, re.MULTILINE))
    waited = "where_the_box_waited"
    assert again == {f"test_fails_{waited}": 1, f"test_fails_for_ever_{waited}": 2}, told
    assert "2 failed, 1 passed, 3 rerun" in told, told
    assert "held up for 0.05 s" in told
    assert "held up for 0 s" in told
