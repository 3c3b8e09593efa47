"""The few errors that cross rooms. Each says its cause and one action in plain words."""

from __future__ import annotations


class HotlineError(Exception):
    """Something the owner can mend.

    `cause` is one sentence saying what happened, `action` one saying what to do. Both are
    English source texts; the page translates them. at_terminal: the action of who has a shell,
    where that is another.
    """

    def __init__(self, cause: str, action: str = "", at_terminal: str = "") -> None:
        super().__init__(f"{cause} {action}".strip())
        self.cause = cause
        self.action = action
        self.at_terminal = at_terminal or action


class BadSettings(HotlineError):  # noqa: N818 - named for what the owner sees
    """box.toml or an office file is wrong; `problems` names every wrong place at once.

    refused: the numbers in it that may never be dialled, each with the reason. places: the problems
    again, each with its place in the office, such as ("people", 2, "number").
    """

    def __init__(
        self,
        file: str,
        problems: tuple[str, ...],
        refused: tuple[tuple[str, NumberRefused], ...] = (),
        places: tuple[tuple[tuple[str | int, ...], str], ...] = (),
    ) -> None:
        super().__init__(
            f"{file} has {len(problems)} mistake(s):\n  " + "\n  ".join(problems),
            "Correct the lines named above and start again.",
        )
        self.problems = problems
        self.refused = refused
        self.places = places


class CallerGone(Exception):  # noqa: N818 - it is an ending, not a mistake
    """The far end of a leg hung up; ends the story of the call wherever it was."""


class LineDown(HotlineError):  # noqa: N818
    """A line cannot be used now; other lines are not touched by it."""


class Unplugged(LineDown):
    """What carries the line is not there, or not yet."""


class TextRefused(HotlineError):  # noqa: N818 - it is an answer
    """This text or its recipient is not taken; others may be."""


class NumberRefused(HotlineError):  # noqa: N818
    """This number may not be dialled; the caps and the allow-list live in the daemon."""
