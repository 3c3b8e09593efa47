"""The web server of the image before the real page: what a browser in the office is answered."""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.boot.apart import PARTS, Apart, House, house, missing, page_of
from tests.boot.scripts import SCRIPTS
from tests.sim.box import ROOT, free_port

UNPACKED = ROOT / ".cache/unpacked"
NGINX = UNPACKED / "usr/sbin/nginx"
LIMIT = 13 << 20
PATIENCE_S = 30
pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.skipif(not NGINX.exists(), reason="nginx is not unpacked here"),
]


@dataclass(frozen=True)
class Front:
    """nginx with the settings of the image; only its ports and folders are others."""

    here: House
    plain: int
    secure: int

    def ask(self, path: str, body: bytes = b"", **more: str) -> http.client.HTTPResponse:
        known = ssl.create_default_context(cafile=self.here.root / "data/keys/page.crt")
        line = http.client.HTTPSConnection(
            "hotline.local", self.secure, context=known, timeout=PATIENCE_S
        )
        # The name leads here, as multicast DNS would have it.
        line._create_connection = lambda _to, *more: _connect(self.secure, *more)  # type: ignore[attr-defined]
        line.request("POST" if body else "GET", path, body or None, more)
        got = line.getresponse()
        got.read()
        return got

    def redirect(self) -> str:
        line = http.client.HTTPConnection("127.0.0.1", self.plain, timeout=PATIENCE_S)
        line.request("GET", "/inbox?x=1", headers={"Host": "hotline.local"})
        return line.getresponse().headers["Location"]

    def shakes_hands(self, version: ssl.TLSVersion) -> bool:
        terms = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        terms.check_hostname, terms.verify_mode = False, ssl.CERT_NONE
        terms.set_ciphers("DEFAULT:@SECLEVEL=0")
        terms.minimum_version = terms.maximum_version = version
        try:
            with _connect(self.secure) as plain, terms.wrap_socket(plain):
                return True
        except (ssl.SSLError, ConnectionError):
            return False


def _connect(port: int, *_more: object) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE_S)


def _settings(here: House, plain: int, secure: int) -> Path:
    text = (PARTS / "etc/nginx/nginx.conf").read_text()
    for image, ours in (
        ("user www-data;", "user root;"),
        ("listen [::]:80 default_server;", ""),
        ("listen [::]:443 ssl default_server;", ""),
        ("listen 80 ", f"listen 127.0.0.1:{plain} "),
        ("listen 443 ", f"listen 127.0.0.1:{secure} "),
        ("/etc/nginx/mime.types", str(UNPACKED / "etc/nginx/mime.types")),
        ("/data/keys", str(here.root / "data/keys")),
        ("/run/nginx", str(here.root / "run/nginx")),
        ("unix:/run/hotline", f"unix:{here.root}/run/hotline"),
    ):
        assert image in text, image
        text = text.replace(image, ours)
    path = here.root / "nginx.conf"
    path.write_text(text)
    return path


@asynccontextmanager
async def standing() -> AsyncIterator[Front]:
    with house() as here:
        subprocess.run(  # noqa: ASYNC221 - nobody waits yet
            ["dash", "-eu", SCRIPTS / "certificate.sh"],
            check=True,
            capture_output=True,
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "HOTLINE_KEYS": str(here.root / "data/keys"),
                "HOTLINE_ISSUE": str(here.root / "run/issue.d"),
                "HOTLINE_RELOAD": "true",
            },
        )
        (here.root / "run/nginx").mkdir()
        front = Front(here, free_port(), free_port())
        words = ["-e", "stderr", "-c", str(_settings(here, front.plain, front.secure))]
        box = Apart(here.data, "", "")
        async with page_of(box, here):
            server = await asyncio.create_subprocess_exec(NGINX, *words, "-g", "daemon off;")
            try:
                await asyncio.to_thread(_until_it_listens, front)
                yield front
            finally:
                server.terminate()
                await server.wait()


def _until_it_listens(front: Front) -> None:
    for _ in range(300):
        try:
            _connect(front.plain).close()
        except OSError:
            subprocess.run(["sleep", "0.1"], check=True)
        else:
            return
    raise AssertionError("nginx does not listen")


async def test_a_browser_reaches_the_page_by_its_name_and_certificate() -> None:
    async with standing() as front:
        got = await asyncio.to_thread(front.ask, "/claim")
        assert got.status == 200
        cookies = got.headers.get_all("Set-Cookie") or []
        assert cookies
        assert all(one.startswith("__Host-") and "Secure" in one for one in cookies)
        assert "default-src 'none'" in got.headers["Content-Security-Policy"]
        assert got.headers["Strict-Transport-Security"] is None
        assert not any(digit in got.headers["Server"] for digit in "0123456789")

        assert front.redirect() == "https://hotline.local/inbox?x=1"
        assert not front.shakes_hands(ssl.TLSVersion.TLSv1_1)
        assert front.shakes_hands(ssl.TLSVersion.TLSv1_2)

        assert (await asyncio.to_thread(front.ask, "/claim", Host="evil.example")).status == 421
        stranger = await asyncio.to_thread(front.ask, "/claim", **{"X-Forwarded-For": "8.8.8.8"})
        assert stranger.status == 200  # who it is is nginx's word alone

        too_much = await asyncio.to_thread(front.ask, "/claim", bytes(LIMIT + 1))
        assert too_much.status == 413
