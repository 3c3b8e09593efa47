"""The list of parts names everything that is installed, and nothing that is not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from builder import recipe, sbom

TOP = Path(__file__).resolve().parents[2]
STATUS = """Package: nginx-light
Status: install ok installed
Architecture: all
Version: 1.26.3-3+deb13u1
Description: a server
 of pages

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 1:2.41-12
"""


def test_only_what_is_installed_is_listed_with_an_address_the_world_understands() -> None:
    found = {part.name: part.purl for part in sbom.debian(STATUS, "amd64")}
    assert found == {
        "nginx-light": "pkg:deb/debian/nginx-light@1.26.3-3%2Bdeb13u1?arch=all",
        "libc6": "pkg:deb/debian/libc6@1%3A2.41-12?arch=amd64",
    }


def test_python_packages_are_listed_by_their_metadata(tmp_path: Path) -> None:
    info = tmp_path / "Flask_Babel-4.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: Flask_Babel\nVersion: 4.1.0\n")
    assert [part.purl for part in sbom.python(tmp_path)] == ["pkg:pypi/flask-babel@4.1.0"]


def test_foreign_files_of_the_page_are_listed_by_what_they_hold() -> None:
    found = {part.name: part.sha256 for part in sbom.vendored(TOP)}
    for name, digest in found.items():
        assert hashlib.sha256((TOP / name).read_bytes()).hexdigest() == digest
    assert any("htmx" in name for name in found)


def test_the_same_parts_make_the_same_list_whatever_their_order() -> None:
    ours = recipe.read_recipe(TOP / "image.yml")
    parts = sbom.debian(STATUS, "amd64")
    lists = [sbom.bom(ours, "amd64", "0.1.0", order) for order in (parts, parts[::-1])]
    assert json.dumps(lists[0]) == json.dumps(lists[1])
    other = sbom.bom(ours, "amd64", "0.1.0", parts[:1])
    assert other["serialNumber"] != lists[0]["serialNumber"]
    refs = [row["bom-ref"] for row in lists[0]["components"]]
    assert len(set(refs)) == len(refs) == 2
