"""Of which answers the office was told that their last day comes, or is past: once for each day."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from hotline.storage.durable import write_whole


class AnswersTold:
    """A few words in a file; what cannot be read was not told."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def known(self) -> frozenset[str]:
        """What was told, as it was remembered."""
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            return frozenset(str(one) for one in told)
        except (OSError, ValueError, TypeError):
            return frozenset()

    def remember(self, told: Collection[str]) -> None:
        """All that still counts, in place of what was remembered. Raises OSError."""
        write_whole(self._file, json.dumps(sorted(told), ensure_ascii=False).encode())
