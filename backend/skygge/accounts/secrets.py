"""Tokens and codes: made at random, shown once, kept as hashes."""

import hashlib
import secrets

# No 0/O, 1/I/L or U: these are read aloud and typed with a thumb.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
# 98 bits: what is good for years on paper, or opens an account alone, must not be found by trying hashes either.
LONG_CODE_LENGTH = 20


def make_token() -> str:
    """256 random bits as text that may stand in a URL."""
    return secrets.token_urlsafe(32)


def make_code() -> str:
    """Ten letters and digits (49 bits) for a person to type."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def make_long_code() -> str:
    """Twenty letters and digits (98 bits) that open an account by themselves."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LONG_CODE_LENGTH))


def hash_token(token: str) -> bytes:
    """SHA-256 of a token; it is long and random, so nothing slower is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def hash_code(code: str) -> bytes:
    """SHA-256 of a code as typed: case, spaces and hyphens do not matter."""
    return hash_token("".join(code.upper().split()).replace("-", ""))
