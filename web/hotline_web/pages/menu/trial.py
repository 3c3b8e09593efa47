"""Walk through the menu on the page: what a caller would hear at each point, without a call."""

from __future__ import annotations

import io
import re
import wave
from pathlib import Path

from flask import Response, abort, current_app, render_template, request, url_for

from hotline.control.messages.office import MenuTry
from hotline_web import menuwords
from hotline_web.desk import desk
from hotline_web.pages.menu.frame import pages

PAD = "123456789*0#"
_KEYS = re.compile(r"[0-9*#_]{0,40}")


@pages.get("/try")
def trial() -> str:
    """?keys=21 as if these were pressed; `_` is silence. ?closed=1 as outside the hours."""
    ask = _asked()
    found = desk().control.menu_try(ask)
    said = (
        menuwords.ends(found.leads, _topic(found.topic), chosen=found.chosen) if found.leads else ""
    )
    return render_template(
        "menu/trial.html",
        found=found,
        said=said,
        closed=ask.closed,
        pad=PAD,
        sound=url_for("menu.sound", keys=found.keys, closed="1" if ask.closed else None),
    )


@pages.get("/heard.wav")
def sound() -> Response:
    """The same as sound, as it goes over the telephone."""
    found = desk().control.menu_try(_asked().model_copy(update={"sound": True}))
    files = [file for name in found.files if (file := _ours(name)) is not None]
    if not files:
        abort(404)
    return Response(_joined(files), mimetype="audio/wav")


def _asked() -> MenuTry:
    keys = request.args.get("keys", "")
    if not _KEYS.fullmatch(keys):
        abort(404)
    return MenuTry(keys=keys, closed="closed" in request.args)


def _topic(topic: str) -> str:
    return desk().topic_name(topic) if topic else ""


def _ours(name: str) -> Path | None:
    """A sound of this box, not any file."""
    file, data = Path(name), Path(current_app.extensions["settings"].data_dir).absolute()
    return (
        file
        if file.suffix == ".wav" and file.absolute().is_relative_to(data) and file.is_file()
        else None
    )


def _joined(files: list[Path]) -> bytes:
    """One after another; all are of the telephone's kind."""
    whole = io.BytesIO()
    with wave.open(whole, "wb") as out:
        for number, file in enumerate(files):
            with wave.open(str(file), "rb") as one:
                if number == 0:
                    out.setparams(one.getparams())
                out.writeframes(one.readframes(one.getnframes()))
    return whole.getvalue()
