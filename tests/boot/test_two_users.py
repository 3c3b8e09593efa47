"""Daemon and page are two users: the page has what it needs, and nothing else of the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.parse
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from tests.boot.apart import Apart, House, house, missing, page_of
from tests.sim.box import BoxUnderTest, trunk
from tests.stories.stage import office

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

OWNER, SECRET, PHRASE = "maria", "roua plop cizme vioara", "vioara cizme plop roua nor"
SENTENCE = "/prompts/en/greeting_open"
PASSWORD = "a-password-of-the-line"
PATIENCE_S = 25.0


class _Line(http.client.HTTPConnection):
    """HTTP over a Unix socket, as nginx speaks to the page."""

    def __init__(self, place: Path) -> None:
        super().__init__("hotline.local", timeout=PATIENCE_S)
        self._place = str(place)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(self._place)


@dataclass
class Browser:
    """The owner, behind the web server of the box."""

    place: Path
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = ""
    ) -> tuple[int, bytes, str]:
        """Status, contents and where it leads."""
        line = _Line(self.place)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": "192.168.1.7",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "hotline.local",
            "Content-Type": kind or "application/x-www-form-urlencoded",
        }
        try:
            line.request(method, path, body or None, headers)
            got = line.getresponse()
            content = got.read()
        finally:
            line.close()
        for header in got.headers.get_all("Set-Cookie") or ():
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return got.status, content, got.headers.get("Location", "")

    def sees(self, path: str) -> bytes:
        status, content, _ = self.ask("GET", path)
        assert status == 200, (path, status, content[-800:])
        return content

    def fills_in(
        self, on: str, to: str, files: dict[str, bytes] | None = None, **typed: str
    ) -> str:
        """Send the form that stands on the page `on`; where the answer leads."""
        token = re.search(rb'name="csrf_token" value="([^"]+)"', self.sees(on))
        assert token, on
        fields = {"csrf_token": token[1].decode(), **typed}
        body, kind = urllib.parse.urlencode(fields).encode(), ""
        if files:
            body, kind = _parts(fields, files)
        status, content, leads = self.ask("POST", to, body, kind)
        assert status in (302, 303), (to, status, content.decode(errors="replace")[-3000:])
        return leads

    def waits_for(self, words: str, on: str) -> None:
        """Until these words stand there."""
        end = time.monotonic() + PATIENCE_S
        while words.encode() not in self.sees(on):
            assert time.monotonic() < end, self.sees(on).decode()[-3000:]
            time.sleep(0.2)


def _parts(fields: dict[str, str], files: dict[str, bytes]) -> tuple[bytes, str]:
    """A form with files, and what kind of body that is (RFC 7578)."""
    mark = secrets.token_hex(8)
    head = f'--{mark}\r\nContent-Disposition: form-data; name="'
    told = [f'{head}{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    for name, content in files.items():
        told.append(f'{head}{name}"; filename="x"\r\n\r\n'.encode() + content)
    whole = b"\r\n".join([*told, f"--{mark}--\r\n".encode()])
    return whole, f"multipart/form-data; boundary={mark}"


def _set_up(here: House, box: BoxUnderTest) -> None:
    """As the first boot and the owner leave it: everything the daemon's own."""
    own = int(here.number("hl-tel"))
    for name, content in (("box.toml", box._settings()), ("office.yaml", office())):
        (here.data / name).write_text(content)
        (here.data / name).chmod(0o600)
        os.chown(here.data / name, own, own)
    subprocess.run(
        [*box.prefix, *box.hotline("office", "import", str(here.data / "office.yaml"))],
        check=True,
        capture_output=True,
        env=box.environment_of_commands() | {"USER": "hl-tel"},
    )
    (here.data / "hotline.log").touch()


@asynccontextmanager
async def at_work() -> AsyncIterator[tuple[House, BoxUnderTest, Browser]]:
    """The daemon and the page, each as its own user, and the owner who has claimed the box."""
    with house() as here:
        line = trunk("office", ("127.0.0.1", 9), user="office", password=PASSWORD)
        box = Apart(here.data, "", line, prefix=here.run_as("hotline.service"))
        await asyncio.to_thread(_set_up, here, box)
        await box.start()
        try:
            async with page_of(box, here) as place:
                owner = Browser(place)
                note = here.root / "run/hotline-page/claim-code"
                await asyncio.to_thread(owner.sees, "/claim")
                await asyncio.to_thread(
                    owner.fills_in,
                    "/claim",
                    "/claim",
                    code=note.read_text().strip(),
                    name=OWNER,
                    password=SECRET,
                )
                assert not note.exists()
                yield here, box, owner
        finally:
            await box.stop()


def _spoken(step: int) -> bytes:
    sound = BytesIO()
    with wave.open(sound, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"".join(bytes((n % step, n % 40)) for n in range(16000)))
    return sound.getvalue()


async def test_the_page_of_another_user_does_all_its_work(tmp_path: Path) -> None:
    """It brings a sentence, hears it, makes a backup, hands it out, and restores it."""
    async with at_work() as (_here, _box, owner):
        await asyncio.to_thread(_a_day, owner)


def _a_day(owner: Browser) -> None:
    owner.fills_in(SENTENCE, f"{SENTENCE}/upload", {"sound": _spoken(251)})
    heard = owner.sees(f"{SENTENCE}/now")
    assert heard[:4] == b"RIFF"
    owner.fills_in("/backup", "/backup/make", passphrase=PHRASE, again=PHRASE, recordings="1")
    owner.waits_for("Save the file", "/backup")
    sealed = owner.sees("/backup/file")
    owner.fills_in(SENTENCE, f"{SENTENCE}/upload", {"sound": _spoken(97)})
    assert owner.sees(f"{SENTENCE}/now") != heard
    owner.fills_in("/backup", "/backup/bring", {"backup": sealed}, passphrase=PHRASE)
    owner.waits_for('name="mark"', "/backup")
    mark = re.search(rb'name="mark" value="([0-9a-f]{16})"', owner.sees("/backup"))
    assert mark
    owner.fills_in("/backup", "/backup/restore", mark=mark[1].decode(), sure="1")
    end = time.monotonic() + PATIENCE_S
    while True:
        owner.cookies.clear()
        with contextlib.suppress(AssertionError):  # the box is beginning anew
            owner.fills_in("/login", "/login", name=OWNER, password=SECRET)
            if owner.sees(f"{SENTENCE}/now") == heard:
                return
        assert time.monotonic() < end, "what was restored is not heard"
        time.sleep(0.5)


SECRETS = ("box.toml", "lines.toml", "notices.toml", "settings.toml", "control.sock.lock")


async def test_a_page_that_was_broken_into_reads_no_password_and_writes_no_record() -> None:
    async with at_work() as (here, _box, _owner):
        for name in SECRETS:
            path = here.data / name
            if not path.exists():
                path.touch(mode=0o600)
        script = (
            "import os, sys\n"
            "for path, how in zip(sys.argv[1::2], sys.argv[2::2]):\n"
            "    try: os.open(path, int(how))\n"
            "    except PermissionError: continue\n"
            "    print(path)\n"
        )
        tried = [(str(here.data / name), "0") for name in SECRETS]
        tried += [(str(here.data / name), "1") for name in ("hotline.sqlite", "control.sock.lock")]
        tried += [(str(here.data / "planted"), "65")]
        words = [part for each in tried for part in each]
        command = [*here.run_as("hotline-web.service"), sys.executable, "-c", script, *words]
        tried_all = await asyncio.to_thread(
            subprocess.run, command, check=True, capture_output=True, text=True
        )
        assert tried_all.stdout == ""
