"""A member asks for an imagined life: a job of the household's, and how it stands."""

from typing import Literal
from uuid import UUID

import msgspec

from futureself_box.futureself.future_memory.outline import LINES
from futureself_box.store import jobs
from futureself_box.store.vault import HouseholdStore

KIND = "future_memory"


class Order(msgspec.Struct, frozen=True):
    """How far a life is: so many of its lines. `problem` is the code of what went wrong last."""

    state: Literal["none", "waiting", "running", "done", "failed"]
    lines: int = 0
    of: int = LINES
    problem: str | None = None


def place(store: HouseholdStore, member: UUID, variation: int, *, now_ms: int) -> Order:
    """Ask for a life; one that is under way is enough."""
    order = standing(store, member)
    if order.state in {"waiting", "running"}:
        return order
    with store.write() as tx:
        jobs.enqueue(tx, KIND, f"{_begins(member)}{variation}:{now_ms}", not_before_ms=now_ms)
    return standing(store, member)


def standing(store: HouseholdStore, member: UUID) -> Order:
    """How the last one stands."""
    with store.read() as connection:
        found = jobs.newest(connection, KIND, _begins(member))
    if found is None:
        return Order("none")
    return Order(found.state, found.progress, problem=found.error)


def read_key(key: str) -> tuple[UUID, int]:
    """Whose life an order is for, and which variation."""
    _, member, variation, _ = key.split(":")
    return UUID(member), int(variation)


def _begins(member: UUID) -> str:
    return f"{KIND}:{member}:"
