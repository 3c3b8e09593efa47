"""How far the owner has come is known after whatever happens."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hotline.clock import Clock
from hotline.storage.accountschema import accounts_file
from hotline.storage.setupsteps import Mark, Proof, SetupSteps

NOW = datetime(2026, 12, 5, 10, 30, tzinfo=UTC)


def steps(directory: Path) -> SetupSteps:
    """As a page that has just started sees them."""
    file = accounts_file(directory)
    file.prepare(NOW)
    return SetupSteps(file, Clock(wall=lambda: NOW))


def test_each_step_keeps_what_became_of_it_last(tmp_path: Path) -> None:
    assert steps(tmp_path).marks() == {}
    steps(tmp_path).mark("about", Mark.OPENED, 1, "maria")
    steps(tmp_path).mark("about", Mark.FINISHED, 2, "maria")
    steps(tmp_path).mark("lines", Mark.PUT_OFF, 1, "maria")
    assert steps(tmp_path).marks() == {"about": (Mark.FINISHED, 2), "lines": (Mark.PUT_OFF, 1)}


def test_the_last_call_that_was_heard_is_the_proof(tmp_path: Path) -> None:
    assert steps(tmp_path).proof() is None
    steps(tmp_path).prove(4, ("rang", "greeting"), "ion")
    steps(tmp_path).prove(9, ("rang", "joined"), "ma\x00ria")
    proof = steps(tmp_path).proof()
    assert proof is not None
    assert proof == Proof(9, ("rang", "joined"), NOW, proof.by)
    assert "\x00" not in proof.by
