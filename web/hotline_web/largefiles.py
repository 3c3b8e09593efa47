"""Large files of the owner are laid where they are taken from: gigabytes are not copied twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from flask import Flask, Request, current_app, request
from flask_login import current_user

from hotline.storage.places import Places
from hotline.storage.updates import LARGEST_UPDATE, Updates
from hotline.storage.uploads import LARGEST_BACKUP, Uploads
from hotline.storage.users import Role
from hotline_web.desk import desk
from hotline_web.settings import Settings

FORM_AROUND = 16 * 1024  # bytes of a form beside the file in it


@dataclass(frozen=True)
class Large:
    """most: bytes. new: where the next one, of so many bytes, is to be written."""

    most: int
    new: Callable[[Places, int], Path]


LARGE: Mapping[str, Large] = {
    "backup.bring": Large(LARGEST_BACKUP, lambda there, _: Uploads(there.uploads).new(desk().now)),
    "update.bring": Large(LARGEST_UPDATE, lambda there, size: Updates(there.updates).new(size)),
}


class LargeFileRequest(Request):
    """Its file, where it is a large one, is opened in its place."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        large = LARGE.get(self.endpoint or "")
        if large is None:
            return super()._get_file_stream(
                total_content_length, content_type, filename, content_length
            )
        return large.new(places(), total_content_length or 0).open("xb+")


def places() -> Places:
    """Of this box."""
    return Places(cast(Settings, current_app.extensions["settings"]).data_dir)


def allow(app: Flask) -> None:
    """Let the owner send them; nobody else's request becomes longer by it."""
    app.request_class = LargeFileRequest

    @app.before_request
    def longer() -> None:
        large = LARGE.get(request.endpoint or "")
        if large and current_user.is_authenticated and current_user.role is Role.OWNER:
            request.max_content_length = large.most + FORM_AROUND
