"""What the box shows at its first start, and who comes with it becomes the owner.

It is shown where only the person at the box can read it, as 8 digits to type and as a QR with a
secret. It works until it is used; wrong digits replace it by another.
"""

import hmac
import threading
from collections.abc import Callable

import msgspec

from futureself_box.errors import CodeSpent, CodeWrong
from futureself_box.household import codes
from futureself_box.household.codes import WRONG_CODES, Tries


class Shown(msgspec.Struct, frozen=True):
    """The two forms of one set-up code."""

    code: str
    secret: str

    def __repr__(self) -> str:
        return "Shown(…)"


class SetUpCode:
    """The set-up code, if there is one. `show` is given a new one, or None once it is used."""

    def __init__(self, show: Callable[[Shown | None], None], tries: Tries | None = None) -> None:
        self._show = show
        self._tries = tries or Tries()
        self._lock = threading.Lock()
        self._wrong = 0
        self._open: Shown | None = None

    def issue(self) -> None:
        """Make and show a new one."""
        with self._lock:
            self._issue()

    def replace(self) -> None:
        """The one there is has been seen by somebody else; another takes its place."""
        with self._lock:
            if self._open is not None:
                self._issue()

    def redeem(self, given: str, address: str) -> None:
        """Use it up, by the code or the secret. Raises CodeWrong, CodeSpent or TooManyTries."""
        self._tries.check(address, typed=codes.is_typed(given))
        with self._lock:
            if self._open is None:
                raise CodeSpent
            typed = codes.is_typed(given)
            expected = self._open.code if typed else self._open.secret
            if not hmac.compare_digest(expected.encode(), "".join(given.split()).encode()):
                self._tries.wrong(address, typed=typed)
                if typed:
                    self._count_wrong()
                raise CodeWrong
            self._open = None
            self._show(None)

    def _count_wrong(self) -> None:
        self._wrong += 1
        if self._wrong >= WRONG_CODES:
            self._issue()
            raise CodeSpent(hint="A new code is shown on the box. Type that one.")

    def _issue(self) -> None:
        self._wrong = 0
        self._open = Shown(codes.new_code(), codes.to_text(codes.new_secret()))
        self._show(self._open)
