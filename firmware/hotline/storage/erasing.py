"""Everything is to be erased: an empty file says so, and the next start of the machine does it."""

from __future__ import annotations

from collections.abc import Callable

from hotline.errors import HotlineError
from hotline.said import say
from hotline.storage.durable import write_whole
from hotline.storage.places import Places


def erase(places: Places, end: Callable[[], None]) -> None:
    """Once the wish is on the disk, the box ends. Raises HotlineError, and nothing has ended."""
    try:
        write_whole(places.erase_wanted, b"")
    except OSError as error:
        raise HotlineError(
            say(
                "The wish to erase everything cannot be written down: %(why)s.", why=error.strerror
            ),
            say("See that the disk has room, then try again."),
        ) from None
    end()
