"""`python -m tests.fuzz SECONDS [--seed N]`: look for an input that breaks a promise.

With `--atheris` the inputs are bred by what code they reach, where that package is installed (it
is no part of the locks: it is not offered for every Python and processor this runs on).
"""

from __future__ import annotations

import argparse
import importlib
import random
import resource
import sys
import time

from tests.fuzz.mutants import inputs
from tests.fuzz.promises import one

MAY_GROW = 64 * 1024  # kilobytes, in all the time
WARM = 2000


def run(seconds: float, seed: int) -> int:
    """Try inputs for so long; how many there were. A broken promise is raised with its input."""
    began, tried, warm = time.monotonic(), 0, 0
    for data in inputs(seed):
        if time.monotonic() - began >= seconds:
            break
        try:
            one(data)
        except Exception as broken:  # whatever it is, its input is wanted
            raise AssertionError(f"seed {seed}, input {tried}: {data!r}") from broken
        tried += 1
        if tried == WARM:
            warm = _memory()
    assert not warm or _memory() - warm <= MAY_GROW, f"seed {seed}: memory grew with {tried} inputs"
    return tried


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _bred(seconds: int) -> None:
    atheris = importlib.import_module("atheris")

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=4096"], one)
    atheris.Fuzz()


def main() -> int:
    """Entry point."""
    words = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    words.add_argument("seconds", type=int)
    words.add_argument("--seed", type=int)
    words.add_argument("--atheris", action="store_true")
    given = words.parse_args()
    if given.atheris:
        _bred(given.seconds)
        return 0
    seed = given.seed if given.seed is not None else random.randrange(2**32)
    print(f"seed {seed}")
    print(f"{run(given.seconds, seed)} inputs, no promise broken")
    return 0


if __name__ == "__main__":
    sys.exit(main())
