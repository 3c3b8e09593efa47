"""The backup that is unpacked and waits for a yes; each part it does not have has its mark."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from hotline.storage.belongings import MOVED, Contents
from hotline.storage.durable import write_whole
from hotline.storage.places import Places

LOOKED = "looked.json"  # what was found; beside the unpacked files
ABSENT = ".absent"


@dataclass(frozen=True)
class Looked:
    """A backup that could be restored. mark: names it, so that what was shown is what is taken.

    here: what is on the box now.
    """

    mark: str
    made_at: str
    version: str
    recordings: bool
    inside: Contents
    here: Contents


def waiting_place(places: Places) -> Path:
    """The folder of the backup that waits for a yes."""
    return places.restore / "looked"


def waiting(places: Places) -> Looked | None:
    """The backup that waits for a yes, if there is one."""
    try:
        told = json.loads((waiting_place(places) / LOOKED).read_text(encoding="utf-8"))
        inside, here = Contents(**told.pop("inside")), Contents(**told.pop("here"))
        return Looked(**told, inside=inside, here=here)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def mark_absent(folder: Path) -> None:
    """Say of every part whether it is there, so that the exchange needs to guess nothing."""
    for part in MOVED:
        if not (folder / part).exists():
            write_whole(mark_of(folder / part), b"")


def mark_of(part: Path) -> Path:
    """The file that stands for a part that is not there."""
    return part.with_name(f"{part.name}{ABSENT}")


def drop(places: Places) -> None:
    """Throw away what is unpacked, whole or in part; harmless when nothing is."""
    for name in ("unpacking", "looked"):
        shutil.rmtree(places.restore / name, ignore_errors=True)
