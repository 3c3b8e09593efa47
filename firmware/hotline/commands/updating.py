"""What the update of the box itself asks the application; see boot/root/usr/lib/hotline."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from hotline.commands import shared
from hotline.control.client import Control
from hotline.errors import HotlineError

LOOK_S = 2.0
HTTPS = 443


def update(given: argparse.Namespace) -> int:
    """For an update of the box: wait for calls to end, judge a trial start, keep its records."""
    return {"calm": _calm, "well": _well, "keep": _take, "drop": _take}[given.do](given)


def _calm(given: argparse.Namespace) -> int:
    """Waits until nobody is on a line. A daemon that does not answer has no caller either."""
    control = Control(shared.places(given).control)
    while True:
        try:
            status = control.status()
        except HotlineError:
            return 0
        if not status.live and not status.waiting:
            return 0
        time.sleep(LOOK_S)


def _well(given: argparse.Namespace) -> int:
    """Prints one word; see `Verdict`."""
    from hotline.health.trialstart import Questions, Verdict, lines_up, within

    options = shared.settings(given)
    try:
        before = lines_up(json.loads(given.lines.read_text(encoding="utf-8")))
    except (OSError, ValueError, AttributeError):
        before = frozenset()
    control = Control(shared.places(given).control)
    ask = Questions(control.status, options.sip.port, given.page_port, before)
    verdict = within(given.within, ask.verdict)
    print(verdict.value)
    return 0 if verdict is Verdict.WELL else shared.FAILED


def _take(given: argparse.Namespace) -> int:
    from hotline.storage import trialdata

    upper, lower = (Path(word) for word in given.folders)
    (trialdata.keep if given.do == "keep" else trialdata.drop)(upper, lower)
    return 0


def add(verbs: Any) -> None:
    """Their words on the command line."""
    ask = shared.verb(verbs, "update", update)
    ask.add_argument("do", choices=("calm", "well", "keep", "drop"))
    ask.add_argument("folders", nargs="*", metavar="FOLDER", help="what was written, and where to")
    ask.add_argument("--lines", type=Path, help="with well: how they were, by `lines --json`")
    ask.add_argument("--within", type=float, default=300.0, help="with well: seconds")
    ask.add_argument("--page-port", type=int, default=HTTPS, help="with well: of the page")
