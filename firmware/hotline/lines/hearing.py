"""Do a caller over a modem and the box hear each other? Judged by its sound port. Pure."""

from __future__ import annotations

from hotline.said import NOTHING, Said, say

NEVER_S = 10.0  # an answered call in which not one byte came, or was taken, for so long
STOPPED_S = 30.0  # as a SIP line: the sound of a call that had some
SILENT_S = 20.0  # nothing but noughts since the call was answered; radio has a noise of its own
SILENT_CALLS = 2  # in one a telephone may have been muted

NO_BYTES = say("Callers cannot be heard: the modem gives no sound.")
NOT_TAKEN = say("Callers hear nothing: the modem takes no sound.")
NOUGHTS = say("Callers cannot be heard: the modem gives nothing but silence.")


class Hearing:
    """What the calls of one line were like. trouble: one sentence, "" while all is well."""

    def __init__(self) -> None:
        self.trouble: Said = NOTHING
        self._silent: set[float] = set()

    def judge(
        self, answered: float, talked: float, no_bytes: float, no_sound: float, not_taken: float
    ) -> bool:
        """Look at a running call: False when it is of no use any more.

        answered: when it was answered, monotonic. All else in seconds: since then, since the port
        gave the last byte, since the last of them that was no nought, since it took the last one.
        """
        if talked >= NEVER_S and no_bytes >= min(talked, STOPPED_S):
            self.trouble = NO_BYTES
            return False
        if talked >= NEVER_S and not_taken >= NEVER_S:
            self.trouble = NOT_TAKEN
            return False
        if no_sound < talked:
            self.trouble = NOTHING
            self._silent.clear()
        elif talked >= SILENT_S:
            self._silent.add(answered)
            if len(self._silent) >= SILENT_CALLS:
                self.trouble = NOUGHTS
        return True
