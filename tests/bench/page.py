"""How long each page takes with a million calls in the journal, and how much of it is sent.

The page runs as `hotline web` runs it, in a process of its own; the daemon behind it is the desk of
the page's tests, and the page's clock stands on the day of its records.
"""

from __future__ import annotations

import asyncio
import gzip
import http.client
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from hotline.storage.calllist import Only
from hotline_web.app import create_app
from hotline_web.settings import Settings
from tests.bench.archive import FIRST_CALL, FIRST_CASE, made
from tests.bench.figures import Figure, percentile
from tests.control.desk import running
from tests.sim.box import free_port
from tests.web.conftest import OWNER, PASSWORD
from tests.web.everypage import PARTS, pages_of
from tests.web.office import Office
from tests.web.test_doors import ROUTES

ROOT = Path(__file__).parents[2]
CALLS, CASES = 1_000_000, 50_000
P95_MS = 150.0
FIRST_LOAD_KIB, LATER_KIB = 150.0, 20.0
WARM = 3
PER_ADDRESS = 500  # requests a minute, a little less than the page allows
STARTER = """
import sys
from pathlib import Path
import hotline_web.app
from hotline.clock import Clock
from hotline_web.serve import serve
from hotline_web.settings import Settings
from tests.web.office import NOW
hotline_web.app.Clock = lambda: Clock(wall=lambda: NOW)
settings = Settings(Path(sys.argv[1]), Path(sys.argv[2]), secure_cookies=False)
serve(settings, "127.0.0.1", int(sys.argv[3]), print)
"""


def deep(calls: int, cases: int) -> tuple[str, ...]:
    """Beside the addresses of the tests: in the middle of the records, and the longest report."""
    call, case = FIRST_CALL + calls // 2, FIRST_CASE + cases // 2
    return (
        f"/calls?before={call}",
        f"/calls/{call}",
        *(f"/calls?only={only}" for only in Only if only),
        *(f"/calls?only={only}&before={call}" for only in Only if only),
        *("/calls?q=ana", "/calls?q=4555", "/calls?q=069444555", "/calls?only=wrong&q=0001"),
        "/calls?day=2026-12-04&only=missed&q=0001",
        f"/inbox/{case}",
        f"/inbox?show=done&after={case}",
        "/people/report?days=30",
    )


class Reader:
    """Somebody who has logged in. Each page is asked for from another address of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}
        self._asked = 0
        door = self.get("/login").decode()
        token = re.findall(r'name="csrf_token" value="([^"]+)"', door)[0]
        self._ask("POST", "/login", csrf_token=token, name=OWNER, password=PASSWORD)

    def get(self, path: str) -> bytes:
        """The page. Raises AssertionError if there is none."""
        return self._ask("GET", path)

    def _ask(self, method: str, path: str, **form: str) -> bytes:
        self._asked += 1
        here = f"127.0.0.{2 + self._asked // PER_ADDRESS}"
        link = http.client.HTTPConnection("127.0.0.1", self._port, 60, (here, 0))
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        link.request(method, path, urlencode(form), headers)
        answer = link.getresponse()
        body = answer.read()
        assert answer.status in (200, 302, 404), (path, answer.status)
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        link.close()
        return body


async def all_pages(times: int, share: float) -> list[Figure]:
    """Every page so often; share: of the million calls."""
    return await asyncio.to_thread(_measured, times, share)


def _measured(times: int, share: float) -> list[Figure]:
    calls, cases = int(CALLS * share), int(CASES * share)
    records = made(calls, cases)
    office = Office(records, filled=True)
    with tempfile.TemporaryDirectory(prefix="hotline-page-") as place:
        control = Path(place) / "control"
        app = create_app(Settings(records, control, secure_cookies=False))
        addresses = [*pages_of(app), *(ROUTES[endpoint] for endpoint in sorted(PARTS))]
        with running(control, office.desk), _serving(records, control) as (port, pid):
            reader = Reader(port)
            figures = _weights(reader)
            for address in [*addresses, *deep(calls, cases)]:
                figures += _times(reader, address, times)
            figures.append(Figure("page: memory", _megabytes(pid), "MB", None, "all its processes"))
    office.close()
    return figures


@contextmanager
def _serving(records: Path, control: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(records), str(control), str(port)],
        env={"PYTHONPATH": f"{ROOT}/firmware:{ROOT}/web:{ROOT}", "PATH": "/usr/bin:/bin"},
        cwd=records,
    )
    try:
        _until_it_listens(process, port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(15)


def _until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        link = http.client.HTTPConnection("127.0.0.1", port, 60)
        try:
            link.request("GET", "/static/app.css")
            link.getresponse().read()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
        finally:
            link.close()
    raise AssertionError("the page did not start")


def _times(reader: Reader, address: str, times: int) -> list[Figure]:
    for _ in range(WARM):
        reader.get(address)
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        reader.get(address)
        taken.append((time.perf_counter() - began) * 1000)
    p50, p95, p99 = (percentile(taken, percent) for percent in (50, 95, 99))
    note = f"p50 {p50:.1f}, p99 {p99:.1f}, max {max(taken):.1f} ms, n={times}"
    return [Figure(f"page {address} p95", p95, "ms", P95_MS, note)]


def _weights(reader: Reader) -> list[Figure]:
    """What the first visit brings, compressed as the server in front sends it, and later ones."""
    home = reader.get("/")
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', home.decode())
    first = len(gzip.compress(home)) + sum(len(gzip.compress(reader.get(one))) for one in files)
    later = {
        address: len(gzip.compress(reader.get(address))) for address in ("/", "/calls", "/inbox")
    }
    heaviest = max(later, key=lambda address: later[address])
    return [
        Figure("page: first load", first / 1024, "KiB", FIRST_LOAD_KIB, f"{len(files)} files"),
        Figure(
            "page: later loads", later[heaviest] / 1024, "KiB", LATER_KIB, f"at most: {heaviest}"
        ),
    ]


def _megabytes(pid: int) -> float:
    """What its processes hold for themselves, and their part of what they share."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for one in (str(pid), *children):
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        total += int(re.findall(r"^Pss:\s+(\d+)", rollup, re.M)[0])
    return total / 1000
