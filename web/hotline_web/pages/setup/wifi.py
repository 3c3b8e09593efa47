"""Into the office's network, where the box found none: without it nothing else can be tried."""

from __future__ import annotations

from hotline_web.desk import desk
from hotline_web.pages.network import looked, owner_alone
from hotline_web.pages.setup.frame import pages, show


@pages.get("/wifi")
def wifi() -> str:
    """Which Wi-Fis there are, and what became of the last try."""
    owner_alone()
    return show("wifi", air=desk().control.network_hear(), told=looked().told)
