"""A recording, sent to the player of the page."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterable
from pathlib import Path

from flask import request, send_file
from werkzeug.wrappers import Response

TELEPHONE_HZ = 8000


def sound_of(path: Path, *, save: bool = False) -> Response:
    """In parts if the player asks for parts; never kept by the browser without asking again.

    save: to be kept as a file instead of being played.
    """
    # Of several parts at once, which no player asks for, the whole is sent: RFC 9110, 14.2.
    one = request.range is None or len(request.range.ranges) < 2
    answer = send_file(path, mimetype="audio/wav", conditional=one, etag=True, max_age=0)
    answer.headers["Content-Disposition"] = (
        f'{"attachment" if save else "inline"}; filename="{path.name}"'
    )
    return answer


def sounds_of(paths: Iterable[Path]) -> Response:
    """Several sounds of the telephone as one, for as long as the player plays it."""
    whole = io.BytesIO()
    with wave.open(whole, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(TELEPHONE_HZ)
        for path in paths:
            with wave.open(str(path)) as one:
                out.writeframes(one.readframes(one.getnframes()))
    whole.seek(0)
    return send_file(whole, mimetype="audio/wav", conditional=True, max_age=0)
