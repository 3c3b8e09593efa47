"""How our own code is started in a child process.

Arithmetic over whole files is done in children: what numpy needs for it, and leaves behind in
memory, ends with them and not with the process that answers calls.
"""

from __future__ import annotations

import os
import sys


def command(module: str, *words: str) -> tuple[str, ...]:
    """The command line that runs a module of ours."""
    return (sys.executable, "-m", module, *words)


def environment() -> dict[str, str]:
    """The way to our own modules; one thread, or numpy reserves memory for many."""
    return {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "OPENBLAS_NUM_THREADS": "1"}
