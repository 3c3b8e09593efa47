"""Who may knock, and what every answer carries. No page is served around this file."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from hotline_web.settings import Settings

# No inline script or style, no byte from anywhere else, no frame around us (OWASP ASVS 5 V3.4).
CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
# Only the pages that call, take calls and record may ask for the microphone.
WITH_MICROPHONE = frozenset({"tryout.page", "prompts.sentence", "atdesk.page"})
HEARING = HEADERS["Permissions-Policy"].replace("microphone=()", "microphone=(self)")
OWN_NAMES = frozenset({"localhost", "hotline", "hotline.local"})
YEAR = 365 * 24 * 3600
FEED_SECONDS = 900  # calendars that ask more often are answered by themselves


def guard(app: Flask, settings: Settings) -> None:
    """Refuse strangers before any page runs; put the headers on every answer after it."""
    host = socket.gethostname().lower()
    names = OWN_NAMES | {host, f"{host}.local"} | {name.lower() for name in settings.hosts}

    @app.before_request
    def knock() -> None:
        if not known_host(request.host, names):
            abort(421)
        if not near(request.remote_addr):
            abort(403)

    @app.after_request
    def dress(answer: Response) -> Response:
        answer.headers.update(HEADERS)
        if request.endpoint in WITH_MICROPHONE:
            answer.headers["Permissions-Policy"] = HEARING
        if request.endpoint == "static" and answer.status_code < 400:
            # Their addresses carry the hash of their contents.
            answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        elif request.endpoint == "calendar.feed" and answer.status_code < 400:
            answer.headers["Cache-Control"] = f"private, max-age={FEED_SECONDS}"
        else:
            answer.headers["Cache-Control"] = "no-store"
        return answer


def known_host(host: str, names: frozenset[str] | set[str]) -> bool:
    """True if `host` is one of ours or a literal near address.

    A stranger's name that resolves to this box (DNS rebinding) is neither.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name.rstrip(".") in names or near(name)


def near(address: str | None) -> bool:
    """True for loopback, link-local and private addresses: this machine or this network."""
    try:
        ip = ipaddress.ip_address((address or "").split("%", 1)[0])
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return not ip.is_unspecified and (ip.is_loopback or ip.is_link_local or ip.is_private)


def safe_next(target: str | None) -> str:
    """`target` if it is a path on this page, else the first page."""
    # A browser reads "\\" as "/" and drops control characters, so both could start "//elsewhere".
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(ord(c) < 0x20 or ord(c) == 0x7F for c in target):
        return "/"
    return target
