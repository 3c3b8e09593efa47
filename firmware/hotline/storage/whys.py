"""What callers said when asked why they call: sound that belongs to a call and goes with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from hotline.storage import calls
from hotline.storage.database import DatabaseFile
from hotline.storage.files import RESERVE, Recordings, why_name
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

SHORTEST_KEPT = 1.0  # seconds


def mend_whys(
    database: Database, recordings: Path, now: datetime, repair: Callable[[Path], float]
) -> None:
    """Make whole what a kill or a power cut left open; what holds nothing is deleted.

    Only of calls whose rows are open: to be called before these are closed.
    """
    folder = Recordings(recordings)
    for call_id in calls.open_rows(database):
        path = folder.why(call_id)
        if path is None:
            continue
        try:
            kept = repair(path) >= SHORTEST_KEPT
        except (OSError, ValueError):
            kept = False
        if not kept:
            path.unlink(missing_ok=True)
        elif not calls.has_step(database, call_id, "why_said"):
            words = f"The caller said why, in {path.name}."
            calls.add_step(database, call_id, now, "why_said", words, recording=path.name)


class Whys:
    """Their broom. Everything here waits for the disk."""

    def __init__(self, file: DatabaseFile, writer: Writer, recordings: Recordings) -> None:
        self._file, self._writer, self._recordings = file, writer, recordings

    def sweep(self) -> None:
        """Delete what belongs to no call any more."""
        kept = self._recordings.whys()
        # In turn behind the row of the newest call, however long that has waited for the disk.
        known = self._writer.submit(lambda db: calls.known_of(db, kept)).result()
        self.forget(call_id for call_id in kept if call_id not in known)

    def give_up(self) -> None:
        """Delete the oldest until the reserve is free again; never of who is still owed a call."""
        if self._recordings.free_bytes() >= RESERVE:
            return
        with self._file.reading() as database:
            over = [one for one in self._recordings.whys() if calls.owed_nothing(database, one)]
        for call_id in over:
            if self._recordings.free_bytes() >= RESERVE:
                return
            self._recordings.remove(why_name(call_id))

    def forget(self, call_ids: Iterable[int]) -> None:
        """Delete what was said in these calls."""
        for call_id in call_ids:
            if self._recordings.why(call_id):
                self._recordings.remove(why_name(call_id))
