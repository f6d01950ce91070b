"""The recovery sheet: the household's last key, kept on paper.

The paper holds 160 random bits; from them follows a private X25519 key (RFC 7748). The box keeps
only the public half, so it can let the sheet open the keys of members who come later, and can't read
what is on the paper. A sealed key is the ephemeral public key and AES-256-GCM under the HKDF of both.
"""

import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from futureself_box.errors import SheetLineWrong, SheetUnknown

LINES = 4
_BYTES_A_LINE = 5
_PUBLIC_BYTES = 32
# Crockford's base 32: no I, L, O or U, and reading takes the look-alikes for what they look like.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("OIL", "011")
# Each key is used once, so a fixed nonce is as good as any.
_NONCE = bytes(12)


def new_secret() -> bytes:
    """20 random bytes: what stands on the sheet."""
    return secrets.token_bytes(LINES * _BYTES_A_LINE)


def lines(secret: bytes) -> tuple[str, ...]:
    """The sheet as it is printed: four lines of three groups; the last letter of each checks it.

    >>> lines(bytes(20))
    ('000 000 001', '000 000 002', '000 000 003', '000 000 004')
    """
    parts = (secret[at : at + _BYTES_A_LINE] for at in range(0, len(secret), _BYTES_A_LINE))
    return tuple(_line(number, part) for number, part in enumerate(parts, start=1))


def read_line(number: int, text: str) -> bytes:
    """The five bytes of a typed line; case, spaces and look-alikes are forgiven.

    Raises SheetLineWrong where it can't be line `number`.
    """
    letters = "".join(c for c in text.upper().translate(_LOOK_ALIKES) if c in _ALPHABET)
    if len(letters) != 9:
        raise SheetLineWrong(f"Line {number} has 9 letters and digits.")
    value = 0
    for letter in letters[:8]:
        value = value * 32 + _ALPHABET.index(letter)
    part = value.to_bytes(_BYTES_A_LINE, "big")
    if _check(number, part) != letters[8]:
        raise SheetLineWrong(f"Line {number} has a slip of the pen.")
    return part


def read(typed: Sequence[str]) -> bytes:
    """The secret of a sheet that was typed line by line. Raises SheetLineWrong."""
    return b"".join(read_line(number, line) for number, line in enumerate(typed, start=1))


def public_key(secret: bytes) -> bytes:
    """The half that the box keeps, 32 bytes."""
    return _private_key(secret).public_key().public_bytes_raw()


def seal(public: bytes, key: bytes, bound: bytes) -> bytes:
    """Lock a key so that only the sheet opens it. `bound` says what it is and must be given again."""
    ephemeral = X25519PrivateKey.generate()
    own = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    return own + AESGCM(_sealing_key(shared, own, public)).encrypt(_NONCE, key, bound)


def unseal(secret: bytes, sealed: bytes, bound: bytes) -> bytes:
    """What `seal` locked. Raises SheetUnknown where it was for another sheet."""
    private = _private_key(secret)
    ephemeral, box = sealed[:_PUBLIC_BYTES], sealed[_PUBLIC_BYTES:]
    shared = private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    own = private.public_key().public_bytes_raw()
    try:
        return AESGCM(_sealing_key(shared, ephemeral, own)).decrypt(_NONCE, box, bound)
    except InvalidTag as error:
        raise SheetUnknown from error


def _line(number: int, part: bytes) -> str:
    value = int.from_bytes(part, "big")
    letters = "".join(_ALPHABET[value >> shift & 31] for shift in range(35, -5, -5))
    letters += _check(number, part)
    return " ".join(letters[at : at + 3] for at in (0, 3, 6))


def _check(number: int, part: bytes) -> str:
    # Weighted by place, and by line, so that swapped letters and swapped lines show.
    value = int.from_bytes(part, "big")
    digits = (value >> shift & 31 for shift in range(35, -5, -5))
    return _ALPHABET[(number + sum(at * d for at, d in enumerate(digits, start=1))) % 31]


def _private_key(secret: bytes) -> X25519PrivateKey:
    label = b"futureself-box/sheet/v1"
    return X25519PrivateKey.from_private_bytes(_hkdf(secret, label))


def _sealing_key(shared: bytes, ephemeral: bytes, public: bytes) -> bytes:
    # Both public keys are bound in, as in HPKE (RFC 9180, 4.1).
    return _hkdf(shared, b"futureself-box/sheet-seal/v1" + ephemeral + public)


def _hkdf(secret: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(secret)
