"""The box is killed at any instant: nothing that was acknowledged is lost."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pytest

from hotline.inbox.outcome import Outcome
from hotline.storage import calls, complaints
from hotline.storage.schema import records_file
from tests.storage.restless_office import recover

KILLS = int(os.environ.get("HOTLINE_KILLS", "6"))
ROOT = Path(__file__).parents[2]


def until_killed(directory: Path, chance: random.Random) -> list[dict[str, int]]:
    """Let the office work, kill it somewhere in its work; returns what it was promised."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.storage.restless_office", str(directory)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(["firmware", "."])},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    promises = [json.loads(_line(child.stdout)) for _ in range(chance.randrange(1, 12))]
    try:
        child.wait(chance.uniform(0.0, 0.05))
    except subprocess.TimeoutExpired:
        child.kill()
    rest = child.stdout.read().splitlines(keepends=True)
    child.wait()
    assert child.returncode == -9, "the office ended by itself"
    return promises + [json.loads(line) for line in rest if line.endswith("\n")]


def _line(stream: IO[str]) -> str:
    line = stream.readline()
    assert line, "the office did not start"
    return line


def test_no_acknowledged_record_is_lost_when_the_box_is_killed(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    office = tmp_path_factory.mktemp("office")  # on a real disk
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    promised: dict[str, set[int]] = defaultdict(set)
    for _ in range(KILLS):
        for promise in until_killed(office, chance):
            for what, number in promise.items():
                assert number not in promised[what], "a number was given twice"
                promised[what].add(number)
    writer, _, _ = recover(office, datetime.now(UTC))
    assert writer.close()
    with records_file(office).reading() as database:
        told = {call.id: call for call in calls.recent(database, 10**6)}
        cases = {case.number for case in complaints.list_cases(database, limit=10**6)}
    assert promised["call"] <= told.keys()
    assert promised["opened"] | promised["filed"] <= cases
    ended = {told[number].outcome for number in promised["ended"]}
    assert ended <= {Outcome.COMPLAINT}
    assert all(call.outcome is not None for call in told.values())
