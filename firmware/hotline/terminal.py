"""Words for the person at the terminal, in colour where there is any. The only importer of rich.

A word is text, or text with its style: ("trouble", "red"). Brackets in a text are just brackets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

Word = str | tuple[str, str]

# rich is imported on the first word: 5 MB that the daemon, which only logs, does not carry.


def say(*words: Word) -> None:
    """One line on the terminal, a space between the words."""
    _line(_console(stderr=False), words)


def warn(*words: Word) -> None:
    """The same on standard error."""
    _line(_console(stderr=True), words)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows below their heads, as wide as the terminal allows."""
    from rich.table import Table
    from rich.text import Text

    shown = Table(*heads, box=None)
    for row in rows:
        shown.add_row(*map(Text, row))
    _console(stderr=False).print(shown)


@cache
def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def _line(console: Console, words: Iterable[Word]) -> None:
    from rich.text import Text

    console.print(*(Text(word) if isinstance(word, str) else Text(*word) for word in words))
