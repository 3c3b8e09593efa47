"""Work that nobody waits for within the second, and that must not be heard in a call."""

from __future__ import annotations

import os

NICENESS = 10


def give_way() -> None:
    """This process stands behind whatever moves sound, and no further back than that.

    Absolute: the child of somebody who gives way already would hardly run at all.
    """
    os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
