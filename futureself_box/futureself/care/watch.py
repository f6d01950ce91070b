"""Care as it runs: assesses what a member wrote, with the head on the embeddings once that is ready.

The head is kept in the data folder and fitted anew, on the side, when the embedding model is another
one. Without it, or where the embedding model is away or slow, the lexicon judges alone. Nothing of what
is assessed, and no verdict, is logged, counted or kept here.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import structlog

from futureself_box.errors import BoxError
from futureself_box.futureself.care import head, reading, recogniser, third_reader
from futureself_box.futureself.care.head import Floats, Head, Opinion
from futureself_box.futureself.care.labelled import Audience, Channel
from futureself_box.futureself.care.lexicon import lexicon
from futureself_box.futureself.care.meaning import Verdict
from futureself_box.futureself.care.third_reader import ThirdReader
from futureself_box.inference.client import Embedded, InferenceClient
from futureself_box.store.files import write_atomically

FILE = "care-head.msgpack"
_AT_ONCE = 16
_AGAIN_S = 60.0
_PATIENCE_S = 0.6
_PATIENCE_WITH_MODEL_S: Mapping[Channel, float] = {"chat": 1.5, "journal": 20.0}

log = structlog.get_logger()


class Watch:
    """What assesses; `prepare` makes its head ready beside."""

    def __init__(
        self, inference: InferenceClient, folder: Path, third: ThirdReader | None = None
    ) -> None:
        self._inference = inference
        self._third = third or ThirdReader(inference)
        self._file = folder / FILE
        self._head: Head | None = None

    async def prepare(self) -> None:
        """Read the lexicon, and take or fit the head that belongs to the embedding model."""
        while not await self.try_to_prepare():  # noqa: ASYNC110 - the model may come any time
            await asyncio.sleep(_AGAIN_S)

    async def try_to_prepare(self) -> bool:
        """The same, once; whether the embedding model was there."""
        await asyncio.to_thread(lexicon)
        await asyncio.to_thread(head.fingerprint)
        try:
            self._head = await self._ready_head()
        except BoxError as error:
            log.info("care_head_waits", code=error.code)
        return self._head is not None

    async def assess(
        self,
        text: str,
        *,
        context: Sequence[str] = (),
        audience: Audience = "adult",
        channel: Channel = "chat",
    ) -> Verdict:
        """The verdict on a text; always one, also where no model is there."""
        sentences = await asyncio.to_thread(reading.read, text)
        pieces = recogniser.pieces(sentences, channel)
        opinions = await self._opinions(pieces, channel)
        verdict = await asyncio.to_thread(
            recogniser.assess, sentences, context=context, audience=audience, opinions=opinions
        )
        what = text if len(text) <= third_reader.LONGEST else "\n".join(pieces)
        return await self._third.raise_where(
            verdict, what, within_s=_PATIENCE_WITH_MODEL_S[channel]
        )

    async def _opinions(self, pieces: Sequence[str], channel: Channel) -> Mapping[str, Opinion]:
        """What the head makes of the pieces; of none where its model is away or slow."""
        if self._head is None:
            return {}
        try:
            async with asyncio.timeout(_PATIENCE_S if channel == "chat" else None):
                found: dict[str, Opinion] = {}
                for at in range(0, len(pieces), _AT_ONCE):
                    found |= await self._judge(self._head, pieces[at : at + _AT_ONCE])
                return found
        except (BoxError, TimeoutError):
            return {}

    async def _judge(self, judging: Head, pieces: Sequence[str]) -> Mapping[str, Opinion]:
        # In small groups, so that what a member waits for comes in between.
        embedded = await self._inference.embed(pieces)
        if judging.model != _name(embedded.model):
            return {}
        return dict(zip(pieces, judging.judge(_rows(embedded)), strict=True))

    async def _ready_head(self) -> Head:
        name = _name((await self._inference.embed(["hello"])).model)
        kept = await asyncio.to_thread(_kept, self._file)
        if kept is not None and kept.model == name:
            return kept
        known = await asyncio.to_thread(head.examples)
        rows = []
        for at in range(0, len(known), _AT_ONCE):
            some = [one.text for one in known[at : at + _AT_ONCE]]
            rows.append(_rows(await self._inference.embed(some)))
        fitted = await asyncio.to_thread(head.fit, name, known, np.concatenate(rows))
        await asyncio.to_thread(write_atomically, self._file, msgspec.msgpack.encode(fitted))
        log.info("care_head_fitted", examples=len(known))
        return fitted


def _name(model: str) -> str:
    """What a head belongs to: the model, and the examples it was fitted from."""
    return f"{model} {head.fingerprint()}"


def _rows(embedded: Embedded) -> Floats:
    return np.stack([np.frombuffer(vector, "<f4") for vector in embedded.vectors])


def _kept(file: Path) -> Head | None:
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=Head)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
