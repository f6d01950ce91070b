"""Ordinary messages and entries, by which care must not be alarmed: two thousand, in seven languages.

They are made of sentences written for this, a third of them with words that sound alarming; every
run makes the same ones. Half of the sentences may be looked at for tuning, the other half is kept.
"""

import random
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

import msgspec

from futureself_box.futureself.care.labelled import Channel, Labelled

Half: TypeAlias = Literal["tuned", "kept"]
NUMBER = 2000
_SEED = 20
_ENGLISH = 0.4
_ENTRIES = 0.4
_MOST_SENTENCES: dict[Channel, int] = {"chat": 2, "journal": 7}


class Bank(msgspec.Struct, frozen=True):
    """Sentences of one language, and what goes into their blanks."""

    sentences: tuple[str, ...]
    names: tuple[str, ...]
    places: tuple[str, ...]
    things: tuple[str, ...]
    days: tuple[str, ...]


def messages(half: Half, number: int = NUMBER) -> Iterator[Labelled]:
    """So many messages and entries, no two alike."""
    chance = random.Random(f"{_SEED} {half}")  # noqa: S311 - to be the same on every run
    written: set[str] = set()
    others = [language for language in _banks() if language != "en"]
    while len(written) < number:
        language = "en" if chance.random() < _ENGLISH else chance.choice(others)
        channel: Channel = "journal" if chance.random() < _ENTRIES else "chat"
        text = _text(_banks()[language], half, channel, chance)
        if text not in written:
            written.add(text)
            yield Labelled(text, None, 0, language, channel=channel, kind="plain day")


def _text(bank: Bank, half: Half, channel: Channel, chance: random.Random) -> str:
    mine = bank.sentences[half == "kept" :: 2]
    chosen = chance.sample(mine, chance.randint(1, _MOST_SENTENCES[channel]))
    return " ".join(_filled(sentence, bank, chance) for sentence in chosen)


def _filled(sentence: str, bank: Bank, chance: random.Random) -> str:
    filled = sentence.format(
        name=chance.choice(bank.names),
        place=chance.choice(bank.places),
        thing=chance.choice(bank.things),
        day=chance.choice(bank.days),
    )
    return filled[0].upper() + filled[1:] if sentence.startswith("{") else filled


@cache
def _banks() -> dict[str, Bank]:
    data = files("futureself_box.evaluation").joinpath("sets/care/plain_days.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, Bank])
