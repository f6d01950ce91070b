"""What the box is on the network: a short id, its host name and its certificates.

Made at the first start and kept in the encrypted household database, so that a restored box is the one
that the phones know. No private key lies in a plain file.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec

from futureself_box.lan import authority
from futureself_box.lan.authority import Address, Authority
from futureself_box.store.database import Row
from futureself_box.store.vault import HouseholdStore

# No vowels, so no words; nothing that looks like something else.
_LETTERS = "23456789bcdfghjkmnpqrstvwxyz"
_ID_LENGTH = 4


class Identity(msgspec.Struct, frozen=True):
    """The box's id, authority and leaf certificate; PEM."""

    id: str
    authority: Authority
    leaf: str
    leaf_key: str

    @property
    def host_name(self) -> str:
        """The name by which phones find it."""
        return f"futureself-{self.id}.local"

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the public key that the server shows."""
        return authority.fingerprint(self.leaf)

    def __repr__(self) -> str:
        return f"Identity({self.id})"


def load_or_create(store: HouseholdStore, now: datetime) -> Identity:
    """The box's identity; at the first start a new one."""
    with store.read() as connection:
        row = connection.execute("SELECT * FROM identity").fetchone()
    return _read(row) if row is not None else _create(store, now)


def renew(
    store: HouseholdStore, identity: Identity, addresses: Sequence[Address], now: datetime
) -> Identity:
    """The identity with a leaf that covers these addresses for a while; the same one where it does."""
    names = [identity.host_name]
    if not authority.needs_renewal(identity.leaf, names, addresses, now):
        return identity
    leaf = authority.issue_leaf(identity.authority, identity.leaf_key, names, addresses, now)
    with store.write() as tx:
        tx.execute("UPDATE identity SET leaf = :leaf", {"leaf": leaf})
    return msgspec.structs.replace(identity, leaf=leaf)


def _create(store: HouseholdStore, now: datetime) -> Identity:
    box_id = "".join(secrets.choice(_LETTERS) for _ in range(_ID_LENGTH))
    made, leaf_key = authority.new_authority(box_id, now), authority.new_leaf_key()
    identity = Identity(box_id, made, leaf="", leaf_key=leaf_key)
    leaf = authority.issue_leaf(made, leaf_key, [identity.host_name], [], now)
    with store.write() as tx:
        tx.execute(
            """
            INSERT INTO identity (only, id, authority, authority_key, leaf, leaf_key)
            VALUES (1, :id, :authority, :authority_key, :leaf, :leaf_key)
            """,
            {
                "id": box_id,
                "authority": made.certificate_pem,
                "authority_key": made.key_pem,
                "leaf": leaf,
                "leaf_key": leaf_key,
            },
        )
    return msgspec.structs.replace(identity, leaf=leaf)


def _read(row: Row) -> Identity:
    return Identity(
        id=row["id"],
        authority=Authority(row["authority"], row["authority_key"]),
        leaf=row["leaf"],
        leaf_key=row["leaf_key"],
    )
