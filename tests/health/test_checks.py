"""The doctor says what is missing in one sentence, with one thing to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.health import checks
from hotline.health.checks import Finding, examine

TLS_TRUNK = """
[[trunk]]
name = "provider"
kind = "provider"
host = "sip.example.net"
transport = "tls"
user = "office"
password = "roua"
"""
MAIL = """
[mail]
host = "mail.example.net"
sender = "box@example.net"
"""
GATEWAY = """
[[trunk]]
name = "fxo"
kind = "gateway"
host = "192.0.2.9"
"""


@pytest.fixture
def authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of their certificates, which is not there yet."""
    file = tmp_path / "ca-certificates.crt"
    monkeypatch.setattr(checks, "public_authorities", lambda: file)
    return file


def about_authorities(folder: Path, settings: str) -> list[Finding]:
    toml = folder / "box.toml"
    toml.write_text(f'[box]\ndata = "{folder}/data"\n{settings}')
    return [one for one in examine(toml) if "authorities" in one.words]


@pytest.mark.parametrize("settings", [TLS_TRUNK, MAIL], ids=["provider over TLS", "mail"])
def test_missing_certificates_of_the_authorities_are_named_with_what_to_install(
    tmp_path: Path, authorities: Path, settings: str
) -> None:
    (finding,) = about_authorities(tmp_path, settings)
    assert not finding.well
    assert str(authorities) in finding.words
    assert finding.action == "Install ca-certificates."


def test_certificates_that_are_there_are_well(tmp_path: Path, authorities: Path) -> None:
    authorities.touch()
    (finding,) = about_authorities(tmp_path, TLS_TRUNK)
    assert finding.well


@pytest.mark.parametrize(
    "settings",
    [GATEWAY, TLS_TRUNK + 'tls_ca = "own.pem"\n', MAIL + 'security = "none"\n'],
    ids=["gateway", "own authority", "mail in the house"],
)
def test_who_needs_no_public_authorities_hears_nothing_of_them(
    tmp_path: Path, authorities: Path, settings: str
) -> None:
    (tmp_path / "own.pem").touch()
    assert about_authorities(tmp_path, settings) == []
