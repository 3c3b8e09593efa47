"""nmcli(1), a child for each question. The only file that starts it.

Not D-Bus: what is asked here is said in a line that anybody can type. What nobody may read, such
as a password, is typed into the child: the words of a command are in the list of processes.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Mapping

from hotline.errors import HotlineError
from hotline.said import say

WAIT_S = 20  # for an address of the router
# nmcli notes what is typed into it in its user's home, which must not be found. LC_ALL: the words
# of its answers are read here.
APART = {"HOME": "/dev/null", "LC_ALL": "C.UTF-8"}

log = logging.getLogger(__name__)


class NotManaged(HotlineError):  # noqa: N818 - an answer
    """Nobody here takes orders about the network."""


class NotTaken(HotlineError):  # noqa: N818 - an answer
    """NetworkManager did not do what it was asked. why: its own words."""

    why = ""


class Nmcli:
    """command: where it is, or its name."""

    def __init__(self, command: str = "nmcli") -> None:
        self._command = command

    async def ask(self, *words: str | bytes, wait: int = 0, typed: str = "") -> str:
        """What it prints. wait: seconds that it may wait itself. typed: said to it in secret.

        Raises NotTaken, or NotManaged where NetworkManager does not run.
        """
        waits = ("--wait", str(wait)) if wait else ()
        try:
            child = await asyncio.create_subprocess_exec(
                self._command,
                *waits,
                *words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=_environment(),
            )
        except OSError:
            raise _not_managed() from None
        try:
            patience = max(wait, WAIT_S) + 10.0
            said, wrong = await asyncio.wait_for(child.communicate(typed.encode()), patience)
        except TimeoutError:
            raise not_taken("timeout") from None
        finally:
            if child.returncode is None:  # it hangs, or nobody waits for it any more
                child.kill()
        if child.returncode == 8:  # NetworkManager is not running
            raise _not_managed()
        if child.returncode:
            why = wrong.decode(errors="replace").strip()
            if not typed:  # what was typed may stand in its answer
                log.info("nmcli %s: %s", " ".join(map(_legible, words)), why)
            raise not_taken(why)
        return said.decode(errors="replace")


def fields(line: str) -> list[str]:
    """Of a terse line, in which a colon that belongs to a value is escaped."""
    return [re.sub(r"\\(.)", r"\1", one) for one in re.split(r"(?<!\\):", line)]


def several(values: str) -> list[str]:
    """What stands between the strokes of one value."""
    return [one.strip() for one in values.split("|") if one.strip()]


def not_taken(why: str = "") -> NotTaken:
    """With the words for whoever knows no better ones."""
    answer = NotTaken(
        say("The network did not take the change."),
        say("Look at the cable and at the values, then try again."),
    )
    answer.why = why
    return answer


def _environment() -> Mapping[str, str]:
    return {**os.environ, **APART}


def _legible(word: str | bytes) -> str:
    return word if isinstance(word, str) else ascii(word)


def _not_managed() -> NotManaged:
    return NotManaged(
        say("The network of this computer is not set up by the box."),
        say("Change it where it was set up: in the router, or in this computer's own settings."),
    )
