"""Runs the page under gunicorn: one process, eight threads, so that no request waits for one.

As many again wait for those who take calls at a computer; a thread is begun when it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from hotline.errors import HotlineError
from hotline_web.app import create_app
from hotline_web.security import near
from hotline_web.settings import Settings

THREADS = 8
AT_COMPUTERS = 8  # as many as the daemon takes; each holds a thread as long as the page is open


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, app: Flask, bind: str) -> None:
        self._app, self._bind = app, bind
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self._bind,
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS + AT_COMPUTERS,
            "timeout": 30,
            "graceful_timeout": 5,
            "keepalive": 5,
            "limit_request_line": 4094,
            "limit_request_fields": 50,
            "limit_request_field_size": 8190,
            "accesslog": None,
            "loglevel": "warning",
            "umask": 0o077,
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def serve(settings: Settings, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve until stopped.

    announce: is told the one-time code of the first set-up, if the box has no owner yet; it goes
    to where only the owner looks. Raises HotlineError for an address that is not of this network.
    """
    if host not in ("0.0.0.0", "::", "localhost") and not near(host):  # noqa: S104
        raise HotlineError(
            f"The page may not be offered at {host}.", "Use an address of your own network."
        )
    app = create_app(settings)
    known = app.extensions["accounts"]
    if known.empty():
        announce(known.new_claim_code())
    _Server(app, f"[{host}]:{port}" if ":" in host else f"{host}:{port}").run()
