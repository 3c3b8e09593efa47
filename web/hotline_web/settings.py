"""Where the page finds what it needs. Frozen; built once by the command that serves it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from hotline.errors import HotlineError
from hotline.storage.places import Places

KEY_BYTES = 32


@dataclass(frozen=True)
class Settings:
    """data_dir: the records (read) and web.sqlite (ours). control_socket: the daemon.

    secure_cookies: the page is served over TLS; False only for plain HTTP on loopback.
    key_file: signs cookies; made on first start, readable by its owner only.
    hosts: names this box answers to besides localhost, hotline.local and literal addresses.
    behind_proxy: a web server of this machine stands in front and names the client.
    claim_note: where the one-time code is written for whoever shows it; gone once it is used.
    """

    data_dir: Path
    control_socket: Path
    secure_cookies: bool = True
    key_file: Path | None = None
    hosts: frozenset[str] = frozenset()
    behind_proxy: bool = False
    claim_note: Path | None = None

    @property
    def calling_socket(self) -> Path:
        """Where the daemon takes calls from the page."""
        return Places(self.data_dir).calling

    def claimed(self) -> None:
        """The one-time code is used: nobody shows it any longer."""
        if self.claim_note:
            self.claim_note.unlink(missing_ok=True)

    def key(self) -> bytes:
        """The signing key, made now if there is none."""
        path = self.key_file or Places(self.data_dir).page / "web.key"
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read_key(path)
        with os.fdopen(file, "wb") as out:
            out.write(key := secrets.token_bytes(KEY_BYTES))
            out.flush()
            os.fsync(out.fileno())
        return key


def _read_key(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        # Written half in a power cut; a short key would make cookies guessable.
        raise HotlineError(
            f"The page's key {path} is damaged.",
            "Delete it and start again; everybody logs in anew.",
        )
    return key
