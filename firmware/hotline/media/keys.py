"""A key that is both told and heard counts once: some telephones and modems do both."""

from __future__ import annotations

SAME_KEY_S = 1.0


class OneOfEach:
    """Which keys of one call count. Times are monotonic seconds.

    Once the line has told a key, what is heard in the sound counts no more: the line is surer, and
    speech can sound like a key. `heard` and `told` may be asked by different threads.
    """

    def __init__(self) -> None:
        self._told_any = self.heard_any = False
        self._heard = ("", 0.0)

    @property
    def told_any(self) -> bool:
        """Has the line told a key?"""
        return self._told_any

    def heard(self, digit: str, now: float) -> bool:
        """A key was heard in the sound: does it count?"""
        self.heard_any = True
        if self._told_any:
            return False
        self._heard = digit, now
        return True

    def told(self, digit: str, now: float) -> bool:
        """The line told a key: does it count, or is it the one that was just heard?"""
        first, self._told_any = not self._told_any, True
        heard, at = self._heard
        return not (first and heard == digit and now - at < SAME_KEY_S)
