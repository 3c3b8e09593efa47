"""Where an update of the whole box is left, and what became of the last one.

The box's own scripts do the rest, as root (boot/root/usr/lib/hotline/update.sh): they believe
nothing that lies here before its signature is checked.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from hotline.errors import HotlineError
from hotline.said import say
from hotline.storage.durable import write_whole
from hotline.storage.files import keep_reserve

LARGEST_UPDATE = 2 * 1024**3
_NAME = re.compile(r"[0-9a-f]{32}")


class State(StrEnum):
    """How far an update is."""

    WAITING = "waiting"  # for calls to end
    INSTALLING = "installing"
    TRYING = "trying"
    UPDATED = "updated"
    BACK = "back"
    REFUSED = "refused"


@dataclass(frozen=True)
class LastUpdate:
    """version: to which one, "" where nobody could read it. why: of `refused` and `back`, one word
    of the scripts. at: when it came to this.
    """

    state: State
    version: str
    why: str
    at: datetime | None


class Updates:
    """folder: `Places.updates`, there on a box that was made from an image, and nowhere else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def possible(self) -> bool:
        """Is this such a box?"""
        return self._incoming.is_dir()

    def new(self, size: int) -> Path:
        """Where a bundle of so many bytes is to be written. Raises HotlineError without room."""
        if not self.possible:
            raise HotlineError(
                say("This box was not made from an image, and is not updated here."),
                say("Update it as it was installed."),
            )
        if not self._wanted.exists():
            for old in self._incoming.iterdir():
                old.unlink(missing_ok=True)
        keep_reserve(self._incoming, size)
        return self._incoming / secrets.token_hex(16)

    def offer(self, bundle: Path) -> None:
        """Have the box look at it; it begins at once."""
        if bundle.parent != self._incoming or not _NAME.fullmatch(bundle.name):
            raise ValueError("not a place of `new`")
        write_whole(self._wanted, f"{bundle.name}\n".encode())

    def last(self) -> LastUpdate | None:
        """What became of the last one; None if there was none."""
        try:
            text = (self._folder / "told").read_text(encoding="utf-8")
            rows = dict(row.partition("=")[::2] for row in text.splitlines())
            at = datetime.fromisoformat(rows["at"]) if rows.get("at") else None
            return LastUpdate(State(rows["state"]), rows["version"][:40], rows["why"][:20], at)
        except (OSError, ValueError, KeyError):
            return None

    @property
    def under_way(self) -> bool:
        """Is one being put in, or about to be?"""
        last = self.last()
        doing = last is not None and last.state in (State.WAITING, State.INSTALLING, State.TRYING)
        return doing or self._wanted.exists()

    @property
    def _wanted(self) -> Path:
        return self._incoming / "wanted"

    @property
    def _incoming(self) -> Path:
        return self._folder / "incoming"
