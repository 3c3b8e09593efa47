"""What the inbox says of a caller's other calls, in the visitor's language."""

from __future__ import annotations

from hotline.inbox.case import CaseKind
from hotline.storage.samecaller import SameCaller
from hotline_web.languages import ngettext


def same_words(same: SameCaller) -> str:
    """2 calls, 1 complaint."""
    of_kind = same.counts.get
    said = (
        (same.calls, ngettext("%(num)d call", "%(num)d calls", same.calls)),
        *(
            (of_kind(kind, 0), _of_kind(kind, of_kind(kind, 0)))
            for kind in (CaseKind.COMPLAINT, CaseKind.MESSAGE, CaseKind.CALLBACK)
        ),
    )
    return ", ".join(words for count, words in said if count)


def _of_kind(kind: CaseKind, count: int) -> str:
    if kind is CaseKind.COMPLAINT:
        return ngettext("%(num)d complaint", "%(num)d complaints", count)
    if kind is CaseKind.MESSAGE:
        return ngettext("%(num)d message", "%(num)d messages", count)
    return ngettext("%(num)d wish to be called back", "%(num)d wishes to be called back", count)
