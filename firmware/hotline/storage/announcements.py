"""The announcement in its file: whole or not at all, and gone when it is over."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from hotline.routing.announcement import Announcement
from hotline.storage.durable import sync_directory, write_whole


class Announcements:
    """The one there is, or none. Read anew each time: it is a few bytes."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def current(self) -> Announcement | None:
        """What was switched on last; it may be over. None for a file that cannot be read: a caller
        is greeted all the same.
        """
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            until, at = (datetime.fromisoformat(told[each]) for each in ("until", "at"))
            text = {str(code): str(words) for code, words in dict(told["text"]).items()}
            if until.tzinfo is None or at.tzinfo is None:
                return None
            return Announcement(until, at, str(told["by"]), text)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def switch_on(self, announcement: Announcement) -> None:
        """Instead of the one there is."""
        told = {
            "until": announcement.until.isoformat(),
            "at": announcement.at.isoformat(),
            "by": announcement.by,
            "text": dict(announcement.text),
        }
        write_whole(self._file, json.dumps(told, ensure_ascii=False).encode())

    def switch_off(self) -> None:
        """Harmless when there is none."""
        self._file.unlink(missing_ok=True)
        sync_directory(self._file.parent)
