"""The tables of `household.db` and of a member's database, as the migrations that make them."""

from futureself_box.store.schema.of_household import household as household
from futureself_box.store.schema.of_member import member as member
