"""Commands of the builder: each is told with its seconds, or with its last words."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from hotline.errors import HotlineError

CLEAN = ("PATH=/usr/sbin:/usr/bin", "HOME=/root", "LC_ALL=C.UTF-8")
LAST_WORDS = 15  # lines of a failed command that are shown
TOOLS = {
    "mmdebstrap": "mmdebstrap",
    "mksquashfs": "squashfs-tools",
    "genimage": "genimage",
    "mcopy": "mtools",
    "mkfs.fat": "dosfstools",
    "mke2fs": "e2fsprogs",
    "rauc": "rauc",
}


class StepFailed(HotlineError):  # noqa: N818 - named for what is told
    """A step of the build failed."""


@contextmanager
def step(words: str) -> Iterator[None]:
    """Says what is being done, and how long it took."""
    began = time.monotonic()
    print(f"  {words} ...", file=sys.stderr, flush=True)
    yield
    print(f"  {words}: done ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)


def run(
    command: Sequence[str | Path],
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Its output goes to the end of `log`. Raises StepFailed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        out.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        out.flush()
        began = out.tell()
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=os.environ | dict(env or {}),
                cwd=cwd,
                check=False,
            )
        except FileNotFoundError:
            raise _missing(str(command[0])) from None
    if done.returncode:
        said = log.read_bytes()[began:].decode(errors="replace").splitlines()[-LAST_WORDS:]
        raise StepFailed(
            f"`{Path(command[0]).name}` failed ({done.returncode}):\n    " + "\n    ".join(said),
            f"The whole log is {log}.",
        )


def inside(root: Path, log: Path) -> Callable[..., None]:
    """Runs a command with that folder as its root, and nothing of this machine's environment."""

    def run_there(*words: str) -> None:
        run(["env", "-i", *CLEAN, "chroot", root, *words], log)

    return run_there


def _missing(tool: str) -> StepFailed:
    name = Path(tool).name
    return StepFailed(f"{name} is not installed.", f"Run: sudo apt install {TOOLS.get(name, name)}")
