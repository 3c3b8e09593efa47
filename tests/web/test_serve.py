"""The page as it really runs: gunicorn in a process of its own."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from hotline.errors import HotlineError
from hotline_web.serve import serve
from hotline_web.settings import Settings

ROOT = Path(__file__).parents[2]
STARTER = """
import sys
from pathlib import Path
from hotline_web.serve import serve
from hotline_web.settings import Settings
place = Path(sys.argv[1])
settings = Settings(place, place / "control", secure_cookies=False)
serve(settings, "127.0.0.1", int(sys.argv[2]), lambda code: print("code", code, flush=True))
"""


def test_the_first_start_tells_the_code_and_answers_in_the_network(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path), str(port)],
        env={"PYTHONPATH": f"{ROOT}/firmware:{ROOT}/web", "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    try:
        assert process.stdout
        assert re.fullmatch(r"code [0-9A-Z]{4}-[0-9A-Z]{4}\n", process.stdout.readline())
        page = _first_answer(process, f"http://127.0.0.1:{port}/")
        assert "Set up this box" in page
    finally:
        process.terminate()
        process.wait(15)


def _first_answer(process: subprocess.Popen[str], address: str) -> str:
    """Ask until somebody listens; the process ends if nobody ever will."""
    while process.poll() is None:
        try:
            with urlopen(address, timeout=10) as answer:
                return str(answer.read(), "utf-8")
        except ConnectionRefusedError:
            continue
        except OSError as refused:
            if not isinstance(getattr(refused, "reason", None), ConnectionRefusedError):
                raise
    raise AssertionError(process.stderr.read() if process.stderr else "")


def test_the_page_is_never_offered_at_an_address_of_the_internet(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path / "control")
    with pytest.raises(HotlineError, match="may not be offered"):
        serve(settings, "8.8.8.8", 80, print)
