"""Which modem it is: its firmware and its number, asked while nobody needs it."""

from __future__ import annotations

from collections.abc import Callable

from hotline.at import commands
from hotline.at.answers import Event, Text
from hotline.at.services import Identity
from hotline.errors import LineDown
from hotline.lines.atport import AtPort

_SHOWN = 4  # digits at each end of what is printed on the modem


async def asked_which(port: AtPort, hear: Callable[[Event], object]) -> tuple[str, str]:
    """Its firmware, and its IMEI without its middle; "" for what it does not say.

    hear: told what came in between and is no answer, such as a caller.
    """
    firmware = imei = ""
    try:
        for event in (await port.ask(commands.FIRMWARE)).events:
            if isinstance(event, Text):
                firmware = firmware or event.line.strip()[:60]
            else:
                hear(event)
        for event in (await port.ask(commands.IDENTITY)).events:
            if isinstance(event, Identity):
                imei = masked(event.digits)
    except LineDown:
        pass  # it is asked again
    return firmware, imei


def masked(imei: str) -> str:
    """As it can be shown to who compares it with what is printed on the modem."""
    return f"{imei[:_SHOWN]}…{imei[-_SHOWN:]}" if len(imei) > 2 * _SHOWN else ""
