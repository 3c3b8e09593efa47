"""That somebody has closed the line, in its file: whole or not at all, and gone when it is over."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from hotline.routing.office import EarlyClosing
from hotline.storage.durable import sync_directory, write_whole


class EarlyClosings:
    """The one there is, or none. Read once; it may be over. version: another after each change."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.current = read_early_closing(file)
        self.version = 1

    def close(self, closing: EarlyClosing) -> None:
        """Instead of the one there is."""
        told = {
            "at": closing.at.isoformat(),
            "until": closing.until.isoformat(),
            "by": closing.by,
            "notice": closing.notice,
        }
        write_whole(self._file, json.dumps(told, ensure_ascii=False).encode())
        self._now(closing)

    def open(self) -> None:
        """Harmless when nobody has closed it."""
        self._file.unlink(missing_ok=True)
        sync_directory(self._file.parent)
        self._now(None)

    def _now(self, closing: EarlyClosing | None) -> None:
        self.current = closing
        self.version += 1


def read_early_closing(file: Path) -> EarlyClosing | None:
    """None also for a file that cannot be read: the line is then as its hours say."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        at, until = (datetime.fromisoformat(told[each]) for each in ("at", "until"))
        if at.tzinfo is None or until.tzinfo is None:
            return None
        notice = {str(code): str(words) for code, words in dict(told["notice"]).items()}
        return EarlyClosing(at, until, str(told["by"]), notice)
    except (OSError, ValueError, TypeError, KeyError):
        return None
