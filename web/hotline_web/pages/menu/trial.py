"""Walk through the menu on the page: what a caller would hear at each point, without a call."""

from __future__ import annotations

import re
from pathlib import Path

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from hotline.control.messages.office import MenuTry
from hotline_web import menuwords
from hotline_web.desk import desk
from hotline_web.pages.menu.frame import pages
from hotline_web.sounds import sounds_of

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
    if not found.files:
        abort(404)
    return sounds_of(Path(name) for name in found.files)


def _asked() -> MenuTry:
    keys = request.args.get("keys", "")
    if not _KEYS.fullmatch(keys):
        abort(404)
    return MenuTry(keys=keys, closed="closed" in request.args)


def _topic(topic: str) -> str:
    return desk().topic_name(topic) if topic else ""
