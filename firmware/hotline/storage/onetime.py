"""The six digits that a telephone shows for half a minute (RFC 6238). The only caller of pyotp."""

from __future__ import annotations

import hmac

import pyotp

STEP_SECONDS = 30
AROUND = (0, -1, 1)  # half minutes by which the telephone's clock may be off
ISSUER = "Hotline Box"


def new_secret() -> str:
    """What the box and the telephone share, as it is typed: 32 letters and digits, 160 bits."""
    return pyotp.random_base32()


def address_of(secret: str, name: str) -> str:
    """What the telephone reads as a QR code (otpauth://)."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(secret: str, code: str, seconds: float, after: int) -> int | None:
    """The half minute whose code this is, later than `after`; None for a wrong or a used one.

    seconds: of the Unix epoch.
    """
    otp, now = pyotp.TOTP(secret, interval=STEP_SECONDS), int(seconds // STEP_SECONDS)
    right = [
        now + by
        for by in AROUND
        if hmac.compare_digest(otp.generate_otp(now + by).encode(), code.encode())
    ]
    return next((step for step in right if step > after), None)
