"""What the member wants of the future self's manner: preferences, as any other record."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from futureself_box.futureself.modes.choice import Wishes
from futureself_box.futureself.modes.mode import ModeName
from futureself_box.records import finding, kinds
from futureself_box.records.kinds import Preference
from futureself_box.records.messages import Said
from futureself_box.records.revisions import Revision
from futureself_box.store.vault import MemberStore

MODE = "talk.mode"
"""The mode that the member chose; null to leave it to the box."""
DECLINED = "talk.declined"
"""The changes of mode that the member took back: modes by reason."""

_T = TypeVar("_T")


def read(store: MemberStore, said: Sequence[Said]) -> Wishes:
    """What holds for the newest of these messages, which are the member's own, newest first."""
    chosen, declined = _preference(store, MODE), _preference(store, DECLINED)
    since = 0 if chosen is None else chosen.clock
    return Wishes(
        chosen=_value(chosen, ModeName),
        chosen_ago=sum(1 for one in said if one.clock > since),
        declined=_value(declined, Mapping[str, tuple[str, ...]]) or {},
    )


def _preference(store: MemberStore, name: str) -> Revision | None:
    found = finding.get(store, "preference", kinds.preference_id(name))
    return None if found is None else found.revision


def _value(revision: Revision | None, kind: Any) -> Any:
    """What a preference says; None where it says nothing that this release understands."""
    fields = None if revision is None else kinds.decode("preference", revision.body or "")
    if not isinstance(fields, Preference):
        return None
    try:
        return msgspec.convert(fields.value, kind)
    except msgspec.ValidationError:
        return None
