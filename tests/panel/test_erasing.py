"""The wish to erase everything outlives a power cut, or nothing happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.errors import HotlineError
from hotline.storage.erasing import erase
from hotline.storage.places import Places


def test_the_wish_is_on_the_disk_before_the_box_ends(tmp_path: Path) -> None:
    there: list[bytes] = []
    erase(Places(tmp_path), lambda: there.append((tmp_path / "erase-wanted").read_bytes()))
    assert there == [b""]


def test_a_disk_that_does_not_take_the_wish_ends_nothing(tmp_path: Path) -> None:
    ended: list[bool] = []
    with pytest.raises(HotlineError, match="cannot be written down"):
        erase(Places(tmp_path / "gone"), lambda: ended.append(True))
    assert ended == []
