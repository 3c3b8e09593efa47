"""The root of the image as a folder: Debian, boot/root, the application, users and units."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from builder import application, bundle, steps
from builder.recipe import Recipe, Variant
from hotline import __version__

# There while somebody looks at it, and for that moment alone writable: a power cut finds it closed.
CARD = (
    "noauto,x-systemd.automount,x-systemd.idle-timeout=10s,nofail,"
    "sync,noatime,nosuid,nodev,noexec,umask=0077"
)
MOUNTS = ("data", "boot/config", "boot/slot", "var", "tmp", "proc", "sys", "dev", "run")
EMPTIED = ("var/cache/apt", "var/lib/apt/lists", "var/log", "var/cache/ldconfig", "tmp", "run")


def make_tree(
    tree: Path,
    base: Path,
    pjsip: Path,
    recipe: Recipe,
    variant_name: str,
    top: Path,
    cache: Path,
    known: Path,
    native: Path | None,
) -> None:
    """`tree` must not exist. known: the certificate of updates. native: where the tree is for
    another computer than this, a root like it that this one can run. Raises steps.StepFailed.
    """
    variant = recipe.variant(variant_name)
    log = tree.with_suffix(".log")
    tree.mkdir(parents=True)

    inside = steps.inside(tree, log)
    with steps.step("Unpacking Debian"):
        steps.run(["tar", "--numeric-owner", "-xf", base, "-C", tree], log)
    with steps.step("The files of boot/"):
        shutil.copytree(top / "boot/root", tree, symlinks=True, dirs_exist_ok=True)
        for rule in sorted((top / "boot/udev").glob("*.rules")):
            shutil.copy(rule, tree / "usr/lib/udev/rules.d" / rule.name)
        _lay_out(tree, recipe)
        _know_updates(tree, recipe, variant_name, known)
    with steps.step("The application"):
        application.install(tree, pjsip, top, cache, inside, log, native)
    with steps.step("Users and units"):
        inside("systemd-sysusers")
        inside("systemctl", "enable", *recipe.units.enable)
        inside("systemctl", "mask", *recipe.units.mask, *_foreign_consoles(variant))
        inside("systemctl", "set-default", "multi-user.target")
    _tidy(tree)
    _date(tree, recipe.epoch)


def fstab(recipe: Recipe) -> str:
    """What is mounted beside the root; the slot's own boot files are named by its command line."""
    disk = f"{recipe.partitions.signature:08x}"
    rows = (
        (f"PARTUUID={disk}-07", "/data", "ext4", "noatime,nosuid,nodev,x-systemd.growfs", "2"),
        ("/data/var", "/var", "none", "bind,nosuid,nodev,x-systemd.requires-mounts-for=/data", "0"),
        (f"PARTUUID={disk}-01", "/boot/config", "vfat", CARD, "0"),
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
    resolv.symlink_to("../run/NetworkManager/resolv.conf")


def _know_updates(tree: Path, recipe: Recipe, variant_name: str, known: Path) -> None:
    """What the system is, and whose updates it takes."""
    release = tree / "usr/lib/os-release"
    kind = bundle.kind(recipe, variant_name)
    mine = f'IMAGE_ID="{kind}"\nIMAGE_VERSION="{__version__}"\n'
    release.write_text(release.read_text(encoding="utf-8") + mine, encoding="utf-8")
    (tree / "etc/rauc").mkdir(exist_ok=True)
    conf = bundle.system_conf(recipe, variant_name)
    (tree / "etc/rauc/system.conf").write_text(conf, encoding="utf-8")
    shutil.copyfile(known, tree / "etc/rauc/keyring.pem")


def _foreign_consoles(variant: Variant) -> list[str]:
    """A console that a machine does not have would hold its start for 90 seconds."""
    others = sorted({"ttyS0", "ttyAMA0"} - {variant.console})
    return [f"serial-getty@{console}.service" for console in others]


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
