"""Conversations come, go, break off and return at random, and each is answered as if it were alone."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from futureself_box.inference.llama import Llama
from futureself_box.inference.pipe import Erase
from tests.inference.engine_room import BATCH, ENGINE, EngineRoom, engine_room, load

pytestmark = [pytest.mark.timeout(300), pytest.mark.soak]

TOKENS = 6
# llama.cpp adds up attention in the order of the cells, which differs where others left gaps. Two
# tokens whose scores lie closer together than this may change places.
ROUNDING = 0.15
OPENING = "You are a kind old sailor who answers in short sentences. " * 3
PEOPLE = ("ada", "bea", "")
SAID = (
    "Tell me about the sea.",
    "Tell me about the sea. And then about the wind, " + "please " * 30,
    "What is a boat? " * 4,
)
STEPS = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(PEOPLE), st.sampled_from(SAID), st.booleans()),
    st.tuples(st.just("ask"), st.sampled_from(PEOPLE), st.sampled_from(SAID), st.booleans()),
    st.tuples(st.just("turn"), st.integers(1, 12)),
    st.tuples(st.just("cancel"), st.integers(0, 5)),
    st.tuples(st.just("park")),
    st.tuples(st.just("erase"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("restart")),
    st.tuples(st.just("tear"), st.integers(0, 4000)),
)


@pytest.fixture(scope="module", params=[True, False], ids=["separate", "pool"])
def model(models: Path, request: pytest.FixtureRequest) -> Llama:
    return load(models, separate=request.param)


@pytest.fixture
def room(model: Llama, tmp_path: Path) -> Iterator[EngineRoom]:
    with engine_room(model, tmp_path) as opened:
        yield opened


def prompt(person: str, said: str) -> tuple[str, ...]:
    return (
        "<|im_start|>user\n",
        OPENING,
        f"\n{person}: ",
        said,
        "<|im_end|>\n<|im_start|>assistant\n",
    )


class Alone:
    """The same answer by a plain loop: each token's bytes, and how narrowly it was chosen."""

    def __init__(self, model: Llama, tokens: list[int]) -> None:
        self._pieces: list[bytes] = []
        self._margins: list[float] = []
        model.forget_all()
        for start in range(0, len(tokens), BATCH):
            part = tokens[start : start + BATCH]
            model.prefill(part, start, last=start + len(part) == len(tokens))
        for position in range(len(tokens), len(tokens) + TOKENS):
            scores = model.scores(-1)
            token = int(scores.argmax())
            second, first = np.partition(scores, -2)[-2:]
            self._pieces.append(b"" if model.ends(token) else model.piece(token))
            self._margins.append(float(first - second))
            if model.ends(token):
                return
            model.step([(token, position, 0)])

    def narrowest(self, text: str) -> float:
        """The margin of the first token that an answer has otherwise; infinite where none is."""
        said = b""
        for piece, margin in zip(self._pieces, self._margins, strict=True):
            said += piece
            if not text.encode().startswith(said) or (not piece and text.encode() != said):
                return margin
        return math.inf if text.encode() == said else 0.0


@pytest.fixture(scope="module")
def alone(model: Llama) -> dict[tuple[str, str], Alone]:
    return {
        (person, said): Alone(model, model.tokenize("".join(prompt(person, said))))
        for person in PEOPLE
        for said in SAID
    }


class Household:
    """Does what the test says, and remembers who asked what."""

    def __init__(self, model: Llama, folder: Path) -> None:
        self._model = model
        self._folder = folder
        self._asked: dict[int, tuple[str, str]] = {}
        self._left: set[int] = set()
        self._erased: set[int] = set()
        self.room = EngineRoom(model, folder)

    def ask(self, person: str, said: str, parks: bool) -> None:
        number = self.room.ask(
            *prompt(person, said),
            max_tokens=TOKENS,
            cache_key=person,
            parking_key=person.encode() * 8 if parks else b"",
            shared_parts=3,
        )
        self._asked[number] = (person, said)

    def turn(self, times: int) -> None:
        self.room.turn(times)

    def cancel(self, back: int) -> None:
        number = max(len(self._asked) - back, 1)
        if number in self._asked and not self.room.over(number):
            self.room.reception.line.cancel(number)
            self._left.add(number)

    def park(self) -> None:
        self.room.cache.park(float("inf"))

    def erase(self, person: str) -> None:
        self.room.reception.take(Erase(0, person))
        self._erased |= {n for n, (who, _) in self._asked.items() if who == person}

    def restart(self) -> None:
        self.check_and_close({})
        self._asked, self._left, self._erased = {}, set(), set()
        self.room = EngineRoom(self._model, self._folder)

    def tear(self, at: int) -> None:
        for file in (self._folder / ENGINE).glob("*"):
            data = bytearray(file.read_bytes())
            data[at % len(data)] ^= 1
            file.write_bytes(data)

    def check_and_close(self, alone: dict[tuple[str, str], Alone]) -> None:
        for number in self._left:
            self.room.heard.pop(number, None)
        if alone:
            self.room.finish()
            for number, asked in self._asked.items():
                if number not in self._left | self._erased:
                    margin = alone[asked].narrowest(self.room.text(number))
                    assert margin == math.inf or margin < ROUNDING
        self.room.close()
        self.room.check_nothing_leaked()


def test_whatever_comes_in_between_each_is_answered_as_if_alone(
    model: Llama,
    alone: dict[tuple[str, str], Alone],
    tmp_path_factory: pytest.TempPathFactory,
    soak: bool,
) -> None:
    @given(st.lists(STEPS, min_size=3, max_size=24))
    @settings(
        max_examples=1000 if soak else 8,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def check(steps: list[tuple[Any, ...]]) -> None:
        folder = tmp_path_factory.mktemp("parked")
        household = Household(model, folder)
        for act, *what in steps:
            getattr(household, act)(*what)
        household.check_and_close(alone)
        assert not list(folder.glob("*/*.part"))
        assert len(list(folder.glob("*/*"))) < len(PEOPLE)

    check()
