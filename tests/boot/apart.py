"""The daemon and the page as the image runs them: two users with one group between them.

Users, folders and masks come from the very files of the image, by systemd's own tools; only systemd
itself is not there. The page gets its socket as from systemd, and a web server's words over it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.sim.box import ROOT, BoxUnderTest

PARTS = ROOT / "boot" / "root"
UNITS = PARTS / "usr/lib/systemd/system"
GROUPS = "root:x:0:\naudio:x:29:\ndialout:x:20:\nwww-data:x:33:\n"
# sd_listen_fds(3): the socket is number 3, and meant for this process alone.
HANDED = """
import os, sys
if sys.argv[1] != "3":
    os.dup2(int(sys.argv[1]), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""


def missing() -> str:
    """What this machine lacks for it, "" if nothing."""
    if os.geteuid() != 0:
        return "only root can run programs as other users"
    tools = ("setpriv", "systemd-sysusers", "systemd-tmpfiles")
    lacking = [tool for tool in tools if not shutil.which(tool)]
    return f"{', '.join(lacking)} is missing" if lacking else ""


def of_unit(unit: str, key: str) -> str:
    """The last value of `key` in a unit of the image."""
    found = re.findall(rf"^{key}=(.*)$", (UNITS / unit).read_text(), re.M)
    return str(found[-1])


@dataclass(frozen=True)
class House:
    """The image's folders under `root`, with the image's users in them."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data/hotline"

    @property
    def page(self) -> Path:
        return self.root / "data/web"

    def number(self, name: str, *, group: bool = False) -> str:
        rows = (self.root / "etc" / ("group" if group else "passwd")).read_text().splitlines()
        return next(row.split(":")[2] for row in rows if row.startswith(f"{name}:"))

    def run_as(self, unit: str) -> tuple[str, ...]:
        """What stands before a command that runs as this unit does."""
        user = of_unit(unit, "User")
        more = of_unit(unit, "SupplementaryGroups").split()
        groups = ",".join(self.number(one, group=True) for one in more)
        own = self.number(of_unit(unit, "Group"), group=True)
        drop = ("setpriv", "--reuid", self.number(user), "--regid", own, "--groups", groups)
        # setpriv(1) knows no mask; the rest is the command line as it stands.
        mask = ("sh", "-c", f'umask {of_unit(unit, "UMask")}; exec "$@"', "sh")
        return (*drop, "--inh-caps=-all", "--no-new-privs", *mask)


class Apart(BoxUnderTest):
    """A box whose daemon may not write into the socket of whoever waits for it, but for that."""

    async def _spawn(self, ready: Path) -> None:
        ready.chmod(0o666)  # noqa: ASYNC240 - one name
        await super()._spawn(ready)


@contextlib.contextmanager
def house() -> Iterator[House]:
    """Not under pytest's folder, into which only root may look."""
    root = Path(tempfile.mkdtemp(prefix="hotline-", dir="/tmp"))
    try:
        root.chmod(0o755)
        (root / "etc").mkdir()
        (root / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
        (root / "etc/group").write_text(GROUPS)
        for tool, part in (
            (["systemd-sysusers"], "sysusers.d"),
            (["systemd-tmpfiles", "--create"], "tmpfiles.d"),
        ):
            file = PARTS / "usr/lib" / part / "hotline.conf"
            subprocess.run(
                [tool[0], f"--root={root}", *tool[1:], file], check=True, capture_output=True
            )
        yield House(root)
    finally:
        shutil.rmtree(root)


@contextlib.asynccontextmanager
async def page_of(box: BoxUnderTest, here: House) -> AsyncIterator[Path]:
    """The page, handed its socket as sd_listen_fds(3) says; gives where that is."""
    place = here.root / "run/hotline/page.sock"
    note = here.root / "run/hotline-page"
    note.mkdir(mode=0o700)
    os.chown(note, int(here.number("hl-web")), 0)
    (here.page / "page.toml").write_text(f'[box]\ndata = "{here.data}"\n')
    with socket.socket(socket.AF_UNIX) as handed, (here.root / "page.log").open("ab") as log:
        handed.bind(str(place))
        handed.listen()
        number = handed.fileno()
        words = box.hotline("web")
        words[words.index("--settings") + 1] = str(here.page / "page.toml")
        process = await asyncio.create_subprocess_exec(
            *here.run_as("hotline-web.service"), sys.executable, "-c", HANDED, str(number), *words,
            stdout=log, stderr=log, cwd=ROOT, pass_fds=(number,),
            env=box.environment_of_commands() | {"RUNTIME_DIRECTORY": str(note)},
        )  # fmt: skip
        try:
            yield place
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
