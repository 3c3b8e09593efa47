"""A file that only its passphrase opens, and in which no byte can be changed. Calls cryptography.

The form, version 1, all numbers big-endian:

    head    15 bytes "HOTLINE BACKUP\\n", 1 byte version, 3 bytes log2(N), r, p of scrypt
            (RFC 7914), 16 bytes salt, 7 bytes beginning of every nonce
    proof   32 bytes HMAC-SHA256 of the head
    chunks  each of 64 KiB, the last one shorter (or empty), with the 16 bytes of ChaCha20-Poly1305
            (RFC 8439) behind it

scrypt makes 64 bytes of the passphrase (NFC, UTF-8): 32 for the chunks, 32 for the proof. The nonce
of a chunk is the beginning, its number in 4 bytes, and 1 for the last chunk, else 0: chunks that
were cut off, doubled or put in another order are noticed (STREAM: Hoang, Reyhanitabar, Rogaway,
Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
import unicodedata
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from hotline.errors import HotlineError
from hotline.said import say

MAGIC = b"HOTLINE BACKUP\n"
VERSION = 1
CHUNK = 64 * 1024
TAG_BYTES = 16
_HEAD = struct.Struct(">15s4B16s7s")
_PROOF_BYTES = 32
_COST = (16, 8, 1)  # log2(N), r, p: 64 MiB and about half a second on a small board
_DEAREST = (18, 8, 4)  # what a file may ask of us


class Sealing:
    """Writes a sealed file; what is missing without `close` makes it worthless."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        salt, begin = os.urandom(16), os.urandom(7)
        head = _HEAD.pack(MAGIC, VERSION, *_COST, salt, begin)
        key, proving = _keys(passphrase, salt, _COST)
        file.write(head + hmac.digest(proving, head, "sha256"))
        self._file, self._cipher, self._begin = file, ChaCha20Poly1305(key), begin
        self._number = 0
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        """Some bytes more."""
        self._held += data
        while len(self._held) > CHUNK:  # the last one is known only at the end
            self._seal(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Write the last chunk."""
        self._seal(bytes(self._held), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        nonce = _nonce(self._begin, self._number, last)
        self._file.write(self._cipher.encrypt(nonce, chunk, None))
        self._number += 1


class Opened:
    """Reads one. Raises HotlineError for what is not one, was altered, or wants another passphrase.

    Nothing that `read` returns may be trusted as a whole before it has returned b"" once.
    """

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        head, proof = file.read(_HEAD.size), file.read(_PROOF_BYTES)
        if not head.startswith(MAGIC):
            raise HotlineError(
                say("This is not a backup of a hotline."), say("Choose the file of the backup.")
            )
        if len(head) > len(MAGIC) and head[len(MAGIC)] != VERSION:
            raise newer()
        if len(head) + len(proof) < _HEAD.size + _PROOF_BYTES:
            raise _cut_off()
        _, _, n, r, p, salt, begin = _HEAD.unpack(head)
        if not 1 <= n <= _DEAREST[0] or not 1 <= r <= _DEAREST[1] or not 1 <= p <= _DEAREST[2]:
            raise _altered()
        key, proving = _keys(passphrase, salt, (n, r, p))
        if not hmac.compare_digest(hmac.digest(proving, head, "sha256"), proof):
            raise HotlineError(
                say("This passphrase does not open the backup."),
                say("Type it as it was written down, with its capitals and hyphens."),
            )
        self._file, self._cipher, self._begin = file, ChaCha20Poly1305(key), begin
        self._number = 0
        self._ahead = file.read(CHUNK + TAG_BYTES)
        self._held = b""
        self._ended = False

    def read(self, size: int = CHUNK) -> bytes:
        """At most so many bytes; b"" only when the end was reached and proved to be the end."""
        while not self._held and not self._ended:
            self._held = self._open()
        data, self._held = self._held[:size], self._held[size:]
        return data

    def _open(self) -> bytes:
        sealed, self._ahead = self._ahead, self._file.read(CHUNK + TAG_BYTES)
        last = not self._ahead
        try:
            chunk = self._cipher.decrypt(_nonce(self._begin, self._number, last), sealed, None)
        except InvalidTag:
            raise _cut_off() if last and self._not_last(sealed) else _altered() from None
        self._number += 1
        self._ended = last
        return chunk

    def _not_last(self, sealed: bytes) -> bool:
        """Was it whole, and had more behind it; or has it lost its own end?"""
        if len(sealed) < CHUNK + TAG_BYTES:
            return True
        try:
            self._cipher.decrypt(_nonce(self._begin, self._number, False), sealed, None)
        except InvalidTag:
            return False
        return True


def newer() -> HotlineError:
    """What is said of a backup that a later version of the box has made."""
    return HotlineError(
        say("This backup was made by a newer version of the box."),
        say("Update this box, then restore it."),
    )


def _cut_off() -> HotlineError:
    return HotlineError(
        say("This backup is not whole: its end is missing or damaged."),
        say("Copy the file once more, or use another backup."),
    )


def _altered() -> HotlineError:
    return HotlineError(
        say("This backup was altered or damaged."),
        say("Copy the file once more, or use another backup."),
    )


def _keys(passphrase: str, salt: bytes, cost: tuple[int, int, int]) -> tuple[bytes, bytes]:
    n, r, p = cost
    given = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    most = 128 * r * ((1 << n) + p + 2) + (1 << 20)
    both = hashlib.scrypt(given, salt=salt, n=1 << n, r=r, p=p, maxmem=most, dklen=64)
    return both[:32], both[32:]


def _nonce(begin: bytes, number: int, last: bool) -> bytes:
    return begin + number.to_bytes(4, "big") + bytes([last])
