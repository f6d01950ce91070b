"""The secrets that let somebody in, and how often they may be tried.

A QR carries 128 random bits, which nobody guesses. Eight typed digits can be guessed, so they are kept
as argon2id only, a try costs time, and the fifth wrong one closes every code that is open.
"""

import base64
import binascii
import hashlib
import secrets
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Annotated

from argon2.low_level import Type, hash_secret_raw
from msgspec import Meta

from futureself_box.errors import CodeWrong, TooManyTries

SECRET_BYTES = 16
WRONG_CODES = 5
_DIGITS = 8
_WRONG_TRIES_A_MINUTE = 10
_ADDRESSES_WATCHED = 1024
# The least that OWASP asks of argon2id: 19 MiB, 2 passes (Password Storage Cheat Sheet). 30 ms here.
_MEMORY_KIB, _PASSES = 19 * 1024, 2

Given = Annotated[
    str,
    Meta(
        pattern=r"^(\s*(\d\s*){8}|[A-Za-z0-9_-]{22})$",
        max_length=32,
        description="8 typed digits, spaces ignored, or the secret of a QR.",
    ),
]
SecretText = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_-]{22}$", description="The secret of a QR: 16 bytes, base64url."),
]

_salt = secrets.token_bytes(16)
# One at a time: a household never types faster, and a flood must not take the memory.
_hashing = threading.Lock()


def new_code() -> str:
    """8 random digits."""
    return "".join(secrets.choice("0123456789") for _ in range(_DIGITS))


def new_secret() -> bytes:
    """16 random bytes."""
    return secrets.token_bytes(SECRET_BYTES)


def is_typed(given: str) -> bool:
    """Whether this is a code that somebody typed, rather than the secret of a QR."""
    return "".join(given.split()).isdigit()


def hashed(given: str) -> bytes:
    """What is kept of a code or a secret. Raises CodeWrong where it is neither."""
    return hash_code(given) if is_typed(given) else hash_secret(from_text(given))


def hash_code(code: str) -> bytes:
    """What is kept of a typed code. The salt lasts as long as the process, and so do codes."""
    digits = "".join(code.split()).encode()
    with _hashing:
        return hash_secret_raw(
            digits, _salt, _PASSES, _MEMORY_KIB, parallelism=1, hash_len=32, type=Type.ID
        )


def hash_secret(secret: bytes) -> bytes:
    """What is kept of a random secret."""
    return hashlib.sha256(secret).digest()


def to_text(secret: bytes) -> str:
    """As a QR, a fragment or a JSON body carries it: base64url without padding."""
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """The bytes of such a text. Raises CodeWrong where it can't be one."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise CodeWrong from error


class Tries:
    """Wrong tries, by address and over all. `monotonic` is the clock, in seconds.

    Limits by address hold one guesser back; the limit over all holds where there are many.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._codes: deque[float] = deque(maxlen=_WRONG_TRIES_A_MINUTE)
        self._of: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_WRONG_TRIES_A_MINUTE))

    def check(self, address: str, *, typed: bool) -> None:
        """Raise TooManyTries where this address or, in typing, everybody has tried too often."""
        with self._lock:
            if self._full(self._of.get(address)) or (typed and self._full(self._codes)):
                raise TooManyTries

    def wrong(self, address: str, *, typed: bool) -> None:
        """Count a wrong try: a typed one against all, a secret of a QR against its address only."""
        now = self._monotonic()
        with self._lock:
            if len(self._of) >= _ADDRESSES_WATCHED:
                self._of.clear()
            self._of[address].append(now)
            if typed:
                self._codes.append(now)

    def _full(self, tries: deque[float] | None) -> bool:
        return (
            tries is not None
            and len(tries) == _WRONG_TRIES_A_MINUTE
            and self._monotonic() - tries[0] < 60
        )
