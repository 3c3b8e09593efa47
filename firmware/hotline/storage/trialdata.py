"""What a start on trial wrote, apart from the records: taken over, or thrown away.

It lies as the upper folder of an overlay (Documentation/filesystems/overlayfs.rst): files that are
new or others, a mark in place of each that is gone. Nobody has a file of either folder open.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from hotline.storage.durable import sync_directory

OPAQUE = "trusted.overlay.opaque"  # nothing of the lower folder is seen below this one
RECORDINGS = "recordings"


def keep(upper: Path, lower: Path) -> None:
    """Let `lower` be as it was seen during the trial. Killed anywhere, call it again."""
    for entry in sorted(os.scandir(upper), key=lambda entry: entry.name):
        new, old = Path(entry.path), lower / entry.name
        kind = entry.stat(follow_symlinks=False)
        if stat.S_ISCHR(kind.st_mode):
            _remove(old)
            new.unlink()
        elif stat.S_ISDIR(kind.st_mode) and _is_folder(old) and not _opaque(new):
            keep(new, old)
            new.rmdir()
        else:
            if stat.S_ISDIR(kind.st_mode) or _is_folder(old):
                _remove(old)
            new.replace(old)
    sync_directory(lower)


def drop(upper: Path, lower: Path) -> None:
    """Let `lower` be as before, but for what callers have said: the box files it at its start."""
    for new in sorted((upper / RECORDINGS).glob("*")):
        old = lower / RECORDINGS / new.name
        if stat.S_ISREG(new.lstat().st_mode) and not os.path.lexists(old):
            (lower / RECORDINGS).mkdir(exist_ok=True)
            new.replace(old)
            sync_directory(lower / RECORDINGS)
    shutil.rmtree(upper)


def _opaque(folder: Path) -> bool:
    try:
        return os.getxattr(folder, OPAQUE) == b"y"
    except OSError:
        return False


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove(path: Path) -> None:
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
