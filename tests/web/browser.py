"""A real browser over a real server, for what only a browser knows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    expect,
    sync_playwright,
)
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.sim.browsers import CHROMIUM
from tests.web.conftest import OWNER, PASSWORD
from tests.web.conftest import Page as Box

PATIENCE_MS = 20_000  # a busy machine is no fault of the page
expect.set_options(timeout=PATIENCE_MS)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """The tests say themselves what went wrong."""


@contextmanager
def served(page: Box) -> Iterator[str]:
    """The page on a loopback port; yields its address."""
    server = make_server("127.0.0.1", 0, page.app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """Debian's Chromium. more: what it is started with."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *more])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(
    browser: Browser,
    address: str,
    *,
    width: int = 360,
    dark: bool = False,
    script: bool = True,
    language: str = "en",
    zone: str | None = None,
) -> Iterator[BrowserContext]:
    """A fresh visitor. Any request to elsewhere, script error or CSP report fails the test."""
    wrong: list[str] = []

    def leaves(request: Request) -> None:
        if not request.url.startswith(address):
            wrong.append(request.url)

    def asks(dialog: Dialog) -> None:
        wrong.append(dialog.message)
        dialog.dismiss()

    def complains(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            wrong.append(message.text)

    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 740},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        locale=language,
        timezone_id=zone,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    context.on("request", leaves)
    context.on("weberror", lambda e: wrong.append(str(e.error)))
    context.on("dialog", asks)
    context.on("console", complains)
    try:
        yield context
        assert wrong == [], wrong
    finally:
        context.close()


def log_in(context: BrowserContext, name: str = OWNER, password: str = PASSWORD) -> Page:
    """The first page, as the owner (or whoever is named) sees it after logging in by hand."""
    tab = context.new_page()
    tab.goto("/")
    tab.locator("main [name=name]").fill(name)
    tab.locator("[name=password]").fill(password)
    tab.locator("main button").click()
    tab.wait_for_url("**/")
    return tab
