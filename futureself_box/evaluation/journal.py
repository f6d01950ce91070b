"""A journal of somebody made up, in a store and beside an inference process that both last for a run.

Everything is the product's own: the store, the index, the models in use on this box. Only the folders
are throw-away ones, and nothing of the household is read but its models.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import (
    AbstractContextManager,
    asynccontextmanager,
    closing,
    contextmanager,
    suppress,
)
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import msgspec

from futureself_box.errors import (
    ModelBroken,
    ModelBusy,
    ModelMissing,
    ModelStarting,
    SocketPathTooLong,
)
from futureself_box.futureself.recall import index
from futureself_box.inference.client import Embedded, InferenceClient
from futureself_box.records.kinds import Entry
from futureself_box.records.revisions import Change
from futureself_box.settings import Settings, check_socket_path
from futureself_box.store.vault import MemberStore, Vault
from futureself_box.sync import replicas
from futureself_box.sync.replicas import Pushed

_TOGETHER = 8  # few enough to be read in time on a machine that does other things
_PUSHED = 200
_START_S = 300.0
_LOOK_S = 0.1
_TRIES = 300
_NOT_YET = ("loading", "down")
_T = TypeVar("_T")


class Written(msgspec.Struct, frozen=True):
    """An entry as the files of the sets have it; a mood that isn't 1 to 5 is left aside."""

    id: str
    created_at: str
    text: str
    tags: tuple[str, ...] | None = None
    mood: int | float | str | None = None


class Patient(InferenceClient):
    """A client that asks again where a busy machine was too slow: figures must not depend on that."""

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        """One vector of length 1 for each text. Raises ModelMissing."""
        for _ in range(_TRIES):
            try:
                return await super().embed(texts, query=query)
            except (ModelStarting, ModelBusy):
                await asyncio.sleep(_LOOK_S)
        return await super().embed(texts, query=query)


class Journal(msgspec.Struct, frozen=True):
    """A store with entries in it, and which of its records is which entry."""

    store: MemberStore
    ids: Mapping[UUID, str]


@contextmanager
def apart(settings: Settings) -> Iterator[Settings]:
    """A throw-away data folder with nothing in it but the models in use on this box.

    Raises SocketPathTooLong.
    """
    with tempfile.TemporaryDirectory(prefix="futureself-") as folder:
        (Path(folder) / "models").symlink_to(settings.models_path.absolute())
        moved = msgspec.structs.replace(settings, data_folder=folder)
        if not check_socket_path(moved.inference_socket):
            raise SocketPathTooLong
        yield moved


@asynccontextmanager
async def models(settings: Settings) -> AsyncIterator[InferenceClient]:
    """An inference process on this data folder."""
    process = await _start(settings.data_path)
    asked = Patient(settings.inference_socket)
    try:
        await _ready(asked)
        yield asked
    finally:
        await asked.aclose()
        process.terminate()
        await process.wait()


@asynccontextmanager
async def aside(opened: AbstractContextManager[_T]) -> AsyncIterator[_T]:
    """Something whose opening and closing block, beside the event loop."""
    thing = await asyncio.to_thread(opened.__enter__)
    try:
        yield thing
    finally:
        await asyncio.to_thread(opened.__exit__, None, None, None)


async def speaks(inference: InferenceClient) -> str:
    """Wait until the language model is loaded; its name. Raises ModelMissing or ModelBroken."""
    async with asyncio.timeout(_START_S):
        while (health := await inference.health()).status in _NOT_YET:  # noqa: ASYNC110 - it tells nobody when
            await asyncio.sleep(_LOOK_S)
    if health.status == "model_missing":
        raise ModelMissing
    if health.status == "model_broken":
        raise ModelBroken
    return health.model or ""


@contextmanager
def store() -> Iterator[MemberStore]:
    """An empty store of a member, which goes with its folder."""
    with (
        tempfile.TemporaryDirectory(prefix="futureself-") as folder,
        closing(Vault(Path(folder) / "data", Path(folder) / "config")) as vault,
    ):
        member = uuid4()
        vault.ensure_member(member)
        yield vault.member(member)


def fill(kept: MemberStore, entries: Iterable[Written]) -> Journal:
    """Write entries as a phone does, and take in their words."""
    ids: dict[UUID, str] = {}
    changes: list[Pushed] = []
    for written in entries:
        record = uuid4()
        ids[record] = written.id
        body = msgspec.json.encode(_entry(written)).decode()
        changes.append(Pushed(Change(uuid4(), record, "entry", "put", body), "phone"))
    now_ms = round(datetime.now(UTC).timestamp() * 1000)
    for first in range(0, len(changes), _PUSHED):
        replicas.push(kept, changes[first : first + _PUSHED], now_ms=now_ms)
    while index.take_in(kept):
        continue
    return Journal(kept, ids)


async def embed(kept: MemberStore, inference: InferenceClient) -> None:
    """Make all vectors; none where there is no embedding model."""
    with suppress(ModelMissing):
        while batch := await asyncio.to_thread(index.unread, kept, _TOGETHER):
            embedded = await inference.embed([one.text for one in batch])
            await asyncio.to_thread(index.keep, kept, batch, embedded)


def read_moment(text: str) -> datetime:
    """A time as written; one without a zone is taken as it stands."""
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _entry(written: Written) -> Entry:
    moment = read_moment(written.created_at)
    tags = tuple(tag[:50] for tag in written.tags or () if tag)[:30]
    mood = written.mood if isinstance(written.mood, int) and 1 <= written.mood <= 5 else None
    return Entry(text=written.text, day=moment.date(), written_at=moment, mood=mood, tags=tags)


async def _start(data: Path) -> asyncio.subprocess.Process:
    environment = {
        **os.environ,
        "FUTURESELF_DATA_FOLDER": str(data),
        "FUTURESELF_CONFIG_FOLDER": str(data / "config"),
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "futureself_box.cli",
        "inference",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def _ready(inference: InferenceClient) -> None:
    """Wait until the process answers, also that it has no embedding model: then words must do."""
    async with asyncio.timeout(_START_S):
        with suppress(ModelMissing):
            await inference.embed(["Hello"])
