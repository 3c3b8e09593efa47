"""Random histories of calls, against which the lists of who is owed a call are held."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from hotline.inbox.outcome import Outcome


@dataclass(frozen=True)
class Told:
    """A call of a history. returned: somebody marked it as returned after it."""

    number: str | None
    outcome: Outcome
    outgoing: bool = False
    returned: bool = False


def histories(
    numbers: Sequence[str], without: Collection[Outcome] = ()
) -> st.SearchStrategy[list[Told]]:
    """Calls of these numbers and of withheld ones, with any outcome but those."""
    return st.lists(
        st.builds(
            Told,
            number=st.sampled_from([None, *numbers]),
            outcome=st.sampled_from([one for one in Outcome if one not in without]),
            outgoing=st.booleans(),
            returned=st.booleans(),
        ),
        max_size=40,
    )
