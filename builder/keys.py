"""With what updates are signed, and what a box knows them by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from builder import steps
from hotline.errors import HotlineError

DAYS = 36500  # a box may lie in a drawer for years; a bundle is judged by the day it was signed


@dataclass(frozen=True)
class Keys:
    """PEM files. certificate: into the image. key: never into it."""

    key: Path
    certificate: Path


def given_or_made(key: Path | None, certificate: Path | None, cache: Path) -> Keys:
    """The release's own if they are named, else a pair that is made once, for tests alone."""
    if key and certificate:
        for file in (key, certificate):
            if not file.is_file():
                raise HotlineError(f"{file} is not there.", "Name another file.")
        return Keys(key, certificate)
    if key or certificate:
        raise HotlineError("A key and its certificate go together.", "Name both.")
    return made(cache / "update-key")


def made(folder: Path) -> Keys:
    """A pair in `folder`, made if it is not there. Raises steps.StepFailed."""
    keys = Keys(folder / "key.pem", folder / "certificate.pem")
    if not keys.certificate.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        steps.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-sha256",
             "-days", str(DAYS), "-subj", "/CN=Hotline Box updates, for tests",
             "-keyout", keys.key, "-out", folder / "certificate.part"],
            folder / "openssl.log",
        )  # fmt: skip
        (folder / "certificate.part").rename(keys.certificate)
    return keys
