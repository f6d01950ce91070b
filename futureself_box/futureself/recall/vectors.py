"""The vectors of the stores that are open, kept in memory as int8: 384 bytes a passage.

A store's vectors are read at its first question and let go when it closes, or when all together
would take more than 200 MB and others were asked later. Whatever is found is looked up in the store
again, so what was erased is never remembered, even where its vector is still here.
"""

import threading
from collections import OrderedDict
from datetime import date

import msgspec
import numpy as np
import numpy.typing as npt

from futureself_box.futureself.recall.passages import REPLY
from futureself_box.store.database import Connection, Database
from futureself_box.store.vault import MemberStore

MOST_BYTES = 200 * 1024 * 1024
_FEW = 20  # passages whose mean says as much about chance as about the writer
_BLOCK = 4096  # rows multiplied at once: as floats they fit into the processor's cache


class Vectors(msgspec.Struct, frozen=True, eq=False):
    """The passages of one store that have a vector, in the order of their ids."""

    model: str
    ids: npt.NDArray[np.int64]
    days: npt.NDArray[np.int32]
    """Ordinals of dates."""
    replies: npt.NDArray[np.bool_]
    rows: npt.NDArray[np.int8]
    lengths: npt.NDArray[np.float32]
    centre: npt.NDArray[np.float32]
    """The mean of all of them, each of length 1."""

    @property
    def size_bytes(self) -> int:
        """What they take in memory."""
        kept = (self.ids, self.days, self.replies, self.rows, self.lengths)
        return sum(array.nbytes for array in kept)

    def nearness(self, question: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """How near each passage is to a question, beyond what it is near to anyhow.

        Some passages are near to every question, and models such as E5 put all vectors into one
        corner; what is common to all passages is taken out of the question first (measured: recall@5
        by vectors alone 0.77, and 0.85 so).
        """
        share = len(self.ids) / (len(self.ids) + _FEW)
        return self.cosines(question - np.float32(share) * self.centre)

    def cosines(self, query: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The product of each passage, as a vector of length 1, with another vector."""
        found = np.empty(len(self.ids), np.float32)
        for start in range(0, len(self.ids), _BLOCK):
            rows = self.rows[start : start + _BLOCK].astype(np.float32)
            np.matmul(rows, query, out=found[start : start + _BLOCK])
        return found / self.lengths

    def between(self, first: int, second: int) -> float:
        """The cosine of two passages, by their places."""
        dot = self.rows[first].astype(np.int32) @ self.rows[second].astype(np.int32)
        return float(dot / (self.lengths[first] * self.lengths[second]))


def nothing(model: str, dimensions: int) -> Vectors:
    """A store before any of its vectors is read."""
    return Vectors(
        model,
        np.empty(0, np.int64),
        np.empty(0, np.int32),
        np.empty(0, np.bool_),
        np.empty((0, dimensions), np.int8),
        np.empty(0, np.float32),
        np.zeros(dimensions, np.float32),
    )


def caught_up(vectors: Vectors, connection: Connection) -> Vectors:
    """With what is new in the store."""
    last = int(vectors.ids[-1]) if len(vectors.ids) else 0
    found = connection.execute(
        "SELECT id, day, kind, vector FROM memory WHERE id > ? AND vector IS NOT NULL ORDER BY id",
        (last,),
    ).fetchall()
    if not found:
        return vectors
    rows = np.frombuffer(b"".join(row["vector"] for row in found), np.int8).reshape(len(found), -1)
    days = [date.fromisoformat(row["day"]).toordinal() for row in found]
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float32))
    total = vectors.centre * len(vectors.ids) + (1 / lengths) @ rows.astype(np.float32)
    return Vectors(
        vectors.model,
        np.append(vectors.ids, np.array([row["id"] for row in found], np.int64)),
        np.append(vectors.days, np.array(days, np.int32)),
        np.append(vectors.replies, np.array([row["kind"] == REPLY for row in found])),
        np.concatenate([vectors.rows, rows]),
        np.append(vectors.lengths, lengths),
        total / (len(vectors.ids) + len(found)),
    )


class Cache:
    """The vectors of all open stores; from any thread."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Database, Vectors] = OrderedDict()

    @property
    def size_bytes(self) -> int:
        """What all of them take."""
        return sum(vectors.size_bytes for vectors in self._kept.values())

    def of(self, store: MemberStore, connection: Connection) -> Vectors | None:
        """A store's vectors as `connection` sees them; None where it has none."""
        model = connection.execute("SELECT name, dimensions FROM memory_model").fetchone()
        if model is None:
            return None
        with self._lock:
            store.at_close(self.drop)
            vectors = self._kept.pop(store, None)
            if vectors is None or vectors.model != model["name"]:
                vectors = nothing(model["name"], model["dimensions"])
            vectors = self._kept[store] = caught_up(vectors, connection)
            while self.size_bytes > self._most_bytes and len(self._kept) > 1:
                self._kept.popitem(last=False)
            return vectors

    def drop(self, store: Database) -> None:
        """Let go of a store's vectors, as when many of them are gone; the next question reads anew."""
        with self._lock:
            self._kept.pop(store, None)


cache = Cache()
"""This process's. Vectors belong to a store, and a store belongs to one member."""
