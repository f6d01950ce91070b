"""What an examination finds: one sentence for each thing looked at, and what to do about it."""

from datetime import datetime
from typing import Literal

import msgspec

from futureself_box.errors import BoxError
from futureself_box.inference.client import Trouble
from futureself_box.settings import Settings
from futureself_box.store.vault import HouseholdStore

State = Literal["well", "notice", "wrong"]
Mend = Literal[
    "", "close-folders", "clear-leftovers", "back-up-now", "retry-jobs", "renew-certificate"
]


class Finding(msgspec.Struct, frozen=True):
    """How one thing is. `step` is what a person does next, `mend` what the box can do itself.

    `mend` is empty where it can't.
    """

    check: str
    state: State
    sentence: str
    step: str = ""
    mend: Mend = ""


class Patient(msgspec.Struct, frozen=True):
    """A box to be examined, at a time. `engine` is what the inference process says of itself."""

    settings: Settings
    now: datetime
    engine: tuple[Trouble, ...]
    household: HouseholdStore | None = None
    box_key: bytes = b""


def well(check: str, sentence: str) -> Finding:
    """All is well with it."""
    return Finding(check, "well", sentence)


def notice(check: str, sentence: str, step: str, mend: Mend = "") -> Finding:
    """It works, and somebody should know."""
    return Finding(check, "notice", sentence, step, mend)


def wrong(check: str, sentence: str, step: str, mend: Mend = "") -> Finding:
    """It doesn't work."""
    return Finding(check, "wrong", sentence, step, mend)


def of_error(check: str, error: BoxError) -> Finding:
    """An error says itself what happened and what to do."""
    return wrong(check, error.message, error.hint)
