"""Authorities and certificates for the far side, made by openssl and worth nothing outside."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.sim.sip import Tls

# RFC 5280 asks for these, and so does Python from 3.13 on.
_MAY_SIGN = "keyUsage=critical,keyCertSign,cRLSign"
_KNOWN_BY = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, as PEM files."""

    file: Path
    key: Path

    @property
    def tls(self) -> Tls:
        """For an `Exchange` that shows this certificate; it connects to nobody by itself."""
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(self.file, self.key)
        return Tls(server, ssl.create_default_context())


@dataclass(frozen=True)
class Authority:
    """Somebody who signs certificates. `file` is what has to be trusted."""

    file: Path
    key: Path

    @classmethod
    def make(cls, room: Path, name: str) -> Authority:
        one = cls(room / f"{name}.crt", room / f"{name}.key")
        _openssl("req", "-x509", *_KEY, "-keyout", one.key, "-out", one.file, "-days", "2",
                 "-subj", f"/CN={name}", "-addext", _MAY_SIGN)  # fmt: skip
        return one

    def signs(self, host: str) -> Certificate:
        """A certificate for that host name, good for two days."""
        room = self.file.parent
        made = Certificate(room / f"{host}.crt", room / f"{host}.key")
        request, names = room / f"{host}.csr", room / f"{host}.names"
        names.write_text(f"subjectAltName=DNS:{host}\n{_KNOWN_BY}")
        _openssl("req", "-new", *_KEY, "-keyout", made.key, "-out", request, "-subj", f"/CN={host}")
        _openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key,
                 "-CAcreateserial", "-days", "2", "-extfile", names, "-out", made.file)  # fmt: skip
        return made


def self_signed(room: Path, name: str) -> Certificate:
    """What a gateway makes for itself when it leaves the factory."""
    made = Certificate(room / f"{name}.crt", room / f"{name}.key")
    _openssl("req", "-x509", *_KEY, "-keyout", made.key, "-out", made.file, "-days", "2",
             "-subj", f"/CN={name}")  # fmt: skip
    return made


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
