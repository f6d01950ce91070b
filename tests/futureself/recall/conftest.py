"""A member's store to write in, and the real embedding model without its process."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

import msgspec
import pytest

from futureself_box.errors import ModelStarting
from futureself_box.futureself.recall import Recalled, index, recall
from futureself_box.inference.client import Embedded, InferenceClient
from futureself_box.inference.e5 import E5
from futureself_box.records import writing
from futureself_box.records.kinds import Entry
from futureself_box.records.writing import Author
from futureself_box.store.vault import MemberStore, Vault

NOW = datetime.fromisoformat("2026-11-25T20:00:00+01:00")
PHONE = Author("phone", round(NOW.timestamp() * 1000))


class Reader(InferenceClient):
    """The client, but the model answers at once and in this process; or is away."""

    _read_before: ClassVar[dict[tuple[str, bool], bytes]] = {}

    def __init__(self, model: E5) -> None:
        super().__init__(Path("/nowhere"))
        self.model = model
        self.name = "multilingual-e5-small"
        self.away = False

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        if self.away:
            raise ModelStarting
        return await asyncio.to_thread(self._read, texts, query)

    def _read(self, texts: Sequence[str], query: bool) -> Embedded:
        for text in texts:
            if (text, query) not in self._read_before:
                (vector,) = self.model.embed([self.model.encode(text, query=query)])
                self._read_before[text, query] = vector.astype("<f4").tobytes()
        return Embedded(self.name, tuple(self._read_before[text, query] for text in texts))


class Memory:
    """One member's store, and the ways in which a test writes and asks."""

    def __init__(self, store: MemberStore, reader: Reader) -> None:
        self.store = store
        self.reader = reader

    def write(self, day: str, text: str, *, record: UUID | None = None, **fields: object) -> UUID:
        """A journal entry of that day, new or in the place of another."""
        moment = datetime.fromisoformat(f"{day}T21:00:00+01:00")
        values: dict[str, object] = {"text": text, "day": moment.date(), "written_at": moment}
        entry = msgspec.json.encode(msgspec.convert(values | fields, Entry)).decode()
        if record is None:
            return writing.create(self.store, "entry", entry, PHONE).record
        return writing.replace(self.store, record, "entry", entry, PHONE, parent=None).record

    async def settle(self) -> None:
        """Let the model read everything, as it does in the background."""
        while await asyncio.to_thread(index.take_in, self.store):
            continue
        while batch := await asyncio.to_thread(index.unread, self.store, 64):
            embedded = await self.reader.embed([one.text for one in batch])
            await asyncio.to_thread(index.keep, self.store, batch, embedded)

    async def ask(self, question: str, at: datetime = NOW) -> Recalled:
        """What is recalled."""
        return await recall(self.store, question, asked_at=at, inference=self.reader, patience_s=60)

    async def records(self, question: str, at: datetime = NOW) -> list[UUID]:
        """The entries that are recalled, the best first."""
        return [passage.record for passage in (await self.ask(question, at)).passages]


@pytest.fixture(scope="session")
def model(models: Path) -> E5:
    return E5(models / "multilingual-e5-small.q4.bin")


@pytest.fixture
def memory(vault: Vault, model: E5) -> Memory:
    member = uuid4()
    vault.ensure_member(member)
    return Memory(vault.member(member), Reader(model))


ORDINARY = (
    ("2024-01-14", "Shovelled snow with the neighbours and drank tea from a flask."),
    ("2024-03-02", "A long meeting about the budget, nothing was decided."),
    ("2024-05-19", "Planted tomatoes and beans behind the shed."),
    ("2024-08-08", "Two weeks by the lake, the children learned to row."),
    ("2024-11-03", "Finished the novel about the lighthouse keeper in one sitting."),
    ("2025-02-09", "Ran eight kilometres in the rain and felt proud of it."),
    ("2025-04-27", "Mother visited, we baked her apple cake and looked at old photographs."),
    ("2025-07-20", "The car broke down on the motorway and we waited for three hours."),
    ("2025-10-12", "Concert in the old church, the cello piece made me cry."),
    ("2026-01-18", "The dentist pulled a wisdom tooth and I talked like a duck all day."),
    ("2026-04-05", "Painted the kitchen yellow, the ceiling too by accident."),
    ("2026-06-21", "Argued with my brother about the house and could not sleep."),
)
"""A journal's ordinary days, so that what is asked about has something to stand out from."""


@pytest.fixture
def journal(memory: Memory) -> Memory:
    for day, text in ORDINARY:
        memory.write(day, text)
    return memory
