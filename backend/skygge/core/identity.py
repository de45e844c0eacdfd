"""Ids: who makes them, and how two phones that cannot talk arrive at the same one."""

from __future__ import annotations

import hashlib
import re
from uuid import UUID, uuid5

VISIT_CODE = re.compile(r"[A-Z]{6}")
CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def uuid7(unix_ms: int, random: bytes) -> UUID:
    """A UUIDv7 (RFC 9562, section 5.7) from a time in milliseconds and ten random bytes."""
    if len(random) != 10:
        raise ValueError("a UUIDv7 takes ten random bytes")
    value = (unix_ms & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(random, "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def is_canonical_id(text: str) -> bool:
    """Whether a text is a UUID in lower case with hyphens: the only spelling, so that equal ids are equal texts."""
    return CANONICAL.fullmatch(text) is not None


def is_visit_code(text: str) -> bool:
    """Whether a text is six capital letters, as said aloud between two observers."""
    return VISIT_CODE.fullmatch(text) is not None


def name_id(namespace: bytes, name: str) -> str:
    """The UUIDv5 (RFC 9562, section 5.5) of a name as text: what `uuid5` gives, in a third of the time."""
    digest = bytearray(hashlib.sha1(namespace + name.encode("utf-8"), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    digits = digest.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def visit_id(study_id: UUID, code: str) -> UUID:
    """The visit that a code names inside a study; both phones compute it without a network."""
    return uuid5(study_id, code)


def server_device_id(study_id: UUID) -> UUID:
    """The device id of changes that the server itself makes in a study."""
    return uuid5(study_id, "server")


def observer_actor_id(study_id: UUID, observer: str) -> UUID:
    """The actor *me* of an observer: the same on each of her phones, whoever makes it first."""
    return uuid5(study_id, f"observer:{observer}")
