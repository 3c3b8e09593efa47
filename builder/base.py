"""Debian below the application: made by mmdebstrap, kept until the recipe changes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from builder import steps
from builder.recipe import BadRecipe, Recipe, Variant, cache_key, packages_that_run

DEBIAN = "http://deb.debian.org/debian"
SECURITY = "http://deb.debian.org/debian-security"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
EARLY = Path(__file__).resolve().parent.parent / "boot/early"  # runs in the initial RAM disk
BINFMT = Path("/proc/sys/fs/binfmt_misc")
EMULATORS = {"amd64": "qemu-x86_64", "arm64": "qemu-aarch64"}
MAKING = 1  # another number when this file makes another root of the same recipe


def mirror() -> str:
    """The mirror of this machine's own apt if it is Debian's, else Debian's address."""
    query = ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)"]
    listing = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    own = (row.removeprefix("Debian|Debian|") for row in listing.splitlines())
    return next((url.rstrip("/") for url in own if url.startswith("http")), DEBIAN)


def own_architecture() -> str:
    """Debian's name for what this computer is."""
    return subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()


def sources(recipe: Recipe, variant: Variant, debian: str) -> str:
    """The lines of sources.list that the image is made from."""
    signed = f"[signed-by={KEYRING}]"
    suite, parts = recipe.suite, "main non-free-firmware"
    rows = [
        f"deb {signed} {debian} {suite} {parts}",
        f"deb {signed} {debian} {suite}-updates {parts}",
        f"deb {signed} {SECURITY} {suite}-security {parts}",
        f"deb {signed} {debian} {suite}-backports {parts}",
        *variant.mirrors,
    ]
    return "\n".join(rows) + "\n"


def wanted(recipe: Recipe, variant: Variant, listing: str) -> tuple[str, ...]:
    """Every package of the image, each once."""
    names = (*packages_that_run(listing), *recipe.packages, *variant.packages, variant.kernel)
    return tuple(dict.fromkeys(names))


def base_key(recipe: Recipe, variant: Variant, listing: str) -> str:
    """Changes with whatever the root is made of, and with nothing else."""
    packages = sorted(wanted(recipe, variant, listing))
    return cache_key(
        MAKING, recipe.suite, str(recipe.date), recipe.leave_out, packages,
        variant.architecture, variant.early_modules, variant.mirrors,
        [(path.name, path.read_text(encoding="utf-8")) for path in _scripts()],
    )  # fmt: skip


def _scripts() -> list[Path]:
    return sorted(EARLY.iterdir())


def base_root(recipe: Recipe, variant: Variant, listing: str, cache: Path) -> Path:
    """The tar of the root, from the cache or made now."""
    tar = cache / f"base-{variant.architecture}-{base_key(recipe, variant, listing)}.tar"
    if tar.exists():
        return tar
    with steps.step(f"Debian {recipe.suite} for {variant.architecture}"):
        make(tar, recipe, variant, wanted(recipe, variant, listing), _early(variant))
    return tar


def make(
    tar: Path,
    recipe: Recipe,
    variant: Variant,
    packages: Iterable[str],
    hooks: Iterable[str],
) -> None:
    """Raises steps.StepFailed, or BadRecipe where this computer cannot run what is unpacked; a root
    that was not finished is never taken for one.
    """
    _emulated(variant.architecture)
    tar.parent.mkdir(parents=True, exist_ok=True)
    listed = tar.with_suffix(".list")
    listed.write_text(sources(recipe, variant, mirror()), encoding="utf-8")
    part = tar.with_suffix(".part")
    command = [
        "mmdebstrap", "--mode=root", "--variant=apt", "--format=tar",
        f"--architectures={variant.architecture}", f"--include={','.join(packages)}",
        '--aptopt=Acquire::Check-Valid-Until "false"', '--aptopt=Acquire::Languages "none"',
        "--aptopt=APT::Install-Recommends \"false\"",
        *(f"--dpkgopt=path-exclude={path}" for path in recipe.leave_out), *hooks,
        recipe.suite, str(part), str(listed),
    ]  # fmt: skip
    steps.run(command, tar.with_suffix(".log"), {"SOURCE_DATE_EPOCH": str(recipe.epoch)})
    part.rename(tar)


def _emulated(architecture: str) -> None:
    """Programs of another architecture run by qemu-user, which the kernel is to know of."""
    foreign = architecture != own_architecture()
    if foreign and not (BINFMT / EMULATORS[architecture]).exists():
        raise BadRecipe(
            f"This computer does not run programs for {architecture}.",
            f"Run: sudo mount -t binfmt_misc binfmt_misc {BINFMT};"
            f" sudo update-binfmts --enable {EMULATORS[architecture]}",
        )


def _early(variant: Variant) -> list[str]:
    """The initial RAM disk holds what finds the root and boot/early: it is read at each start."""
    words = "\\n".join(variant.early_modules)
    where = '"$1"/etc/initramfs-tools'
    return [
        f"--essential-hook=mkdir -p {where}/conf.d {where}/scripts/local-bottom",
        f"--essential-hook=printf 'MODULES=list\\nCOMPRESS=zstd\\n' > {where}/conf.d/hotline.conf",
        f"--essential-hook=printf '{words}\\n' > {where}/modules",
        *(
            f"--essential-hook=copy-in {path} /etc/initramfs-tools/scripts/local-bottom"
            for path in _scripts()
        ),
    ]
