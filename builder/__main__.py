"""`./box image`: the words of its command line."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from builder.making import make_image
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
        "--out", type=Path, default=TOP / ".cache/image", help="folder of the image"
    )
    parser.add_argument(
        "--cache", type=Path, default=TOP / ".cache/image/kept", help="what is kept between builds"
    )
    parser.add_argument(
        "--test", action="store_true", help="start the image in a virtual machine, too, and call it"
    )
    given = parser.parse_args()
    try:
        if os.geteuid():
            raise HotlineError("Only root can make files of other users.", "Run: sudo ./box image")
        recipe = read_recipe(TOP / "image.yml")
        made = make_image(recipe, given.variant, TOP, given.cache.resolve(), given.out.resolve())
        print(made.card)
        print(made.bom)
        if given.test:
            return _try(made.card, given.out.resolve())
    except HotlineError as error:
        print(f"box: {error.cause}\n     {error.action}", file=sys.stderr)
        return 1
    return 0


def _try(card: Path, out: Path) -> int:
    """In processes of their own: the builder itself knows nothing of tests. Each is told of."""
    ways = os.pathsep.join(str(TOP / name) for name in ("firmware", "web", "."))
    failed = 0
    for name in ("trial", "hardware"):
        places = (card, out / "work/data", out / name)
        trial = [sys.executable, "-m", f"tests.image.{name}", *map(str, places)]
        done = subprocess.run(trial, cwd=TOP, env=os.environ | {"PYTHONPATH": ways}, check=False)
        failed = failed or done.returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
