"""Taking revisions over from the cloud, clocks and all.

They were stored there by a box, so they are not stamped again. Where this box, brought back from an old
backup, has another clock for one that phones have sent it anew, the cloud's stays and phones begin
anew. A body may be missing only where the record was erased; a cloud that loses one is damaged.
"""

from collections.abc import Sequence

from futureself_box.errors import CloudDamaged
from futureself_box.records import erasing, filling, revisions
from futureself_box.store.vault import MemberStore
from futureself_box.sync import replicas
from futureself_box.sync.cloud import place, sealing
from futureself_box.sync.cloud.project import Page
from futureself_box.sync.cloud.sealing import Opened, Ring


def unseal(ring: Ring, page: Page) -> list[Opened]:
    """What a page says, what erases first. Raises CloudKeyUnknown or CloudDamaged."""
    opened = [sealing.unseal(ring, row) for row in (*page.erasing, *page.changes)]
    if len(whole(opened)) < len(opened):
        raise CloudDamaged
    return opened


def unseal_what_opens(ring: Ring, page: Page) -> list[Opened]:
    """As `unseal`, without what is damaged."""
    opened = []
    for row in (*page.erasing, *page.changes):
        try:
            opened.append(sealing.unseal(ring, row))
        except CloudDamaged:
            continue
    return whole(opened)


def whole(opened: Sequence[Opened]) -> list[Opened]:
    """Without versions that have lost their words though nobody erased their record."""
    erased = {one.change.record for one in opened if one.change.op == "purge"}
    return [
        one
        for one in opened
        if one.change.op != "put" or one.change.body is not None or one.change.record in erased
    ]


def take_in(store: MemberStore, opened: Sequence[Opened], page: Page) -> int:
    """Take an unsealed page in with its cursor, in one commit; returns how many were new."""
    attached: set[str] = set()
    found: list[str] = []
    with store.write() as tx:
        was_pushed = place.read(tx).pushed >= place.head(tx)
        for one in opened:
            attached |= erasing.at_stake(tx, one.change)
            found.append(revisions.adopt(tx, one.change, device=one.device))
        if "redated" in found:
            replicas.renew_epoch(tx)
        if was_pushed:
            # What came from there is there.
            place.note_pushed(tx, place.head(tx))
        place.read_on(tx, cursor=page.cursor, epoch=page.epoch, kept=page.keys)
    if attached or any(one.change.op == "purge" for one in opened):
        erasing.let_go(store, attached)
    return found.count("new")


def fill(store: MemberStore, opened: Sequence[Opened], page: Page) -> None:
    """As `take_in`, into a store that is only being made; `filling.finish` comes after the last page."""
    with store.write() as tx:
        filling.add(tx, ((one.change, one.device) for one in opened))
        place.note_pushed(tx, place.head(tx))
        place.read_on(tx, cursor=page.cursor, epoch=page.epoch, kept=page.keys)
