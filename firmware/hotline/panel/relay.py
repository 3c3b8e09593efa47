"""Who has the office's line: the box, or the telephone it had before the box. Pure.

Some kernels leave a pin as it was when its process is killed: a level proves nothing. The relay's
driver lives on changes (`hw/wiring/relay.svg`): it holds for one to four seconds after the last,
whatever the level, so that a box that hangs, crashes or has no power gives the line back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

HALF_S = 0.05  # of the square wave; the driver forgives a gap of 0.3 s


def takes_line(office_lines: Iterable[str], up: Mapping[str, bool]) -> bool:
    """Does the box answer a line that would go to the office's telephone without it?

    office_lines: names of those on the telephone network's wire. up: of every line there is.
    """
    return any(up.get(name, False) for name in office_lines)
