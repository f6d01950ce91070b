"""Invitations: from the QR on one screen to the device that is let in.

A phone comes with the QR's secret or the typed code and waits; whoever invited compares a number on
both screens and says yes; then the phone fetches its token. A secret that comes twice, from two
phones, lets nobody in. All of it lies in memory only, for five minutes.

The number is a short authentication string: it follows from the box's certificate and a nonce of
each side. The phone commits to its nonce first, so that nobody in between can choose one that fits
(the commitment of ZRTP, RFC 6189, 4.4.1).
"""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable
from typing import Literal
from uuid import UUID, uuid4

import msgspec

from futureself_box.errors import (
    CodeSpent,
    CodeWrong,
    InvitationDoubled,
    NotFound,
    NumberWrong,
)
from futureself_box.household import codes
from futureself_box.household.codes import WRONG_CODES, Tries
from futureself_box.household.devices import Credential, Joined
from futureself_box.household.members import Role

INVITATION_S = 300
_TO_FETCH_S = 60
_KEPT_S = 600
_MOST_OPEN = 8

State = Literal["open", "asked", "confirmed", "joined", "refused", "over", "doubled"]


class Purpose(msgspec.Struct, frozen=True):
    """Whom an invitation lets in: a new member or, with `member`, a device of one who is there."""

    name: str
    role: Role = "adult"
    birth_year: int | None = None
    member: UUID | None = None


class Issued(msgspec.Struct, frozen=True):
    """A new invitation, with what the inviting screen shows. The secrets are kept nowhere."""

    id: UUID
    name: str
    code: str
    secret: str
    expires_in_s: int

    def __repr__(self) -> str:
        return f"Issued({self.id}, …)"


class Seen(msgspec.Struct, frozen=True):
    """An invitation as the inviting screen follows it."""

    state: State
    number: str | None
    device_name: str | None
    code_works: bool
    expires_in_s: int


class Asked(msgspec.Struct, frozen=True):
    """What a phone gets that came with a secret or a code: it waits with `claim`."""

    claim: str
    nonce: str
    name: str
    inviter: str
    expires_in_s: int


class Claim(msgspec.Struct, frozen=True):
    """What a waiting phone gets: the number to show and, once, its token."""

    state: Literal["waiting", "joined", "refused", "over", "doubled"]
    number: str | None = None
    joined: Joined | None = None


class _Phone(msgspec.Struct):
    claim: bytes
    commitment: bytes
    nonce: bytes
    device_name: str


class _Invitation(msgspec.Struct):
    id: UUID
    purpose: Purpose
    by: Credential
    secret: bytes
    code: bytes | None
    ends_at: float
    state: State = "open"
    asked: _Phone | None = None
    number: str | None = None
    joined: Joined | None = None


