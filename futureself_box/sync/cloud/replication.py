"""One round of a member's cloud copy: hand over what is new, then read what others wrote.

A round may end anywhere, by a lost answer or a killed process, and the next goes on: rows are known by
their names, cursors move with answers only. Nothing is pushed before the keys are there that open it.
A new key sends everything once more; only then does what lay under the old one go.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import TypeVar

import msgspec

from futureself_box.errors import CloudEpochChanged, CloudRefused, CloudSignInAgain
from futureself_box.records.revisions import Revision
from futureself_box.store import keys
from futureself_box.store.vault import MemberStore
from futureself_box.sync.cloud import account, place, sealing, taking_in
from futureself_box.sync.cloud.account import Session
from futureself_box.sync.cloud.project import Ahead, Kept, Page, Project, Pushed
from futureself_box.sync.cloud.sealing import CloudKey, Ring, Row

T = TypeVar("T")
_EARLY_S = 60


class Copy(msgspec.Struct, frozen=True):
    """A member's copy: their open store and keys, and the project. `now_ms` is the box's time."""

    store: MemberStore
    project: Project
    file: keys.KeyFile
    ring: Ring
    profile: bytes
    now_ms: Callable[[], int]

    @property
    def key(self) -> CloudKey:
        """The key in use."""
        return self.ring[self.file.current]


async def replicate(copy: Copy) -> int:
    """Bring box and cloud together; returns how many revisions came from there.

    Raises a BoxError; what was done until then stays done.
    """
    try:
        return await _replicate(copy)
    except CloudEpochChanged:
        place.begin_epoch(copy.store)
        return await _replicate(copy)


async def authorised(copy: Copy, act: Callable[[str], Awaitable[T]]) -> T:
    """Do something with the member's access token, refreshed where it is over.

    Raises CloudSignInAgain, once the session is over for good.
    """
    session = account.read_session(copy.store, copy.project.url)
    if session.expires_at - _EARLY_S > copy.now_ms() // 1000:
        try:
            return await act(session.access_token)
        except CloudSignInAgain:
            # The project knows best when a token is over, whatever the box's clock says.
            pass
    session = await _refresh(copy, session)
    return await act(session.access_token)


async def pages(copy: Copy) -> AsyncIterator[Page]:
    """Every page that was not read yet; the next is on its way while one is taken in."""
    here = place.find(copy.store)
    coming = asyncio.create_task(_page(copy, here.pulled, here.epoch))
    try:
        more = True
        while more:
            page = await coming
            if page.head < here.seen:
                raise CloudEpochChanged
            more = page.more
            if more:
                coming = asyncio.create_task(_page(copy, page.cursor, page.epoch))
            yield page
    finally:
        coming.cancel()
        await asyncio.wait({coming})


async def _page(copy: Copy, cursor: int, epoch: str | None) -> Page:
    return await authorised(copy, partial(copy.project.pull, cursor=cursor, epoch=epoch))


async def _refresh(copy: Copy, session: Session) -> Session:
    try:
        fresh = await copy.project.refresh(session)
    except CloudSignInAgain:
        account.end_session(copy.store)
        raise
    account.keep_session(copy.store, fresh)
    return fresh


async def _replicate(copy: Copy) -> int:
    taken = 0
    if place.find(copy.store).key_id != copy.key.key_id:
        # What lies there, under an older key or from another box, comes first.
        taken, others = await _pull(copy)
        place.begin_key(copy.store, copy.key.key_id, others)
    await _keep_keys(copy)
    await _push(copy)
    taken += (await _pull(copy))[0]
    await _retire(copy)
    return taken


async def _keep_keys(copy: Copy) -> None:
    file = msgspec.json.encode(keys.for_cloud(copy.file)).decode()
    kept = Kept(file, sealing.seal_profile(copy.key, copy.profile))
    digest = hashlib.sha256(f"{kept.keys}{kept.profile}".encode()).hexdigest()
    if place.find(copy.store).kept != digest:
        await authorised(copy, lambda token: copy.project.keep_keys(token, kept))
        place.keys_kept(copy.store, digest)


async def _push(copy: Copy) -> None:
    held = await asyncio.to_thread(place.held_batch, copy.store, copy.now_ms())
    if held:
        await _push_batch(copy, held)
    while batch := await asyncio.to_thread(place.next_batch, copy.store):
        await _push_batch(copy, batch)


async def _push_batch(copy: Copy, batch: list[Revision]) -> None:
    rows = [sealing.seal(copy.key, revision) for revision in batch]
    sequences = {row.rev: revision.sequence for row, revision in zip(rows, batch, strict=True)}
    held: set[int] = set()
    answer: Pushed | Ahead | None = None
    while rows and not isinstance(answer, Pushed):
        answer = await _hand_over(copy, rows)
        if isinstance(answer, Ahead):
            # All or nothing: without those whose date has not come, the rest is taken.
            held |= {sequences[rev] for rev in answer.revs}
            rows = [row for row in rows if row.rev not in answer.revs]
    acks, epoch = (answer.acks, answer.epoch) if isinstance(answer, Pushed) else ([], None)
    seqs = [ack.seq for ack in acks]
    await asyncio.to_thread(place.settle, copy.store, batch, held, seqs=seqs, epoch=epoch)


async def _hand_over(copy: Copy, rows: list[Row]) -> Pushed | Ahead:
    here = place.find(copy.store)
    names = {row.rev for row in rows}
    answer = await authorised(
        copy,
        lambda token: copy.project.push(token, rows, cursor=here.seen, epoch=here.epoch),
    )
    if isinstance(answer, Ahead):
        is_sound = answer.revs and answer.revs <= names
    else:
        is_sound = {ack.rev for ack in answer.acks} == names
    if not is_sound:
        raise CloudRefused("The Supabase project answered for other versions than were sent.")
    return answer


async def _pull(copy: Copy) -> tuple[int, set[str]]:
    taken, others = 0, set[str]()
    async for page in pages(copy):
        opened = await asyncio.to_thread(taking_in.unseal, copy.ring, page)
        taken += await asyncio.to_thread(taking_in.take_in, copy.store, opened, page)
        others |= {row.key_id for row in page.changes} - {copy.key.key_id}
    return taken, others


async def _retire(copy: Copy) -> None:
    here = place.find(copy.store)
    if not here.retiring or await asyncio.to_thread(place.has_held, copy.store):
        return
    for key_id in here.retiring:
        await authorised(copy, partial(copy.project.forget_key, key_id=key_id))
    place.retired(copy.store)
