"""image.yml as a frozen Recipe; every mistake is told with the key that is wrong."""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hotline.errors import HotlineError

Package = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9+.-]+(/[a-z-]+)?$")]
Unit = Annotated[str, Field(pattern=r"^[\w@.-]+\.(service|timer|socket|path|target|mount)$")]
Module = Annotated[str, Field(pattern=r"^\w+$")]
MiB = Annotated[int, Field(ge=16, le=65536)]

FAT32_LEAST = 34  # MiB: smaller ones are FAT16, and firmware of a Pi wants to be told


class BadRecipe(HotlineError):  # noqa: N818 - named for what its author sees
    """image.yml cannot be followed."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Variant(Part):
    """One kind of machine. `early_modules` are what the kernel needs to find its root."""

    architecture: Literal["amd64", "arm64"]
    kernel: Package
    packages: tuple[Package, ...] = ()
    early_modules: tuple[Module, ...]
    kernel_file: str
    console: str
    mirrors: tuple[str, ...] = ()


class Units(Part):
    enable: tuple[Unit, ...]
    mask: tuple[Unit, ...] = ()


class Partitions(Part):
    """Sizes in MiB; `boot` and `root` are there twice."""

    signature: Annotated[int, Field(ge=1, le=0xFFFFFFFF)]
    bootcfg: MiB
    boot: MiB
    root: MiB
    data: MiB

    @model_validator(mode="after")
    def _fat_is_fat32(self) -> Self:
        for name in ("bootcfg", "boot"):
            if getattr(self, name) < FAT32_LEAST:
                raise ValueError(f"{name} needs {FAT32_LEAST} MiB or more to be FAT32")
        return self


class Recipe(Part):
    """The whole image."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    suite: Literal["trixie"]
    date: datetime.date
    variants: dict[str, Variant]
    packages: tuple[Package, ...]
    leave_out: tuple[str, ...] = ()
    units: Units
    partitions: Partitions
    command_line: str

    @property
    def epoch(self) -> int:
        """Seconds since 1970 of `date`, 00:00 UTC: what SOURCE_DATE_EPOCH is."""
        midnight = datetime.datetime.combine(self.date, datetime.time(), datetime.UTC)
        return int(midnight.timestamp())

    def variant(self, name: str) -> Variant:
        """Raises BadRecipe with the names there are."""
        try:
            return self.variants[name]
        except KeyError:
            there = ", ".join(self.variants)
            raise BadRecipe(f"image.yml has no variant {name}.", f"It has: {there}.") from None


def read_recipe(file: Path) -> Recipe:
    """Raises BadRecipe that names every wrong key."""
    try:
        return Recipe.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        rows = (f"{_place(row['loc'])}: {row['msg']}" for row in error.errors())
        raise BadRecipe(f"{file.name} is wrong.\n  " + "\n  ".join(rows), "Correct it.") from None
    except (yaml.YAMLError, OSError) as error:
        raise BadRecipe(f"{file.name} cannot be read: {error}", "Correct it.") from None


def _place(keys: tuple[int | str, ...]) -> str:
    return ".".join(str(key) for key in keys) or "the whole file"


def cache_key(*parts: object) -> str:
    """The name under which what was made from `parts` is kept: another for any change in them."""
    words = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def packages_that_run(listing: str) -> tuple[str, ...]:
    """From boot/packages.txt what the product itself needs; of alternatives the first."""
    rows = (line.split() for line in listing.splitlines())
    return tuple(row[1].split("|")[0] for row in rows if row[:1] == ["run"])


def packages_that_build(listing: str) -> tuple[str, ...]:
    """From boot/packages.txt what PJSIP is compiled with."""
    rows = (line.split() for line in listing.splitlines())
    return tuple(row[1].split("|")[0] for row in rows if row[:1] == ["build"])
