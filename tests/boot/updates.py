"""A box that is updated: its data partition, its slots, and what its scripts ask."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from builder import disk
from tests.boot.scripts import SCRIPTS, TOOLS
from tests.sim.box import ROOT

NAME = "0123456789abcdef0123456789abcdef"
KIND = "hotline-box-amd64"


@dataclass(frozen=True)
class Updated:
    """`root` is the whole box. What its scripts start writes its words into `said`."""

    root: Path

    @property
    def updates(self) -> Path:
        return self.root / "data/updates"

    @property
    def autoboot(self) -> Path:
        return self.root / "autoboot.txt"

    def set_up(self, version: str = "0.1.0") -> Updated:
        (self.updates / "incoming").mkdir(parents=True)
        for place in ("data/hotline", "data/web", "run"):
            (self.root / place).mkdir()
        (self.root / "release").write_text(f'IMAGE_ID="{KIND}"\nIMAGE_VERSION="{version}"\n')
        self.autoboot.write_text(disk.autoboot())
        self.stand_in("hotline", "")
        self.stand_in("rauc", "")
        self.stand_in("systemctl", "")
        return self

    def stand_in(self, name: str, does: str) -> None:
        """A program that says how it was called, and then `does`."""
        file = self.root / name
        file.write_text(f'#!/bin/sh\necho "{name} $*" >>{self.root}/said\n{does}\n')
        file.chmod(0o755)

    def real_hotline(self) -> None:
        """The application itself, for what is kept of a trial."""
        ways = f"PYTHONPATH={ROOT}/firmware"
        self.stand_in("hotline", f'exec env {ways} {sys.executable} -m hotline "$@"')

    def runs_from(self, slot: str) -> Updated:
        (self.root / "cmdline").write_text(f"quiet hotline.slot={slot}\n")
        return self

    def bring(self, bundle: Path) -> None:
        """Somebody leaves a bundle."""
        (self.updates / "incoming").mkdir(exist_ok=True)
        (self.updates / "incoming" / NAME).write_bytes(bundle.read_bytes())
        (self.updates / "incoming/wanted").write_text(f"{NAME}\n")

    def run(self, script: str, *words: str, ended: int = 0) -> None:
        done = subprocess.run(
            ["/bin/dash", SCRIPTS / script, *words],
            env={
                "PATH": TOOLS,
                "HOTLINE_UPDATES": str(self.updates),
                "HOTLINE_DATA": str(self.root / "data"),
                "HOTLINE_RUN": str(self.root / "run"),
                "HOTLINE_RELEASE": str(self.root / "release"),
                "HOTLINE_AUTOBOOT": str(self.autoboot),
                "HOTLINE_CMDLINE": str(self.root / "cmdline"),
                "HOTLINE_SLOT": str(SCRIPTS / "slot.sh"),
                "HOTLINE_COMMAND": str(self.root / "hotline"),
                "HOTLINE_RAUC": str(self.root / "rauc"),
                "HOTLINE_SYSTEMCTL": str(self.root / "systemctl"),
                "HOTLINE_REBOOT": f"{self.root}/systemctl reboot --reboot-argument",
                "HOTLINE_CONSOLE": str(self.root / "console"),
                "HOTLINE_ROOT": "",
                "HOTLINE_STICK": str(self.root / "stick"),
                "HOTLINE_MOUNT": "true",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == ended, done.stderr

    @property
    def told(self) -> tuple[str, str, str]:
        """State, version and why, as the page reads them."""
        rows = (row.partition("=") for row in (self.updates / "told").read_text().splitlines())
        held = {key: value for key, _, value in rows}
        return held["state"], held["version"], held["why"]

    @property
    def said(self) -> list[str]:
        file = self.root / "said"
        return file.read_text().splitlines() if file.exists() else []
