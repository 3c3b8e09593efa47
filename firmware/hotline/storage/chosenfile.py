"""settings.toml on the disk: whole and synced."""

from __future__ import annotations

from pathlib import Path

from hotline.options.chosen import Chosen, written
from hotline.storage.durable import write_whole

PRIVATE = 0o600


def write_chosen(path: Path, chosen: Chosen, *, keep_old: bool = False) -> None:
    """Replace the file. keep_old: the old one stays beside it, as something in it is not kept."""
    if keep_old and path.exists():
        write_whole(path.with_name(f"{path.name}.old"), path.read_bytes(), PRIVATE)
    write_whole(path, written(chosen).encode(), PRIVATE)
