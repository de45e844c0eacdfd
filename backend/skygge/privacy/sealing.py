"""Sealing words with a key that lies beside the data, outside the database and every backup of it.

Whoever has the database file, a dump or a backup reads nothing; whoever has the server's data folder as well does.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NAME = "concerns.key"
KEY_BYTES, NONCE_BYTES = 32, 12


def seal_words(folder: Path, study_id: UUID, concern_id: UUID, text: str) -> bytes:
    """The nonce and the sealed words (AES-256-GCM), bound to their place: moved elsewhere they do not open."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_take_key(folder)).encrypt(nonce, text.encode("utf-8"), _place(study_id, concern_id))


def open_words(folder: Path, study_id: UUID, concern_id: UUID, sealed: bytes) -> str | None:
    """The words, or None where the key is gone or another, or the row was altered."""
    try:
        key = (folder / NAME).read_bytes()
        opened = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _place(study_id, concern_id))
    except (OSError, ValueError, InvalidTag):
        return None
    return opened.decode("utf-8")


def _take_key(folder: Path) -> bytes:
    """The key of this server, made with the first concern: whole and on the disk before anything is sealed with it."""
    file = folder / NAME
    if not file.exists():
        half = folder / f"{NAME}.{secrets.token_hex(8)}"
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
            made.write(secrets.token_bytes(KEY_BYTES))
            made.flush()
            os.fsync(made.fileno())
        try:
            os.link(half, file)
        except FileExistsError:
            pass
        half.unlink()
    return file.read_bytes()


def _place(study_id: UUID, concern_id: UUID) -> bytes:
    return study_id.bytes + concern_id.bytes
