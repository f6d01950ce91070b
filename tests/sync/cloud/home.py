"""A household of one whose words go to a Supabase project, without the processes around it."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from futureself_box.household import members
from futureself_box.household.members import Member
from futureself_box.records import revisions, writing
from futureself_box.records.revisions import Revision
from futureself_box.records.writing import Author
from futureself_box.store import backup, keys, restoring, rotation, sheet
from futureself_box.store.vault import MemberStore, Vault
from futureself_box.sync.cloud import account, linking, replication, sealing
from futureself_box.sync.cloud import project as projects
from futureself_box.sync.cloud.account import SignIn, SignUp, Wish
from futureself_box.sync.cloud.replication import Copy
from tests.supabase.project import PASSWORD, Project


class Home:
    """The box's data in a folder, and the one member."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.member = Member(uuid4(), "Ada", "owner", datetime(2026, 11, 25, tzinfo=UTC))
        self.sheet = sheet.new_secret()
        self.mail: str | None = None
        self.now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
        self.vault = Vault(folder / "data", folder / "config")
        self.vault.ensure_member(self.member.id)
        with self.vault.household.write() as tx:
            members.insert(tx, self.member)
        self.make_sheet(self.sheet)

    @property
    def store(self) -> MemberStore:
        return self.vault.member(self.member.id)

    @property
    def file(self) -> keys.KeyFile:
        return keys.read(self.folder / "data" / "members" / f"{self.member.id}.keys")

    @property
    def ring(self) -> sealing.Ring:
        return sealing.ring(self.file, self.vault.unlock(self.file))

    @property
    def key(self) -> sealing.CloudKey:
        return self.ring[self.file.current]

    def make_sheet(self, secret: bytes) -> None:
        self.sheet = secret
        public = sheet.public_key(secret)
        self.vault.prove_sheet(secret[:8].hex(), public, [self.member.id], self._now())

    def write(self, text: str, record: UUID | None = None) -> Revision:
        """A note, or another version of one."""
        author = Author("phone", self.now_ms())
        body = msgspec.json.encode({"text": text}).decode()
        if record is None:
            return writing.create(self.store, "affirmation", body, author)
        return writing.replace(self.store, record, "affirmation", body, author, parent=None)

    def purge(self, record: UUID) -> Revision:
        return writing.purge(self.store, record, Author("phone", self.now_ms()))

    def revisions(self) -> list[Revision]:
        with self.store.read() as connection:
            rows = connection.execute("SELECT * FROM revision ORDER BY rev_id").fetchall()
        return [revisions.read_row(row) for row in rows]

    @asynccontextmanager
    async def copy(self, project: Project) -> AsyncIterator[Copy]:
        async with projects.opened(project.url, project.key) as opened:
            kept = await asyncio.to_thread(lambda: (self.store, self.file, self.ring))
            store, file, ring = kept
            yield Copy(store, opened, file, ring, msgspec.json.encode(self.member), self.now_ms)

    def wish(self, project: Project, wanted: Wish) -> account.Account:
        """Do what the member wishes, as the worker does."""

        async def fulfil() -> None:
            async with self.copy(project) as copy:
                await linking.fulfil(copy)

        account.wish(self.store, wanted)
        asyncio.run(fulfil())
        return account.read(self.store)

    def link(self, project: Project) -> account.Account:
        """With a new account, or again with the one that there is."""
        if self.mail is not None:
            return self.wish(project, SignIn(self.mail, PASSWORD))
        self.mail = project.new_mail()
        return self.wish(project, SignUp(self.mail, PASSWORD))

    def round(self, project: Project) -> int:
        """One round; raises what stops it."""

        async def go() -> int:
            async with self.copy(project) as copy:
                return await replication.replicate(copy)

        return asyncio.run(go())

    def rotate(self) -> None:
        """A new key, as after a compromise."""
        self.vault.close()
        rotation.rotate(self.folder / "data", self.folder / "config", compromised=True)
        self.reopen()

    def back_up(self) -> None:
        """Make the one backup that there is."""
        shutil.rmtree(self.folder / "backups", ignore_errors=True)
        backup.make(self.folder / "data", self.folder / "backups", self.vault.unlock, self._now())

    def restore(self) -> None:
        """Bring the backup back in the place of what there is."""
        self.vault.close()
        (made,) = backup.every(self.folder / "backups")
        restoring.restore(made, self.folder / "data", self.folder / "config", self._now())
        for aside in (self.folder / "data").glob("before-restore-*"):
            shutil.rmtree(aside)
        self.reopen()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)

    def reopen(self) -> None:
        self.vault = Vault(self.folder / "data", self.folder / "config")

    def close(self) -> None:
        self.vault.close()
