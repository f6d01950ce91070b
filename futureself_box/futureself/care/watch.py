"""Care as it runs: assesses what a member wrote, with the head on the embeddings once that is ready.

The head is kept in the data folder and fitted anew, on the side, when the embedding model is another
one. Without it, or where the embedding model is away or slow, the lexicon judges alone. Nothing of what
is assessed, and no verdict, is logged, counted or kept here.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import structlog

from futureself_box.errors import BoxError
from futureself_box.futureself.care import head, reading, recogniser
from futureself_box.futureself.care.head import Head, Opinion
from futureself_box.futureself.care.labelled import Audience, Channel
from futureself_box.futureself.care.lexicon import lexicon
from futureself_box.futureself.care.meaning import Verdict
from futureself_box.inference.client import InferenceClient
from futureself_box.store.files import write_atomically

FILE = "care-head.msgpack"
_PROBE = "hello"
_AT_ONCE = 16
_AGAIN_S = 60.0
_PATIENCE_S = 0.6

log = structlog.get_logger()


class Watch:
    """What assesses; `prepare` makes its head ready beside."""

    def __init__(self, inference: InferenceClient, folder: Path) -> None:
        self._inference = inference
        self._file = folder / FILE
        self._head: Head | None = None

    async def prepare(self) -> None:
        """Read the lexicon, and take or fit the head that belongs to the embedding model."""
        await asyncio.to_thread(lexicon)
        while self._head is None:
            try:
                self._head = await self._ready_head()
            except BoxError as error:
                log.info("care_head_waits", code=error.code)
                await asyncio.sleep(_AGAIN_S)

    async def assess(
        self,
        text: str,
        *,
        context: Sequence[str] = (),
        audience: Audience = "adult",
        channel: Channel = "chat",
    ) -> Verdict:
        """The verdict on a text; always one, also where no model is there."""
        opinions = await self._opinions(text, channel) if self._head is not None else {}
        return await asyncio.to_thread(
            recogniser.assess,
            text,
            context=context,
            audience=audience,
            channel=channel,
            opinions=opinions,
        )

    async def _opinions(self, text: str, channel: Channel) -> Mapping[str, Opinion]:
        sentences = await asyncio.to_thread(reading.read, text)
        pieces = recogniser.pieces(sentences, channel)
        try:
            async with asyncio.timeout(_PATIENCE_S if channel == "chat" else None):
                vectors = await self._embed(pieces)
        except (BoxError, TimeoutError):
            return {}
        judge = self._head.judge if self._head else None
        return {piece: judge(v) for piece, v in zip(pieces, vectors, strict=True)} if judge else {}

    async def _ready_head(self) -> Head:
        name = _name((await self._embed([_PROBE]))[0])
        kept = await asyncio.to_thread(_kept, self._file)
        if kept is not None and kept.model == name:
            return kept
        known = head.examples()
        vectors: list[list[float]] = []
        for at in range(0, len(known), _AT_ONCE):
            # In small groups, so that what a member waits for comes in between.
            vectors += await self._embed([one.text for one in known[at : at + _AT_ONCE]])
        fitted = await asyncio.to_thread(head.fit, name, known, vectors)
        await asyncio.to_thread(write_atomically, self._file, msgspec.msgpack.encode(fitted))
        log.info("care_head_fitted", examples=len(known))
        return fitted

    async def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        return await self._inference.embed(texts) if texts else []


def _name(probe: Sequence[float]) -> str:
    """What a head belongs to: the model, known by how it embeds one word, and the examples."""
    seen = ",".join(f"{x:.2f}" for x in probe)
    return hashlib.sha256(f"{seen} {head.fingerprint()}".encode()).hexdigest()


def _kept(file: Path) -> Head | None:
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=Head)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
