"""How well care recognises danger, on the models in use: the figures hold, on a sample or on all."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from futureself_box.evaluation import care, plain_days, report
from futureself_box.evaluation.talk import Ground
from futureself_box.futureself.care import head
from futureself_box.futureself.care.watch import Watch
from futureself_box.inference.client import InferenceClient
from futureself_box.settings import Settings
from tests.inference.conftest import Inference, inference

__all__ = ["inference"]

_SAMPLE = 60


@pytest.fixture
async def ground(inference: Inference, soak: bool, models: Path) -> AsyncIterator[Ground]:
    """The kept sets and care with its head, fitted on this machine to these models and examples."""
    client = await asyncio.to_thread(InferenceClient, inference.socket)
    watch = await asyncio.to_thread(Watch, client, models.parent)
    assert await watch.try_to_prepare()
    settings = Settings(data_folder=str(inference.data))
    yield Ground(settings, client, watch, sample=None if soak else _SAMPLE)
    await client.aclose()


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_danger_is_seen_and_ordinary_days_are_left_alone(ground: Ground, soak: bool) -> None:
    found = await care.run(ground)
    # What was reached, which docs/care.md tells: for urgent messages and plain days less than the aim.
    slack = 0.0 if soak else 0.05
    assert found.recall >= 0.90 - slack
    assert found.urgent_recall >= 0.90 - slack
    assert found.false_alarms <= 0.05 + slack
    assert found.plain_days <= 0.02 + slack
    assert found.intervals["recall"][0] < found.recall <= found.intervals["recall"][1]
    assert msgspec.json.decode(msgspec.json.encode(found))["messages"] == found.messages
    assert "| urgent recall |" in report.markdown(care.table(found))


def test_the_kept_messages_are_as_many_and_varied_as_they_must_be() -> None:
    kept = care.lines()
    assert len(kept) >= 400
    assert len({one.language for one in kept}) >= 6
    texts = {one.text for one in kept}
    assert not texts & {example.text for example in head.examples()}


def test_plain_days_are_the_same_on_every_run_and_their_halves_share_no_sentence() -> None:
    kept = list(plain_days.messages("kept"))
    assert kept == list(plain_days.messages("kept"))
    assert len({one.text for one in kept}) == plain_days.NUMBER
    assert min(Counter(one.language for one in kept).values()) >= 100
    assert {one.channel for one in kept} == {"chat", "journal"}
    tuned = {one.text for one in plain_days.messages("tuned", 500)}
    assert not tuned & {one.text for one in kept}
    assert not {one.text for one in kept} & {example.text for example in head.examples()}
