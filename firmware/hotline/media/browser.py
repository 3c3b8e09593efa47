"""Where a call from a browser joins the bridge."""

from __future__ import annotations

from hotline.media.pjsip.ports import ModemPort, ModemTalk
from hotline.media.pjsip.stack import Pjsip


class BrowserPlace:
    """A place on the bridge for one call after another. Its port is made with the first, and stays.

    The port is that of a modem: a browser's clock, too, is not ours.
    """

    def __init__(self, stack: Pjsip) -> None:
        self._stack = stack
        self._port: ModemPort | None = None

    def talk(self) -> ModemTalk:
        """The sound of a new call."""
        if self._port is None:
            self._port = ModemPort(self._stack)
        return ModemTalk(self._port)

    def swap(self, heard: bytes) -> bytes:
        """Give whole frames that came from the browser, get as many for it; never waits."""
        return self._port.swap(heard) if self._port is not None else bytes(len(heard))
