"""Making the household's recovery sheet, and proving that it was written down.

A new sheet opens nothing until the owner has typed one of its lines back. Until then its secret waits
in memory, for an hour; afterwards it is on paper only.
"""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime

import msgspec
import structlog

from futureself_box.errors import NotAllowed, SheetLineWrong, SheetUnknown
from futureself_box.household import members
from futureself_box.household.devices import Credential
from futureself_box.store import sheet
from futureself_box.store.vault import HouseholdStore, Vault

_TO_PROVE_S = 3600

log = structlog.get_logger()


class NewSheet(msgspec.Struct, frozen=True):
    """What to print, and which line (1 is the first) to type back."""

    lines: tuple[str, ...]
    line: int

    def __repr__(self) -> str:
        return "NewSheet(…)"


class _Unproven(msgspec.Struct, frozen=True):
    secret: bytes
    line: int
    ends_at: float


class RecoverySheet:
    """The sheet that is being made, if there is one. `monotonic` is the clock, in seconds."""

    def __init__(self, vault: Vault, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._vault = vault
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._unproven: _Unproven | None = None

    def make(self, who: Credential) -> NewSheet:
        """A new sheet for the owner; one that was not proven is forgotten. Raises NotAllowed."""
        _only_owner(who)
        secret, line = sheet.new_secret(), 1 + secrets.randbelow(sheet.LINES)
        with self._lock:
            self._unproven = _Unproven(secret, line, self._monotonic() + _TO_PROVE_S)
        return NewSheet(sheet.lines(secret), line)

    def prove(self, who: Credential, text: str, now: datetime) -> None:
        """Take the line that was asked for; from now on the sheet opens every key.

        Raises NotAllowed, SheetLineWrong or, where there is none to prove, SheetUnknown.
        """
        _only_owner(who)
        with self._lock:
            unproven = self._unproven
            if unproven is None or self._monotonic() > unproven.ends_at:
                raise SheetUnknown("This sheet has waited too long.", hint="Make a new one.")
            typed = sheet.read_line(unproven.line, text)
            start = (unproven.line - 1) * len(typed)
            if not secrets.compare_digest(unproven.secret[start : start + len(typed)], typed):
                raise SheetLineWrong
            everyone = [member.id for member in members.every(self._vault.household)]
            public_key = sheet.public_key(unproven.secret)
            self._vault.prove_sheet(secrets.token_hex(8), public_key, everyone, now)
            self._unproven = None
        log.info("sheet_proven")


def proven_at(store: HouseholdStore) -> datetime | None:
    """When the sheet in use was proven; None where there is none."""
    with store.read() as connection:
        row = connection.execute("SELECT proven_at FROM sheet").fetchone()
    return None if row is None else datetime.fromisoformat(row["proven_at"])


def _only_owner(who: Credential) -> None:
    if who.role != "owner":
        raise NotAllowed
