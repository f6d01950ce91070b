"""What many phones sent, what the box acknowledged, and what then lies on its disk."""

from collections.abc import Collection, Sequence
from typing import TypeVar
from uuid import UUID

import msgspec

from futureself_box.store.vault import MemberStore, Vault

_T = TypeVar("_T", UUID, str)


class Taken(msgspec.Struct, frozen=True, array_like=True):
    """How long something took, and when it was over, in seconds since the load began."""

    what: str
    at: float
    seconds: float


class Ledger(msgspec.Struct):
    """Revisions and photos by member, and times. It grows while the load is played."""

    began: float
    sent: dict[UUID, list[UUID]]
    kept: dict[UUID, list[UUID]]
    photos: dict[UUID, list[str]]
    times: list[Taken] = []
    failures: dict[str, int] = {}
    cuts: int = 0
    answers: int = 0
    tokens: int = 0

    @classmethod
    def of(cls, members: Collection[UUID], began: float) -> "Ledger":
        """An empty one for these members."""
        return cls(
            began,
            sent={member: [] for member in members},
            kept={member: [] for member in members},
            photos={member: [] for member in members},
        )

    def took(self, what: str, begun: float, ended: float) -> None:
        """Note a time; both are of `time.monotonic`."""
        self.times.append(Taken(what, round(ended - self.began, 3), round(ended - begun, 5)))

    def fail(self, what: str) -> None:
        """Note what the box refused."""
        self.failures[what] = self.failures.get(what, 0) + 1


class Account(msgspec.Struct, frozen=True):
    """What was acknowledged, how much of that is not there, and what is there that nobody sent.

    What is there twice is among the last.
    """

    acknowledged: int
    lost: int
    doubled: int

    def __add__(self, other: "Account") -> "Account":
        return Account(
            self.acknowledged + other.acknowledged,
            self.lost + other.lost,
            self.doubled + other.doubled,
        )


def settle(vault: Vault, ledger: Ledger) -> Account:
    """Compare the ledger with a stopped box's stores, revision by revision and photo by photo."""
    account = Account(0, 0, 0)
    for member, kept in ledger.kept.items():
        store = vault.member(member)
        account += compare(ledger.sent[member], kept, _revisions(store))
        photos = ledger.photos[member]
        account += compare(photos, photos, _photos(store))
    return account


def compare(sent: Sequence[_T], kept: Sequence[_T], found: Sequence[_T]) -> Account:
    """One member's account."""
    return Account(
        acknowledged=len(kept),
        lost=len(set(kept) - set(found)),
        doubled=len(found) - len(set(found) & set(sent)),
    )


def _revisions(store: MemberStore) -> list[UUID]:
    """What phones wrote; what the box itself did is no phone's."""
    with store.read() as connection:
        rows = connection.execute("SELECT rev_id FROM revision WHERE device <> 'box'").fetchall()
    return [UUID(row["rev_id"]) for row in rows]


def _photos(store: MemberStore) -> list[str]:
    with store.read() as connection:
        rows = connection.execute("SELECT id FROM attachment WHERE state = 'kept'").fetchall()
    return [row["id"] for row in rows]
