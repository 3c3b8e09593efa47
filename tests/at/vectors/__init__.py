"""Lines that real modems were seen to send, and what each means.

The shapes are those on which ModemManager, chan_dongle, chan_quectel, oFono and python-gsmmodem
try their own readers; numbers, places and words here are invented.
"""

from __future__ import annotations

from tests.at.vectors.calls import CALLS
from tests.at.vectors.network import NETWORK
from tests.at.vectors.texts import TEXTS
from tests.at.vectors.unknown import UNKNOWN

UNDERSTOOD = [*CALLS, *NETWORK, *TEXTS]

__all__ = ["UNDERSTOOD", "UNKNOWN"]
