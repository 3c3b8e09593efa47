"""What is in the image: its parts with their versions, as CycloneDX 1.6.

Debian's packages from dpkg's list, Python's from their metadata, the page's files by SHA-256.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from builder.recipe import Recipe

VENDORED = "web/hotline_web/static"


@dataclass(frozen=True)
class Component:
    """One part: `purl` names it in the whole world."""

    name: str
    version: str
    purl: str
    sha256: str = ""

    def as_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {
            "type": "file" if self.sha256 else "library",
            "bom-ref": self.purl,
            "name": self.name,
            "version": self.version,
            "purl": self.purl,
        }
        if self.sha256:
            row["hashes"] = [{"alg": "SHA-256", "content": self.sha256}]
        return row


def debian(status: str, architecture: str) -> list[Component]:
    """From dpkg's status file what is installed."""
    found = []
    for paragraph in status.split("\n\n"):
        fields = HeaderParser().parsestr(paragraph.lstrip("\n"))
        if fields["Package"] and fields["Status"] == "install ok installed":
            name, version = fields["Package"], fields["Version"]
            where = fields["Architecture"] or architecture
            purl = f"pkg:deb/debian/{name}@{quote(version, safe='')}?arch={where}"
            found.append(Component(name, version, purl))
    return found


def python(site: Path) -> list[Component]:
    """From the metadata of a site-packages folder."""
    found = []
    for file in sorted(site.glob("*.dist-info/METADATA")):
        fields = HeaderParser().parsestr(file.read_text(encoding="utf-8"))
        name = fields["Name"].lower().replace("_", "-")
        found.append(Component(name, fields["Version"], f"pkg:pypi/{name}@{fields['Version']}"))
    return found


def vendored(top: Path) -> list[Component]:
    """The page's files by their content."""
    found = []
    for file in sorted(path for path in (top / VENDORED).rglob("*") if path.is_file()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        name = str(file.relative_to(top))
        purl = f"pkg:generic/{quote(name)}?checksum=sha256:{digest}"
        found.append(Component(name, digest[:12], purl, digest))
    return found


def bom(recipe: Recipe, variant: str, version: str, parts: Iterable[Component]) -> dict[str, Any]:
    """The document; the same parts on the same date are the same document."""
    rows = [part.as_json() for part in sorted(parts, key=lambda part: part.purl)]
    words = json.dumps(rows, sort_keys=True) + variant
    when = datetime.datetime.fromtimestamp(recipe.epoch, datetime.UTC)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, words)}",
        "version": 1,
        "metadata": {
            "timestamp": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "operating-system",
                "bom-ref": f"{recipe.name}-{variant}",
                "name": f"{recipe.name}-{variant}",
                "version": version,
            },
        },
        "components": rows,
    }
