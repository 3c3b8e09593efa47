"""Between PJSIP's thread and the rest: errors, callbacks, answers, and the end of an object."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pjsua2 as pj

log = logging.getLogger(__name__)


def guarded(work: Callable[[], None] | None) -> None:
    """PJSIP prints and swallows what a callback raises; SystemExit would hang the process."""
    try:
        if work is not None:
            work()
    except pj.Error as error:
        log.info("pjsip: %s", why(error))
    except BaseException:
        log.exception("a callback from PJSIP failed")


def why(error: Exception) -> str:
    return str(error.reason) if isinstance(error, pj.Error) else str(error)


def destroy(port: Any) -> None:
    """Run the destructor of a pjsua2 object now; the garbage collector finds an empty shell."""
    if port.thisown:
        port.__swig_destroy__(port)


def give(future: asyncio.Future[Any], value: object) -> None:
    if not future.done():
        future.set_result(value)


def fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
