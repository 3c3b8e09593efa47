"""lines.toml on the disk: whole, synced, and readable by nobody but the box."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hotline.options.added import Added, written
from hotline.storage.durable import write_whole

PRIVATE = 0o600  # passwords and PINs stand in it


def write_lines(path: Path, added: Iterable[Added], *, keep_old: bool = False) -> None:
    """Replace the file. keep_old: the old one stays beside it, as something in it is not kept."""
    if keep_old and path.exists():
        write_whole(path.with_name(f"{path.name}.old"), path.read_bytes(), PRIVATE)
    write_whole(path, written(added).encode(), PRIVATE)
