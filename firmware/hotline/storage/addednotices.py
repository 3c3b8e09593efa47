"""notices.toml on the disk: whole, synced, and readable by nobody but the box."""

from __future__ import annotations

from pathlib import Path

from hotline.options.notices import AllNotices, written
from hotline.storage.durable import write_whole

PRIVATE = 0o600  # passwords and tokens stand in it


def write_notices(path: Path, notices: AllNotices, *, keep_old: bool = False) -> None:
    """Replace the file. keep_old: the old one stays beside it, as something in it is not kept."""
    if keep_old and path.exists():
        write_whole(path.with_name(f"{path.name}.old"), path.read_bytes(), PRIVATE)
    write_whole(path, written(notices).encode(), PRIVATE)
