"""The country whose helplines the household is shown, as the owner chose it."""

from typing import Annotated

from msgspec import Meta

from futureself_box.store.vault import HouseholdStore

Region = Annotated[
    str, Meta(pattern="^[A-Z]{2}$", description="A country by ISO 3166: two letters.")
]


def get(store: HouseholdStore) -> str | None:
    """The country; None where nobody chose one."""
    with store.read() as connection:
        row = connection.execute("SELECT region FROM care_region").fetchone()
    return row["region"] if row else None


def choose(store: HouseholdStore, region: str) -> None:
    """Choose the country."""
    with store.write() as tx:
        tx.execute(
            """
            INSERT INTO care_region (only, region) VALUES (1, :region)
            ON CONFLICT (only) DO UPDATE SET region = :region
            """,
            {"region": region},
        )
