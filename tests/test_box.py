"""The script a newcomer starts, and the lists it goes by."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.sim import demo

TOP = Path(__file__).parent.parent
PACKAGES = (TOP / "boot/packages.txt").read_text(encoding="utf-8")
LOCKS = ("requirements.lock", "requirements-dev.lock")


def box(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(TOP / "box"), *words], capture_output=True, text=True, check=False, timeout=30
    )


def inside(tmp_path: Path, commands: str) -> subprocess.CompletedProcess[str]:
    """Commands run with the script's own functions, its log and cache elsewhere."""
    script = f'source "{TOP}/box"; CACHE={tmp_path}; LOG={tmp_path}/box.log; {commands}'
    return subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=False, timeout=30
    )


@pytest.mark.parametrize(
    ("failed", "alone", "ends"),
    [
        (1, 0, "once more, alone ok"),  # the machine had no time
        (8, 1, "once more, alone FAILED"),
        (9, 0, ""),  # no stall of a machine fails so many
        (0, 0, ""),  # pytest itself could not begin
    ],
)
def test_a_few_that_failed_among_others_are_tried_once_more_alone(
    tmp_path: Path, failed: int, alone: int, ends: str
) -> None:
    log = tmp_path / "pytest.log"
    log.write_text("FAILED tests/a.py::test_a - no\n" * failed + "2 failed\n")
    tried = inside(
        tmp_path,
        f'words=(); pytest() {{ echo "$@" > {tmp_path}/asked; return {alone}; }};'
        f" if once_more {log} -k night; then echo passed; else echo failed; fi; table",
    )
    assert ("passed" in tried.stdout) == (ends.endswith("ok")), tried.stdout + tried.stderr
    assert ends in " ".join(tried.stdout.split())
    asked = tmp_path / "asked"
    assert asked.exists() == bool(ends)
    assert not ends or {"--last-failed", "-k", "night"} <= set(asked.read_text().split())


def test_help_names_every_verb() -> None:
    script = (TOP / "box").read_text(encoding="utf-8")
    main = script[script.index("\nmain() {") :]
    heads = re.findall(r"(?m)^    ([a-z][a-z |-]*)\)$", main)
    verbs = {verb for head in heads for verb in re.findall(r"(?<![-\w])[a-z]+", head)}
    shown = box("help").stdout
    assert verbs >= {"demo", "test", "run", "doctor", "hotline"}
    assert [verb for verb in sorted(verbs - {"h"}) if not re.search(rf"\b{verb}\b", shown)] == []


def test_an_unknown_verb_is_refused_with_the_help() -> None:
    tried = box("dmeo")
    assert (tried.returncode, tried.stdout) == (2, "")
    assert "Usage: ./box VERB" in tried.stderr


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("E: Could not get lock /var/lib/dpkg/lock-frontend.", "Another program is installing"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("Temporary failure resolving 'deb.debian.org'", "There is no way to the network"),
        ("NewConnectionError: Network is unreachable", "There is no way to the network"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "A downloaded file is not the one"),
        ("E: dpkg was interrupted, you must", "An earlier installation was cut off"),
        ("E: Unable to locate package swig", "A package is not offered here"),
        ("PermissionError: [Errno 13] Permission denied", "A file belongs to another user"),
        ("pjsip: FAILED: SWIG failed", "pjsip: FAILED: SWIG failed"),
    ],
)
def test_a_failure_is_told_with_its_cause_in_plain_words(
    tmp_path: Path, log: str, words: str
) -> None:
    (tmp_path / "said").write_text(log)
    tried = inside(tmp_path, f"step 'Installing' bash -c 'cat {tmp_path}/said; exit 3'")
    assert tried.returncode == 1
    assert tried.stderr.splitlines()[-3:] == [
        "box: Installing failed.",
        next(line for line in tried.stderr.splitlines() if words in line),
        f"     The log is {tmp_path}/box.log",
    ]


def test_an_older_failure_in_the_log_is_not_taken_for_the_cause(tmp_path: Path) -> None:
    (tmp_path / "box.log").write_text("$ apt-get update\nNo space left on device\n")
    tried = inside(tmp_path, "step 'Installing' bash -c 'echo the real cause; exit 1'")
    assert "the real cause" in tried.stderr
    assert "disk" not in tried.stderr


def test_no_address_of_a_package_server_is_shown(tmp_path: Path) -> None:
    said = "Looking in https://user:token@server.example/simple"
    tried = inside(tmp_path, f"step 'Installing' bash -c 'echo {said}; echo broken; exit 1'")
    assert "broken" in tried.stderr
    assert "token" not in tried.stderr


def test_without_rights_the_missing_packages_are_named(tmp_path: Path) -> None:
    nobody = "id() { echo 1000; }; sudo() { false; }; command() { [ $2 != sudo ]; }; "
    tried = inside(tmp_path, nobody + "may_install swig 'libspandsp2|libspandsp2t64' </dev/null")
    assert tried.returncode == 1
    assert "apt-get install swig libspandsp2\n" in tried.stderr


