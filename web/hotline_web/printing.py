"""Sheets for a printer are drawn by a child of the page: fonts and pictures cost megabytes, and a
name that breaks the drawing breaks nothing else. The daemon, which answers calls, takes no part.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from hotline.errors import HotlineError
from hotline_web.languages import _

WALL_SECONDS = 30
_NO_FONT = 3  # exit status of the child


def sheet(what: str, **values: Any) -> bytes:
    """The PDF of `what`, see pdfchild.py. Raises HotlineError when it cannot be drawn."""
    try:
        child = subprocess.run(
            [sys.executable, "-m", "hotline_web.pdfchild"],
            input=json.dumps({"what": what} | values).encode(),
            capture_output=True,
            timeout=WALL_SECONDS,
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        raise _failed() from None
    if child.returncode == _NO_FONT:
        raise HotlineError(
            _("The letters for printing are not installed."),
            _("Install the Debian package fonts-dejavu-core."),
        )
    if child.returncode or not child.stdout.startswith(b"%PDF"):
        raise _failed()
    return child.stdout


def _failed() -> HotlineError:
    return HotlineError(
        _("The sheet could not be drawn."), _("Make the texts shorter, then try again.")
    )
