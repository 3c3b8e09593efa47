"""Where the page leaves an uploaded file for the daemon: under a name that leads nowhere else.

Ten megabytes do not go through the control socket, whose requests are short lines; only the name
does. Neither side trusts what lies here.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from datetime import datetime, timedelta
from pathlib import Path

from hotline.errors import HotlineError
from hotline.said import say
from hotline.storage.files import keep_reserve

LARGEST_UPLOAD = 12 * 1024 * 1024
LARGEST_BACKUP = 2 * 1024**3  # more is restored by command
KEPT_FOR = timedelta(hours=1)  # of what a page that was killed has left

_NAME = re.compile(r"[0-9a-f]{32}")


class Uploads:
    """The folder of what was uploaded and is not taken yet."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def new(self, now: datetime) -> Path:
        """Where the next file is to be written. Also throws away what was left lying.

        Raises HotlineError when the disk is full.
        """
        self._directory.mkdir(mode=0o770, parents=True, exist_ok=True)
        for old in self._directory.iterdir():
            if datetime.fromtimestamp(old.lstat().st_mtime, now.tzinfo) < now - KEPT_FOR:
                old.unlink(missing_ok=True)
        keep_reserve(self._directory, LARGEST_UPLOAD)
        return self._directory / secrets.token_hex(16)

    def path(self, name: str, largest: int = LARGEST_UPLOAD) -> Path:
        """The file of that name. Raises HotlineError for any other, and for one too large."""
        path = self._directory / name
        try:
            kind = path.lstat() if _NAME.fullmatch(name) else None
        except FileNotFoundError:
            kind = None
        if kind is None or not stat.S_ISREG(kind.st_mode) or not os.access(path, os.R_OK):
            raise HotlineError(say("The uploaded file has gone."), say("Upload it once more."))
        if kind.st_size > largest:
            raise too_large()
        return path


def too_large() -> HotlineError:
    """What is said of a file that is not taken for its size."""
    return HotlineError(
        say("This file is larger than %(n)s MB.", n=LARGEST_UPLOAD >> 20),
        say("Record it shorter, or in mono."),
    )
