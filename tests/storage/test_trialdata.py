"""What a start on trial wrote, in a real overlay: all of it is kept, or none of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotline.storage import trialdata

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")

# New, changed, gone; a folder that is gone, one in another's place, one for a file, one new.
CHANGES = """
echo new >new; echo other >changed; rm gone
rm -r folder-gone; rm -r replaced; mkdir replaced; echo only >replaced/only
rm file; mkdir file; echo in >file/in; rm -r folder; echo flat >folder
mkdir -p deep/er; echo x >deep/er/x; ln -s x deep/er/link; chmod 640 changed
"""


def tree(top: Path) -> dict[str, str]:
    """Every entry with what it holds."""
    held = {}
    for path in sorted(top.rglob("*")):
        name = str(path.relative_to(top))
        if path.is_symlink():
            held[name] = f"-> {path.readlink()}"
        else:
            held[name] = "/" if path.is_dir() else f"{path.stat().st_mode:o} {path.read_text()}"
    return held


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[tuple[Path, Path, dict[str, str]]]:
    """Upper and lower folder after the changes above, and how it was seen meanwhile."""
    upper, lower, work, seen = (tmp_path / name for name in ("upper", "lower", "work", "seen"))
    for folder in (upper, lower, work, seen):
        folder.mkdir()
    for name in ("changed", "gone", "same", "file"):
        (lower / name).write_text("old")
    for name in ("folder-gone", "replaced", "folder", "deep"):
        (lower / name).mkdir()
        (lower / name / "old").write_text("old")
    kinds = f"index=off,redirect_dir=off,metacopy=off,lowerdir={lower},upperdir={upper}"
    script = (
        f"set -e; mount -t overlay overlay -o {kinds},workdir={work} {seen}; cd {seen}; {CHANGES}"
        f"cp -a {seen} {tmp_path}/as-seen"
    )
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"no overlay here: {done.stderr.decode()}")
    yield upper, lower, tree(tmp_path / "as-seen")
    shutil.rmtree(work, ignore_errors=True)


@needs_root
def test_everything_is_afterwards_as_it_was_seen(
    trial: tuple[Path, Path, dict[str, str]],
) -> None:
    upper, lower, seen = trial
    trialdata.keep(upper, lower)
    assert tree(lower) == seen
    assert list(upper.iterdir()) == []


def dying(step: Callable[..., object], left: Iterator[int]) -> Callable[..., object]:
    """The same step, while there are any left."""

    def taken(*words: object, **more: object) -> object:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return step(*words, **more)

    return taken


@needs_root
def test_a_taking_over_that_is_killed_anywhere_is_completed_by_the_next(
    trial: tuple[Path, Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upper, lower, seen = trial
    steps = ("replace", "unlink", "rmdir")
    whole = {name: getattr(Path, name) for name in steps}
    cut = 0
    while True:
        cut += 1
        here = tmp_path / f"cut-{cut}"
        subprocess.run(["cp", "-a", upper, f"{here}-u"], check=True)
        subprocess.run(["cp", "-a", lower, f"{here}-l"], check=True)
        left = iter(range(cut))

        with monkeypatch.context() as patched:
            for name in steps:
                patched.setattr(Path, name, dying(whole[name], left))
            try:
                trialdata.keep(Path(f"{here}-u"), Path(f"{here}-l"))
                break
            except KeyboardInterrupt:
                pass
        trialdata.keep(Path(f"{here}-u"), Path(f"{here}-l"))
        assert tree(Path(f"{here}-l")) == seen, cut
    assert cut > len(steps)


@needs_root
def test_of_a_trial_that_failed_only_what_callers_said_is_left(
    trial: tuple[Path, Path, dict[str, str]],
) -> None:
    upper, lower, _ = trial
    before = tree(lower)
    for folder, words in ((upper, "new"), (lower, "old")):
        (folder / "recordings").mkdir()
        (folder / "recordings/000001.wav").write_text(words)
    (upper / "recordings/000002.wav").write_text("roses")
    trialdata.drop(upper, lower)
    held = {name: words.partition(" ")[2] for name, words in tree(lower).items()}
    assert held.pop("recordings/000001.wav") == "old"
    assert held.pop("recordings/000002.wav") == "roses"
    assert held.keys() - {"recordings"} == before.keys()
    assert not upper.exists()
