"""The root of the image as a folder: Debian, boot/root, the application, users and units."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from builder import steps
from builder.recipe import Recipe, Variant
from builder.wheels import unpack

HOME = Path("usr/lib/hotline")
VENV = HOME / "venv"
SETTINGS = Path("usr/share/hotline/box.toml")  # what the first start copies
MOUNTS = ("data", "boot/config", "boot/slot", "var", "tmp", "proc", "sys", "dev", "run")
EMPTIED = ("var/cache/apt", "var/lib/apt/lists", "var/log", "var/cache/ldconfig", "tmp", "run")


def make_tree(
    tree: Path, base: Path, wheels: Path, recipe: Recipe, variant: Variant, top: Path, log: Path
) -> None:
    """`tree` must not exist. Raises steps.StepFailed."""
    tree.mkdir(parents=True)
    with steps.step("Unpacking Debian"):
        steps.run(["tar", "--numeric-owner", "-xf", base, "-C", tree], log)
    with steps.step("The files of boot/"):
        shutil.copytree(top / "boot/root", tree, symlinks=True, dirs_exist_ok=True)
        rules = tree / "usr/lib/udev/rules.d"
        for rule in sorted((top / "boot/udev").glob("*.rules")):
            shutil.copy(rule, rules / rule.name)
        _lay_out(tree, recipe)
    with steps.step("The application"):
        _application(tree, wheels, top, log)
    with steps.step("Users and units"):
        _inside(tree, log, "systemd-sysusers")
        _inside(tree, log, "systemctl", "enable", *recipe.units.enable)
        _inside(tree, log, "systemctl", "mask", *recipe.units.mask)
        _inside(tree, log, "systemctl", "set-default", "multi-user.target")
        _getty_of_this_machine(tree, variant, log)
    _tidy(tree)
    _date(tree, recipe.epoch)


def _inside(tree: Path, log: Path, *words: str) -> None:
    env = {"PYTHONDONTWRITEBYTECODE": "", "PIP_FIND_LINKS": "", "LC_ALL": "C.UTF-8"}
    steps.run(["chroot", tree, *words], log, env)


def fstab(recipe: Recipe) -> str:
    """What is mounted beside the root; the slot's own boot files are named by its command line."""
    disk = f"{recipe.partitions.signature:08x}"
    rows = (
        (f"PARTUUID={disk}-07", "/data", "ext4", "noatime,nosuid,nodev,x-systemd.growfs", "2"),
        ("/data/var", "/var", "none", "bind,nosuid,nodev,x-systemd.requires-mounts-for=/data", "0"),
        (f"PARTUUID={disk}-01", "/boot/config", "vfat", "ro,nosuid,nodev,noexec,umask=0077", "0"),
        ("tmpfs", "/tmp", "tmpfs", "nosuid,nodev,mode=1777,size=25%", "0"),  # noqa: S108
    )
    return "".join(
        f"{what} {where} {kind} {how} 0 {look}\n" for what, where, kind, how, look in rows
    )


def _lay_out(tree: Path, recipe: Recipe) -> None:
    for name in MOUNTS:
        (tree / name).mkdir(parents=True, exist_ok=True)
    (tree / "etc/fstab").write_text(fstab(recipe), encoding="utf-8")
    (tree / "etc/hostname").write_text("hotline\n", encoding="utf-8")
    (tree / "etc/hosts").write_text("127.0.0.1 localhost\n127.0.1.1 hotline\n", encoding="utf-8")
    (tree / "etc/machine-id").write_text("", encoding="utf-8")
    resolv = tree / "etc/resolv.conf"
    resolv.unlink(missing_ok=True)
    resolv.symlink_to("../run/systemd/resolve/stub-resolv.conf")


def committed(top: Path) -> list[Path]:
    """The application's files as git knows them: what merely lies about stays off the card."""
    listing = subprocess.run(
        ["git", "-C", top, "ls-files", "-z", "firmware/hotline", "web/hotline_web"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [Path(name) for name in listing.stdout.split("\0") if name]


def _application(tree: Path, wheels: Path, top: Path, log: Path) -> None:
    place = tree / "run/wheels"
    names = unpack(wheels, place)
    found = [str(next(place.rglob(name)).relative_to(tree)) for name in names]
    _inside(tree, log, "python3", "-m", "venv", "--without-pip", f"/{VENV}")
    _inside(tree, log, "python3", "-m", "venv", "/run/pip")
    pip = ["/run/pip/bin/pip", "--python", f"/{VENV}/bin/python", "install", "--no-compile"]
    _inside(tree, log, *pip, "--no-index", "--no-deps", *(f"/{name}" for name in found))
    site = next((tree / VENV).glob("lib/python3*/site-packages"))
    for file in committed(top):
        target = site / file.relative_to(file.parts[0])
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(top / file, target)
    (tree / SETTINGS).parent.mkdir(parents=True, exist_ok=True)
    if not (tree / SETTINGS).exists():
        shutil.copyfile(top / "box.example.toml", tree / SETTINGS)
    command = tree / VENV / "bin/hotline"
    command.write_text(f'#!/bin/sh\nexec /{VENV}/bin/python -m hotline "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    _compile(tree, site, log)


def _compile(tree: Path, site: Path, log: Path) -> None:
    """Bytecode as daemon and page load it: the root is read-only, nobody could keep it later.

    Known by its content, not by a date, so that two builds are alike.
    """
    where = f"/{site.relative_to(tree)}"
    python = [f"/{VENV}/bin/python", "-X", "no_debug_ranges", "-m", "compileall", "-q", "-j0"]
    for level in ("0", "2"):
        _inside(tree, log, *python, "-o", level, "--invalidation-mode", "unchecked-hash", where)


def _getty_of_this_machine(tree: Path, variant: Variant, log: Path) -> None:
    """A console that a machine does not have would hold its start for 90 seconds."""
    for console in sorted({"ttyS0", "ttyAMA0"} - {variant.console}):
        _inside(tree, log, "systemctl", "mask", f"serial-getty@{console}.service")


def _tidy(tree: Path) -> None:
    for name in EMPTIED:
        for child in sorted((tree / name).iterdir()):
            if child.is_dir() and not child.is_symlink():
                shutil.rmtree(child)
            else:
                child.unlink()
    for name in ("etc/ssh/ssh_host_rsa_key", "var/lib/systemd/random-seed", "etc/resolv.conf.orig"):
        (tree / name).unlink(missing_ok=True)


def _date(tree: Path, epoch: int) -> None:
    """No file is younger than the recipe."""
    for folder, folders, files in os.walk(tree):
        for name in (*folders, *files):
            path = Path(folder) / name
            if path.lstat().st_mtime > epoch:
                os.utime(path, (epoch, epoch), follow_symlinks=False)
    os.utime(tree, (epoch, epoch))
