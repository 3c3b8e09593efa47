"""Fetches the few files written by others, at pinned versions, and checks their hashes.

Run `python web/vendor.py` after changing the table; the files are kept in the repository, so
nobody else needs npm. The test of the page compares the kept files with this table.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Vendored:
    """One file of an npm package and where it lies here; sha256 is that of the file."""

    package: str
    member: str
    kept: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return ROOT / self.kept


FILES = (
    # 0BSD. 4.0.x: no inline style when includeIndicatorCSS is off, so our CSP holds.
    Vendored(
        "htmx.org@4.0.1",
        "package/dist/htmx.min.js",
        "web/hotline_web/static/htmx-4.0.1.min.js",
        "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    ),
    # MPL-2.0; used by the tests only, never served.
    Vendored(
        "axe-core@4.14.1",
        "package/axe.min.js",
        "tests/web/vendor/axe-4.14.1.min.js",
        "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
    ),
)


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def fetch(file: Vendored) -> bytes:
    """The file out of its package. Raises SystemExit if it is not the one we know."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["npm", "pack", "--silent", file.package], cwd=place, check=True)
        (archive,) = Path(place).glob("*.tgz")
        with tarfile.open(archive) as packed:
            member = packed.extractfile(file.member)
            content = member.read() if member else b""
    if digest(content) != file.sha256:
        raise SystemExit(f"{file.package}: {file.member} is not the file we know.")
    return content


def main() -> None:
    """Fetch and keep every file."""
    for file in FILES:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_bytes(fetch(file))
        sys.stdout.write(f"{file.kept}\n")


if __name__ == "__main__":
    main()
