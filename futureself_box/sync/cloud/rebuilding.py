"""A lost box, made anew from the cloud and a sheet of paper.

Each member signs in with their own account; the sheet opens their key, and the key what lies there.
All of it is put beside the data first and takes its place in one step (store/restoring.py), so a
download that breaks off changes nothing. What can't be opened is left out and counted; where nothing
can, the key is the wrong one.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime

import msgspec

from futureself_box.errors import CloudDamaged, CloudEmpty
from futureself_box.household import members
from futureself_box.household.members import Member
from futureself_box.records import erasing, filling
from futureself_box.store import keys, schema, sheet, vault
from futureself_box.store.data_folder import BOX, HOUSEHOLD, KEY_FILE, MEMBERS_FOLDER
from futureself_box.store.migrations import migrate
from futureself_box.store.restoring import Replacement
from futureself_box.store.vault import HouseholdStore, MemberStore
from futureself_box.sync.cloud import account, place, replication, sealing, taking_in
from futureself_box.sync.cloud import project as projects
from futureself_box.sync.cloud.account import Session
from futureself_box.sync.cloud.project import Project
from futureself_box.sync.cloud.replication import Copy

_CACHE_KIB = 128 * 1024


class Login(msgspec.Struct, frozen=True):
    """Of one member's account with the project."""

    mail: str
    password: str

    def __repr__(self) -> str:
        return "Login(…)"


class Rebuilt(msgspec.Struct, frozen=True):
    """One member who is back. `attachments` that entries name are not in the cloud; `damaged` versions
    could not be opened.
    """

    member: Member
    versions: int
    attachments: int
    damaged: int


def rebuild(
    url: str,
    key: str,
    logins: Sequence[Login],
    secret: bytes,
    into: Replacement,
    now: Callable[[], datetime],
) -> list[Rebuilt]:
    """Fill an empty folder with the household of these members, by what stands on the sheet.

    Raises CloudEmpty, CloudDamaged, CloudPasswordWrong, SheetUnknown and the like.
    """
    (into.folder / MEMBERS_FOLDER).mkdir(mode=0o700)
    back = asyncio.run(_rebuild(url, key, logins, secret, into, now))
    owned = any(one.member.role == "owner" for one in back)
    if not owned:
        # Somebody has to administer the box; the first to sign in is as good as any.
        first = msgspec.structs.replace(back[0].member, role="owner")
        back[0] = msgspec.structs.replace(back[0], member=first)
    _make_household(into, [one.member for one in back], secret, now())
    return back


async def _rebuild(
    url: str,
    key: str,
    logins: Sequence[Login],
    secret: bytes,
    into: Replacement,
    now: Callable[[], datetime],
) -> list[Rebuilt]:
    async with projects.opened(url, key) as project:
        return [await _bring_back(project, login, secret, into, now) for login in logins]


async def _bring_back(
    project: Project, login: Login, secret: bytes, into: Replacement, now: Callable[[], datetime]
) -> Rebuilt:
    session = await project.sign_in(login.mail, login.password)
    kept = await project.read_keys(session.access_token)
    if kept is None:
        raise CloudEmpty(f"The Supabase project holds no copy of the account {login.mail}.")
    file = keys.decode(kept.keys.encode(), "in the cloud")
    key = keys.open_file_with_sheet(file, secret)
    ring = sealing.ring(file, key)
    profile = sealing.open_profile(ring, kept.profile)
    member = msgspec.json.decode(profile, type=Member)
    opened = await asyncio.to_thread(_open, into, file, key, member)
    with closing(opened) as store:
        link = (login.mail, project.url, session)
        await asyncio.to_thread(_link, store, *link)
        copy = Copy(store, project, file, ring, profile, lambda: int(now().timestamp() * 1000))
        damaged = await _take_all(copy)
        named = await asyncio.to_thread(erasing.named, store)
        with store.read() as connection:
            versions = connection.execute("SELECT count(*) AS n FROM revision").fetchone()["n"]
    return Rebuilt(member, versions, len(named), damaged)


def _open(into: Replacement, file: keys.KeyFile, key: bytes, member: Member) -> MemberStore:
    path = into.folder / MEMBERS_FOLDER / f"{member.id}.keys"
    keys.write(path, file)
    keys.add_holder(path, key, BOX, into.box_key)
    store = vault.open_member(into.folder, member.id, key)
    migrate(store, schema.member)
    with store.maintain() as connection:
        # Random ids touch pages all over the file, and each one read again is decrypted again.
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        # Nothing of it counts before all of it is flushed together (restoring.replacing).
        connection.execute("PRAGMA synchronous = OFF")
    return store


def _link(store: MemberStore, mail: str, project: str, session: Session) -> None:
    with store.write() as tx:
        account.link_in(tx, mail, project, session)


async def _take_all(copy: Copy) -> int:
    damaged, others = 0, set[str]()
    async for page in replication.pages(copy):
        opened = await asyncio.to_thread(taking_in.unseal_what_opens, copy.ring, page)
        damaged += len(page.changes) + len(page.erasing) - len(opened)
        if page.changes and not opened:
            raise CloudDamaged
        others |= {row.key_id for row in page.changes} - {copy.key.key_id}
        await asyncio.to_thread(taking_in.fill, copy.store, opened, page)
    await asyncio.to_thread(filling.finish, copy.store)
    place.begin_key(copy.store, copy.key.key_id, others)
    await asyncio.to_thread(copy.store.check)
    return damaged


def _make_household(
    into: Replacement, everyone: list[Member], secret: bytes, now: datetime
) -> None:
    path, key = into.folder / KEY_FILE, keys.new_key()
    half = (_sheet_id(into, everyone[0]), sheet.public_key(secret))
    keys.create(path, HOUSEHOLD, key, BOX, into.box_key)
    keys.add_sheet(path, key, *half)
    database = keys.derive(key, "database")
    with closing(HouseholdStore(into.folder / f"{HOUSEHOLD}.db", database)) as store:
        migrate(store, schema.household)
        with store.write() as tx:
            for member in everyone:
                members.insert(tx, member)
            vault.note_sheet(tx, *half, now)


def _sheet_id(into: Replacement, member: Member) -> str:
    holders = keys.holders(into.folder / MEMBERS_FOLDER / f"{member.id}.keys")
    sheets = (holder for holder in holders if holder.startswith("sheet:"))
    return next(sheets).partition(":")[2]