class Invitations:
    """The invitations that are open or have just ended. `monotonic` is the clock, in seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._tries = Tries(monotonic)
        self._lock = threading.Lock()
        self._all: list[_Invitation] = []
        self._wrong_codes = 0

    @property
    def waiting(self) -> bool:
        """Whether a device could join now."""
        with self._lock:
            self._tidy()
            return any(one.state == "open" for one in self._all)

    def issue(self, purpose: Purpose, by: Credential) -> Issued:
        """A new invitation; an older one of the same member for the same purpose is over."""
        code, secret = codes.new_code(), codes.new_secret()
        hashed = codes.hash_code(code)
        with self._lock:
            self._tidy()
            for other in self._open_of(by):
                if other.purpose == purpose:
                    other.state = "over"
            for oldest in self._open_of(by)[: -(_MOST_OPEN - 1)]:
                oldest.state = "over"
            ends_at = self._monotonic() + INVITATION_S
            made = _Invitation(uuid4(), purpose, by, codes.hash_secret(secret), hashed, ends_at)
            self._all.append(made)
            self._wrong_codes = 0
        return Issued(made.id, purpose.name, code, codes.to_text(secret), INVITATION_S)

    def see(self, invitation: UUID, by: Credential) -> Seen:
        """How it stands. Raises NotFound for one that `by` did not make."""
        with self._lock:
            found = self._of(invitation, by)
            return Seen(
                state=found.state,
                number=found.number,
                device_name=None if found.asked is None else found.asked.device_name,
                code_works=found.code is not None,
                expires_in_s=max(0, round(found.ends_at - self._monotonic())),
            )

    def confirm(self, invitation: UUID, by: Credential, number: str) -> None:
        """Let the phone in that shows this number. Raises NumberWrong, CodeSpent or NotFound."""
        with self._lock:
            found = self._of(invitation, by)
            if found.state in {"confirmed", "joined"} and found.number == number:
                return
            if found.state != "asked":
                raise CodeSpent
            if found.number is None or not hmac.compare_digest(found.number, number):
                raise NumberWrong
            found.state = "confirmed"
            found.ends_at = max(found.ends_at, self._monotonic() + _TO_FETCH_S)

    def refuse(self, invitation: UUID, by: Credential) -> None:
        """Send the phone away, and end the invitation."""
        with self._lock:
            found = self._of(invitation, by)
            if found.state in {"open", "asked"}:
                found.state = "refused"

    def ask(self, given: str, device_name: str, commitment: bytes, address: str) -> Asked:
        """A phone comes with the secret or the code of an invitation, and waits.

        The same phone may ask again, should the answer have been lost. Raises CodeWrong, CodeSpent,
        InvitationDoubled or TooManyTries.
        """
        self._tries.check(address, typed=codes.is_typed(given))
        hashed = codes.hashed(given)
        with self._lock:
            self._tidy()
            found = self._find(hashed)
            if found is None:
                raise self._wrong(address, typed=codes.is_typed(given))
            return self._ask(found, device_name.strip(), commitment)

    def claim(
        self,
        claim: str,
        nonce: bytes,
        fingerprint: bytes,
        let_in: Callable[[Purpose, str, UUID], Joined],
    ) -> Claim:
        """How the waiting phone's case stands; `let_in` makes its device, once. Raises CodeSpent."""
        with self._lock:
            self._tidy()
            found, phone = self._claimed(claim)
            if found.number is None and found.state == "asked":
                found.number = _number(phone, nonce, fingerprint)
            if found.state == "confirmed":
                found.joined = let_in(found.purpose, phone.device_name, found.by.member)
                found.state = "joined"
            match found.state:
                case "open" | "asked" | "confirmed":
                    return Claim("waiting", found.number)
                case state:
                    return Claim(state, found.number, found.joined)

    def spoil(self, given: str) -> None:
        """A secret or code has come over an open connection: what it opens is over."""
        hashed = codes.hashed(given)
        with self._lock:
            found = self._find(hashed)
            if found is not None and found.state in {"open", "asked"}:
                found.state = "over"

    def _ask(self, found: _Invitation, device_name: str, commitment: bytes) -> Asked:
        if found.state == "open":
            found.asked = _Phone(codes.new_secret(), commitment, codes.new_secret(), device_name)
            found.state = "asked"
        phone = found.asked
        if phone is None or found.state in {"refused", "over", "doubled"}:
            raise InvitationDoubled if found.state == "doubled" else CodeSpent
        if not hmac.compare_digest(phone.commitment, commitment):
            if found.state == "joined":
                raise CodeSpent
            found.state = "doubled"
            raise InvitationDoubled
        return Asked(
            claim=codes.to_text(phone.claim),
            nonce=codes.to_text(phone.nonce),
            name=found.purpose.name,
            inviter=found.by.name,
            expires_in_s=max(0, round(found.ends_at - self._monotonic())),
        )

    def _find(self, hashed: bytes) -> _Invitation | None:
        for one in self._all:
            if hmac.compare_digest(one.secret, hashed):
                return one
            if one.code is not None and hmac.compare_digest(one.code, hashed):
                return one
        return None

    def _wrong(self, address: str, *, typed: bool) -> CodeWrong | CodeSpent:
        self._tries.wrong(address, typed=typed)
        if not typed:
            return CodeWrong("There is no such invitation.", hint="Ask for a new one.")
        if not any(one.code for one in self._all if one.state == "open"):
            return CodeSpent()
        self._wrong_codes += 1
        if self._wrong_codes < WRONG_CODES:
            return CodeWrong()
        # A QR can't be guessed, so it goes on working.
        for one in self._all:
            one.code = None
        return CodeSpent()

    def _claimed(self, claim: str) -> tuple[_Invitation, _Phone]:
        given = codes.from_text(claim)
        for one in self._all:
            if one.asked is not None and hmac.compare_digest(one.asked.claim, given):
                return one, one.asked
        raise CodeSpent

    def _of(self, invitation: UUID, by: Credential) -> _Invitation:
        self._tidy()
        for one in self._all:
            if one.id == invitation and one.by.member == by.member:
                return one
        raise NotFound

    def _open_of(self, by: Credential) -> list[_Invitation]:
        return [one for one in self._all if one.state == "open" and one.by.member == by.member]

    def _tidy(self) -> None:
        now = self._monotonic()
        self._all = [one for one in self._all if now < one.ends_at + _KEPT_S]
        for one in self._all:
            if now >= one.ends_at and one.state in {"open", "asked", "confirmed"}:
                one.state = "over"


def number(fingerprint: bytes, phone_nonce: bytes, box_nonce: bytes) -> str:
    """The six digits that both screens show. `fingerprint` is the SHA-256 of the box's public key."""
    mixed = b"futureself-box/number/v1" + fingerprint + phone_nonce + box_nonce
    value = int.from_bytes(hashlib.sha256(mixed).digest()[:8], "big")
    return f"{value % 10**6:06}"


def _number(phone: _Phone, nonce: bytes, fingerprint: bytes) -> str:
    if not hmac.compare_digest(hashlib.sha256(nonce).digest(), phone.commitment):
        raise CodeWrong("The phone did not keep to its number.", hint="Ask for a new invitation.")
    return number(fingerprint, nonce, phone.nonce)
