"""The 8-digit codes that let somebody in: the set-up code and invitations.

They live in memory only. A code works once; an invitation for five minutes. Wrong tries can't be
told apart by code, so they count against all that are open: the fifth closes every one of them.
Wrong tries are also limited in time, since a closed set-up code is followed by another.
"""

import hmac
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from futureself_box.errors import CodeSpent, CodeWrong, TooManyTries

INVITATION_S = 300
_DIGITS = 8
_WRONG_TRIES = 5
_WRONG_TRIES_A_MINUTE = 10

CodeText = Annotated[
    str,
    Meta(pattern=r"^\s*(\d\s*){8}$", max_length=32, description="8 digits; spaces are ignored."),
]


class Purpose(msgspec.Struct, frozen=True):
    """What a code lets its user do: set the box up, join as `name`, or add a device of `member`."""

    set_up: bool = False
    name: str = ""
    member: UUID | None = None


class _Open(msgspec.Struct, frozen=True):
    code: str
    purpose: Purpose
    ends_at: float


class Codes:
    """The codes that are open now.

    `show` puts a set-up code where only the person at the box can read it, and takes it away once
    it is used (None); one that wrong tries have closed is replaced. `monotonic` is the clock, in seconds.
    """

    def __init__(
        self, show: Callable[[str | None], None], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._show = show
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._open: list[_Open] = []
        self._wrong = 0
        self._wrong_at: deque[float] = deque(maxlen=_WRONG_TRIES_A_MINUTE)

    def issue(self, purpose: Purpose) -> str:
        """A new code; an older one for the same purpose is closed."""
        with self._lock:
            return self._issue(purpose)

    def redeem(self, text: str) -> Purpose:
        """Use a code up. Raises CodeWrong, CodeSpent or TooManyTries."""
        code = "".join(text.split())
        with self._lock:
            now = self._monotonic()
            if len(self._wrong_at) == _WRONG_TRIES_A_MINUTE and now - self._wrong_at[0] < 60:
                raise TooManyTries
            self._open = [entry for entry in self._open if entry.ends_at > now]
            if not self._open:
                raise CodeSpent
            found = None
            for entry in self._open:
                if hmac.compare_digest(entry.code, code):
                    found = entry
            if found is None:
                self._count_wrong(now)
                raise CodeWrong
            self._open.remove(found)
            self._wrong = 0
            if found.purpose.set_up:
                self._show(None)
            return found.purpose

    def _count_wrong(self, now: float) -> None:
        self._wrong_at.append(now)
        self._wrong += 1
        if self._wrong < _WRONG_TRIES:
            return
        set_up = any(entry.purpose.set_up for entry in self._open)
        self._open.clear()
        if set_up:
            self._issue(Purpose(set_up=True))
            raise CodeSpent(hint="A new code is shown on the box. Type that one.")
        raise CodeSpent

    def _issue(self, purpose: Purpose) -> str:
        code = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
        ends_at = float("inf") if purpose.set_up else self._monotonic() + INVITATION_S
        self._open = [other for other in self._open if other.purpose != purpose]
        self._open.append(_Open(code, purpose, ends_at))
        self._wrong = 0
        if purpose.set_up:
            self._show(code)
        return code