def test_the_box_alone_does_not_bring_what_only_tests_need(tmp_path: Path) -> None:
    none_installed = "dpkg-query() { :; }; "
    run = inside(tmp_path, none_installed + "missing_packages run").stdout.split()
    dev = inside(tmp_path, none_installed + "missing_packages dev").stdout.split()
    assert {"espeak-ng", "swig"} <= set(run) < set(dev)
    assert "libspandsp2|libspandsp2t64" in dev
    assert {"sip-tester", "tshark"} <= set(dev) - set(run)


def test_who_goes_back_to_an_older_state_of_the_repository_gets_its_libraries(
    tmp_path: Path,
) -> None:
    """Set up for the tests, then another state to run it, then the first again."""
    steps = ("packages", "unpacked", "venv", "pjsua2", "commands")
    fakes = "".join(f"ensure_{step}() {{ :; }}; " for step in steps)
    fakes += "ensure_pjsua2() { echo $state; }; fingerprint() { echo $state; }; "
    fakes += f"VENV={tmp_path}; mkdir {tmp_path}/bin; ln -s /bin/true {tmp_path}/bin/hotline; "
    states = "state=1; ensure dev; state=2; ensure run; ensure run; state=1; ensure dev; ensure run"
    assert inside(tmp_path, fakes + states).stdout.split() == ["1", "2", "1"]


def test_an_installed_alternative_is_enough(tmp_path: Path) -> None:
    have = "dpkg-query() { echo 'installed libspandsp2t64'; }; "
    missing = inside(tmp_path, have + "missing_packages dev").stdout.split()
    assert "sip-tester" in missing
    assert "libspandsp2|libspandsp2t64" not in missing


def test_the_first_package_that_is_offered_is_chosen(tmp_path: Path) -> None:
    offered = (
        'apt-cache() { [ $2 = second ] && echo "  Candidate: 1.0" || '
        'echo "  Candidate: (none)"; }; '
    )
    chosen = inside(tmp_path, offered + "printf '%s\\n' 'first|second' | choose_offered")
    assert chosen.stdout.split() == ["second"]


def test_what_would_take_the_modems_is_unpacked_and_not_installed(tmp_path: Path) -> None:
    fakes = (
        'apt-get() { echo "$*" >>said; : >"$2_1_all.deb"; }; dpkg() { echo "$*" >>said; }; '
        "offered() { true; }; "
    )
    tried = inside(tmp_path, fakes + "ensure_unpacked; ensure_unpacked; missing_packages dev")
    assert "ofono" not in tried.stdout.split()
    said = (tmp_path / "unpacked/said").read_text().splitlines()
    assert said[:2] == ["download ofono", "--extract ofono_1_all.deb ."]
    assert len(said) == len(set(said))
    assert (tmp_path / "unpacked/ofono").exists()


def test_what_is_not_offered_here_is_not_unpacked(tmp_path: Path) -> None:
    tried = inside(tmp_path, "offered() { false; }; ensure_unpacked")
    assert (tried.returncode, tried.stderr) == (0, "")


def test_every_package_says_why_it_is_needed() -> None:
    rows = [row for row in PACKAGES.splitlines() if row and not row.startswith("#")]
    wrong = [
        row
        for row in rows
        if not re.fullmatch(r"(run|build|dev\??|unpack|image|arm64) +[\w.+|-]+ +# \S.*", row)
    ]
    assert (rows != [], wrong) == (True, [])


def pins(lock: str) -> set[str]:
    text = (TOP / lock).read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^([a-z0-9._-]+==[^\s;\\]+)", text))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_carries_its_fingerprint(lock: str) -> None:
    blocks = re.split(r"(?m)^(?=[a-z0-9])", (TOP / lock).read_text(encoding="utf-8"))
    bare = [block.split()[0] for block in blocks if block.strip() and "--hash=sha256:" not in block]
    assert bare == []


def test_what_is_tested_is_what_runs() -> None:
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for lock, wanted in (
        ("requirements.lock", project["dependencies"]),
        ("requirements-dev.lock", project["optional-dependencies"]["dev"]),
    ):
        locked = {pin.split("==")[0] for pin in pins(lock)}
        assert {name.lower() for name in wanted} - locked == set()


@pytest.mark.parametrize(("kept", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_of_the_demo_says_whether_every_promise_was_kept(
    monkeypatch: pytest.MonkeyPatch, kept: bool, code: int
) -> None:
    async def day(*_: object) -> bool:
        return kept

    monkeypatch.setattr(demo, "demo", day)
    monkeypatch.setattr(demo.signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["./box demo", "--once", "--line", "fxo"])
    assert demo.main() == code
