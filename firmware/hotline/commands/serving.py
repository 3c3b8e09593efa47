"""What runs for ever: the daemon and the page."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from hotline import terminal
from hotline.commands import shared
from hotline.options.file import read_options
from hotline.storage.durable import write_whole
from hotline.storage.places import Places

LEAN = 2  # sys.flags.optimize
LOOPBACK = frozenset({"127.0.0.1", "localhost"})  # plain HTTP is safe only here


def run(given: argparse.Namespace) -> int:
    """Run the hotline: answer calls until stopped."""
    _start_lean()
    from hotline.box import run_daemon  # only the daemon loads PJSIP

    options = read_options(given.settings)
    logging.basicConfig(level=options.box.log.upper(), format="%(levelname)s %(message)s")
    if run_daemon(options):
        _begin_anew()
    return 0


def _begin_anew() -> None:
    """The same process, whoever watches it; every setting is read again."""
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


def _start_lean() -> None:
    """Begin anew without docstrings and columns of code, 3 MB that no call ever reads; and with a
    last word of every thread, should the watchdog of systemd end a daemon that stands still.

    The same process, so that whoever watches it does not notice. Only here, so that it is the same
    wherever the daemon is started.
    """
    if sys.flags.optimize < LEAN:
        flags = ["-OO", "-X", "no_debug_ranges", "-X", "faulthandler"]
        os.execv(sys.executable, [sys.executable, *flags, *sys.orig_argv[1:]])  # noqa: S606


def web(given: argparse.Namespace) -> int:
    """Serve the page in the local network."""
    from hotline_web.serve import serve  # only the page loads Flask
    from hotline_web.settings import Settings

    options = read_options(given.settings)
    page, data = options.page, options.box.data
    # systemd.exec(5), sd_listen_fds(3): on the box, a web server speaks to the page over a socket.
    handed, folder = "LISTEN_FDS" in os.environ, os.environ.get("RUNTIME_DIRECTORY")
    note = Path(folder) / "claim-code" if folder else None
    settings = Settings(
        data_dir=data,
        control_socket=Places(data).control,
        secure_cookies=handed or page.host not in LOOPBACK,
        hosts=frozenset({page.public_name}),
        behind_proxy=handed,
        claim_note=note,
    )
    serve(settings, page.host, page.port, partial(_tell_claim_code, note))
    return 0


def _tell_claim_code(note: Path | None, code: str) -> None:
    """On paper for whoever shows it beside the box, if there is somebody; no log keeps it then."""
    if note:
        write_whole(note, f"{code}\n".encode(), 0o600)
        return
    terminal.warn("The page has no owner yet. Its one-time code:", (code, "bold"))


def add(verbs: Any) -> None:
    """Their words on the command line."""
    shared.verb(verbs, "run", run)
    shared.verb(verbs, "web", web)
