"""The guardian's C as it is flashed, and its core as this machine runs it; each compiled once."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.panel.guardian import Bench, Core

HERE = Path(__file__).parent
PANEL = HERE.parent.parent / "hw/panel"
STRICT = ("-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with guardian.elf, the bench it runs on, and the driver of its core."""
    folder = tmp_path_factory.mktemp("guardian")
    core = [str(file) for file in (PANEL / "core").glob("*.c") if file.name != "run.c"]
    sane = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", f"-I{PANEL}/core"]
    simavr = ["-lsimavr", "-lsimavrparts", "-lelf", "-lutil"]
    for command in (
        ["make", "-s", "-C", str(PANEL), f"BUILD={folder}", "all"],
        ["gcc", *STRICT, *sane, "-o", f"{folder}/driver", f"{HERE}/driver.c", *core],
        ["gcc", *STRICT, "-O2", "-o", f"{folder}/bench", f"{HERE}/bench.c", *simavr],
    ):
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture(scope="session")
def core(built: Path) -> Iterator[Core]:
    """The core under the sanitizers."""
    with Core(built / "driver") as running:
        yield running


@pytest.fixture
def bench(built: Path) -> Iterator[Bench]:
    """The board on its bench, powered for 100 ms; time passes only when it is told to."""
    with Bench(built) as running:
        running.run(100)
        yield running
