"""The image's own scripts, run by dash as on the box, in a house of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.sim.box import ROOT

SCRIPTS = ROOT / "boot/root/usr/lib/hotline"
TOOLS = "/usr/sbin:/usr/bin:/sbin:/bin"
# Every tool counts; at the count that is asked for, all die at once, as in a power cut.
GUILLOTINE = """#!/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin
echo >>"$COUNT"
[ "$(wc -l <"$COUNT")" -ne "$CUT" ] || kill -9 0
exec "${0##*/}" "$@"
"""
COUNTED = (
    *("mkdir", "mv", "sync", "chown", "head", "tr", "cat", "sed", "dd", "rm", "wc", "od", "tail"),
    *("grep", "openssl", "cut", "chmod", "find", "shred", "date", "hostname", "dirname", "paste"),
    *("sfdisk", "stat"),
)


@dataclass(frozen=True)
class Box:
    """A data partition and a card under `root`."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def card(self) -> Path:
        return self.root / "card"

    @property
    def screen(self) -> Path:
        """What the box shows beside its login."""
        return self.root / "issue"

    def set_up(self) -> Box:
        for folder in (self.data, self.card, self.screen):
            folder.mkdir()
        return self

    def run(self, script: str, *words: str, cut: int = 0, **more: str) -> int:
        """How it ended; cut: at which tool the power fails, -9 then."""
        bin, count = self.root / "bin", self.root / "count"
        if cut and not bin.exists():
            bin.mkdir()
            (bin / ".cut").write_text(GUILLOTINE)
            (bin / ".cut").chmod(0o755)
            for tool in COUNTED:
                (bin / tool).symlink_to(".cut")
        count.write_text("")
        done = subprocess.run(
            ["/bin/dash", "-eu", SCRIPTS / script, *words],
            env={
                "PATH": f"{bin}:{TOOLS}" if cut else TOOLS,
                "COUNT": str(count),
                "CUT": str(cut),
                "HOTLINE_DATA": str(self.data),
                "HOTLINE_CARD": str(self.card),
                "HOTLINE_KEYS": str(self.data / "keys"),
                "HOTLINE_ISSUE": str(self.screen),
                "HOTLINE_OWNER": "",
                "HOTLINE_SHOW": "true",
                "HOTLINE_RELOAD": "true",
                "HOTLINE_CONSOLE": str(self.root / "console"),
                "HOTLINE_BLANK_MB": "1",
                "HOTLINE_CLOCK_FILE": str(self.data / "clock"),
                "HOTLINE_PEERS": str(self.data / "hotline/peers"),
                "HOTLINE_CLAIM_CODE": str(self.root / "claim-code"),
            }
            | more,
            start_new_session=True,
            capture_output=True,
            text=True,
            check=False,
        )
        if not cut:
            assert done.returncode == 0, done.stderr
        return done.returncode

    def everything(self) -> dict[str, bytes]:
        """Every file with its contents."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for place in (self.data, self.card)
            for path in sorted(place.rglob("*"))
            if path.is_file()
        }


def missing(*tools: str) -> str:
    """Which of them this machine lacks, "" if none."""
    return ", ".join(tool for tool in tools if not shutil.which(tool, path=TOOLS + os.pathsep))
