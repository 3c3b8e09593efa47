"""A recording, sent to the player of the page."""

from __future__ import annotations

from pathlib import Path

from flask import send_file
from werkzeug.wrappers import Response


def sound_of(path: Path) -> Response:
    """In parts if the player asks for parts; never kept by the browser without asking again."""
    answer = send_file(path, mimetype="audio/wav", conditional=True, etag=True, max_age=0)
    answer.headers["Content-Disposition"] = f'inline; filename="{path.name}"'
    return answer
