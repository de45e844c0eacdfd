"""Passwords: how they are checked, hashed and compared, never more than three at once."""

import unicodedata
from functools import cache
from importlib import resources

from fastapi.concurrency import run_in_threadpool
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from skygge.db import LoopQueue
from skygge.errors import PasswordTooWeak

MIN_LENGTH = 15
MAX_LENGTH = 256
HASHES_AT_ONCE = 3

_hasher = PasswordHash((Argon2Hasher(),))
_turns = LoopQueue(HASHES_AT_ONCE)


def check_password(password: str, name: str) -> None:
    """Raise PasswordTooWeak: under 15 characters, on the list of common ones, one repeated pattern, or the name."""
    plain = _normalise(password)
    folded = "".join(plain.casefold().split())
    if len(plain) < MIN_LENGTH or len(set(folded)) < 5 or folded in _common() or folded == name.casefold() * 2:
        raise PasswordTooWeak
    if any(folded == (part * (len(folded) // len(part) + 1))[: len(folded)] for part in _common() if len(part) < 15):
        raise PasswordTooWeak


def hash_password(password: str) -> str:
    """Argon2id, with its parameters inside the text."""
    return _hasher.hash(_normalise(password))


async def hash_in_turn(password: str) -> str:
    """`hash_password` for the event loop, at most three at once."""
    async with _turns.of_this_loop():
        return await run_in_threadpool(hash_password, password)


async def is_right(password: str, password_hash: str | None) -> bool:
    """Whether a password fits a hash, in the same time when there is no hash to fit."""
    async with _turns.of_this_loop():
        fits = await run_in_threadpool(_hasher.verify, _normalise(password), password_hash or _hash_of_nobody())
    return fits and password_hash is not None


@cache
def _hash_of_nobody() -> str:
    """Compared against when nobody has the name, so that an unknown name takes as long as a wrong password."""
    return _hasher.hash("nobody has this password")


def _normalise(password: str) -> str:
    """The same letters typed on two keyboards give the same bytes."""
    return unicodedata.normalize("NFC", password)


@cache
def _common() -> frozenset[str]:
    listed = resources.files("skygge.accounts").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(listed.casefold().split())
