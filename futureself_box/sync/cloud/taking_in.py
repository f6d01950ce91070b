"""Taking revisions over from the cloud, clocks and all.

They were stored there by a box, so they are not stamped again. Where this box, brought back from an old
backup, has another clock for one that phones have sent it anew, the cloud's stays and phones begin
anew. A body may be missing only where the record was erased; a cloud that loses one is damaged.
"""

from collections.abc import Sequence

from futureself_box.errors import CloudDamaged
from futureself_box.records import erasing, revisions
from futureself_box.store.database import Connection
from futureself_box.store.vault import MemberStore
from futureself_box.sync import replicas
from futureself_box.sync.cloud import place, sealing
from futureself_box.sync.cloud.project import Page
from futureself_box.sync.cloud.sealing import Opened, Ring


def unseal(ring: Ring, page: Page) -> list[Opened]:
    """What a page says, what erases first. Raises CloudKeyUnknown or CloudDamaged."""
    return [sealing.unseal(ring, row) for row in (*page.erasing, *page.changes)]


def take_in(store: MemberStore, opened: Sequence[Opened], page: Page) -> int:
    """Take an unsealed page in with its cursor, in one commit; returns how many were new.

    Raises CloudDamaged, with nothing changed.
    """
    attached: set[str] = set()
    found: list[str] = []
    with store.write() as tx:
        was_pushed = place.read(tx).pushed >= place.head(tx)
        for one in opened:
            attached |= erasing.at_stake(tx, one.change)
            found.append(_adopt(tx, one))
        if "redated" in found:
            replicas.renew_epoch(tx)
        if was_pushed:
            # What came from there is there.
            place.note_pushed(tx, place.head(tx))
        place.read_on(tx, cursor=page.cursor, epoch=page.epoch, kept=page.keys)
    if attached or any(one.change.op == "purge" for one in opened):
        erasing.let_go(store, attached)
    return found.count("new")


def _adopt(tx: Connection, one: Opened) -> str:
    change = one.change
    if change.op == "put" and change.body is None:
        shown = revisions.head(tx, change.record)
        if shown is None or shown.op != "purge":
            raise CloudDamaged
    return revisions.adopt(tx, change, device=one.device)
