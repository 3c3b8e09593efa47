"""`./box image`: the words of its command line."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from builder.keys import Keys, given_or_made
from builder.making import make_image, make_update
from builder.recipe import read_recipe
from hotline.errors import HotlineError

TOP = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./box image", description="Makes the image of the SD card."
    )
    parser.add_argument(
        "--variant", default="amd64", help="of image.yml: amd64 (for a virtual machine) or arm64"
    )
    parser.add_argument(
        "--arm64", dest="variant", action="store_const", const="arm64", help="--variant arm64"
    )
    parser.add_argument(
        "--out", type=Path, default=TOP / ".cache/image", help="folder of the image"
    )
    parser.add_argument("--cache", type=Path, default=_kept(), help="what is kept between builds")
    parser.add_argument(
        "--test", action="store_true", help="start the image in a virtual machine, too, and call it"
    )
    parser.add_argument(
        "--bundle", action="store_true", help="make a signed update of it, too: a file *.raucb"
    )
    parser.add_argument("--key", type=Path, help="PEM: what updates are signed with")
    parser.add_argument("--cert", type=Path, help="PEM: its certificate, which the image knows")
    parser.add_argument(
        "--cuts", type=int, default=20, help="with --test: power cuts while an update is written"
    )
    given = parser.parse_args()
    try:
        if os.geteuid():
            raise HotlineError("Only root can make files of other users.", "Run: sudo ./box image")
        recipe = read_recipe(TOP / "image.yml")
        cache, out = given.cache.resolve(), given.out.resolve()
        keys = given_or_made(given.key, given.cert, cache)
        made = make_image(recipe, given.variant, TOP, cache, out, keys.certificate)
        print(made.card)
        print(made.bom)
        if given.bundle:
            print(make_update(recipe, given.variant, out, keys))
        if given.test:
            return _try(made.card, out, given.variant, keys, given.cuts)
    except HotlineError as error:
        print(f"box: {error.cause}\n     {error.action}", file=sys.stderr)
        return 1
    return 0


def _kept() -> Path:
    """Beside the PJSIP of boot/pjsip: another checkout need not make it all again."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "hotline-box/image"


def _try(card: Path, out: Path, variant: str, keys: Keys, cuts: int) -> int:
    """In processes of their own: the builder itself knows nothing of tests. Each is told of."""
    starts = (card, out / "work/data", out / "trial")
    updates = (card, variant, out / "work", out / "updates", keys.key, keys.certificate, cuts)
    fakes = (card, out / "work/data", out / "hardware")
    trials = (("trial", starts), ("hardware", fakes), ("updating", updates))
    ways = os.pathsep.join(str(TOP / name) for name in ("firmware", "web", "."))
    ended = [
        subprocess.run(
            [sys.executable, "-m", f"tests.image.{trial}", *map(str, places)],
            cwd=TOP,
            env=os.environ | {"PYTHONPATH": ways},
            check=False,
        ).returncode
        for trial, places in trials
    ]
    return int(any(ended))


if __name__ == "__main__":
    sys.exit(main())
