"""Tests may run beside each other; those that judge the simulators' own sound never do."""

from __future__ import annotations

import os
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
    who = f"{os.environ['PYTEST_XDIST_WORKER']}-{os.nice(0)}"
    pathlib.Path(__file__).with_name(f"{pathlib.Path(__file__).stem}-{who}").touch()
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

def test_fails_for_ever_by_itself():
    raise AssertionError
"""
CALM = """
STALLED_S, _worst = 0.05, 0

def note(seconds):
    global _worst
    _worst = seconds

def forget():
    note(0)

def rest():
    note(0)

def stalled():
    return _worst >= STALLED_S

def in_words():
    return f"held up for {_worst} s"
"""


def workers(folder: Path) -> set[str]:
    return {file.name.partition("-")[2] for file in folder.rglob("test_*-gw*")}


def run(folder: Path, workers: int, tests: dict[str, str]) -> Path:
    """Run these tests by so many workers; the folder they are in."""
    folder /= "tests"
    for name, text in tests.items():
        file = folder / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    shutil.copy(CONFTEST, folder)
    for name in ("lateness.py", "stalls.py"):
        (folder / "sim").mkdir(exist_ok=True)
        shutil.copy(SIM / name, folder / "sim")
    command = ("-m", "pytest", "-q", "-n", str(workers), "-p", "no:cacheprovider", "tests")
    done = subprocess.run(
        (sys.executable, *command), cwd=folder.parent, capture_output=True, text=True, check=False
    )
    assert f"{8 * len(tests)} passed" in done.stdout, done.stdout + done.stderr
    return folder


def test_all_sound_is_made_by_one_worker(tmp_path: Path) -> None:
    names = ("sim/test_a", "hostile/test_b", "stories/test_c", "web/test_d", "storage/test_e")
    tests = run(tmp_path, 2, dict.fromkeys(names, TESTS))
    sound = workers(tests / "sim") | workers(tests / "hostile")
    assert len(sound) == 1
    assert {who.partition("-")[0] for who in workers(tests)} == {"gw0", "gw1"}


def test_what_must_happen_in_time_is_left_alone_by_who_gives_way(tmp_path: Path) -> None:
    rooms = ("stories", "storage")
    names = (f"{room}/test_{room}_{name}" for room in rooms for name in "abcdef")
    tests = run(tmp_path, 5, dict.fromkeys(names, TESTS))
    own = os.nice(0)
    behind = min(own + 10, 19)
    assert workers(tests / "stories") == {f"gw{number}-{own}" for number in (2, 3, 4)}
    # Who has nothing in time left to do helps the others, and gives way as they do.
    others = {f"gw{number}-{behind}" for number in range(5)}
    assert {f"gw{number}-{behind}" for number in (0, 1)} <= workers(tests / "storage") <= others


def test_a_few_stories_among_many_workers_are_all_told(tmp_path: Path) -> None:
    tests = run(tmp_path, 5, dict.fromkeys(("web/test_a", "stories/test_b"), TESTS))
    assert workers(tests / "stories")


def test_a_failure_is_tried_again_twice_where_the_machine_held_it_up_and_one_more_is_told_of(
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
    tries = {f"test_fails_{waited}": 1, f"test_fails_for_ever_{waited}": 2}
    assert again == tries | {"test_fails_by_itself": 1}, told
    assert "2 failed, 2 passed, 4 rerun" in told, told
    unsteady = re.findall(r"^_+ unsteady: .*::(\w+) _+$", told, re.MULTILINE)
    assert unsteady == ["test_fails_by_itself"], told
    assert "held up for 0.05 s" in told
    assert "held up for 0 s" in told
