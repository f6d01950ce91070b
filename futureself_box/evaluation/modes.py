"""Whether the choice of a mode follows the situation, and whether the modes differ in what is read.

Each mode answers the same messages. A reply is measured by its length, the questions in it, how
straight it speaks and how warm; whether the modes differ is how much of the replies' variance lies
between them, and how often a reply's mode is told from these four figures alone.
"""

import asyncio
import re
import statistics
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import msgspec

from futureself_box.evaluation import situations, talk
from futureself_box.evaluation.report import Cell, Table, mean
from futureself_box.evaluation.situations import HALVES, Half, Outcome
from futureself_box.evaluation.talk import Ground, Talk
from futureself_box.futureself import wishes
from futureself_box.futureself.guards.sentences import split
from futureself_box.futureself.languages.lexicon import fold, found, has
from futureself_box.futureself.modes.mode import NAMES, ModeName
from futureself_box.records import kinds, writing
from futureself_box.records.kinds import Preference
from futureself_box.records.writing import Author

MEASURES = ("words", "questions", "directness", "warmth")


class Manner(msgspec.Struct, frozen=True):
    """A reply in figures, or the mean of some.

    `directness` is the part of its sentences that turn straight to the reader, `warmth` the warm words
    of a hundred.
    """

    words: float
    questions: float
    directness: float
    warmth: float


class Figures(msgspec.Struct, frozen=True):
    """`fits`: in what part of the situations the mode is the labelled one, by half of the set.

    `differences`: the part of each measure's variance that lies between the modes (eta squared).
    `told_apart`: how often a reply is nearest to the mean of its own mode's others; by chance 0.2.
    """

    fits: dict[str, float]
    situations: int
    manners: dict[str, Manner]
    differences: dict[str, float]
    told_apart: float
    replies: int


class Words(msgspec.Struct, frozen=True):
    """What is said to every mode, and the words of the measures."""

    messages: tuple[str, ...]
    warm: tuple[str, ...]
    soft: tuple[str, ...]
    straight: tuple[str, ...]
    orders: tuple[str, ...]


@cache
def words() -> Words:
    """The set."""
    data = files("futureself_box.evaluation").joinpath("sets/manners.toml").read_bytes()
    return msgspec.toml.decode(data, type=Words)


async def run(ground: Ground) -> Figures:
    """Choose in all situations, and let every mode answer."""
    await asyncio.to_thread(words)  # read once, beside the loop
    outcomes = {half: await asyncio.to_thread(situations.judge, half) for half in HALVES}
    manners = {name: await _manners(ground, name) for name in NAMES}
    return figures(outcomes, manners)


def figures(
    outcomes: Mapping[Half, Outcome], manners: Mapping[ModeName, Sequence[Manner]]
) -> Figures:
    """What the choices and the replies show."""
    return Figures(
        fits={half: round(one.right / one.cases, 3) for half, one in outcomes.items()},
        situations=sum(one.cases for one in outcomes.values()),
        manners={name: _mean(some) for name, some in manners.items()},
        differences={measure: _between(manners, measure) for measure in MEASURES},
        told_apart=_told_apart(manners),
        replies=sum(map(len, manners.values())),
    )


def table(found_out: Figures) -> Table:
    """A row for each mode."""
    rows: list[tuple[Cell, ...]] = [
        (name, *(getattr(manner, measure) for measure in MEASURES))
        for name, manner in found_out.manners.items()
    ]
    between: tuple[Cell, ...] = (
        "part between the modes",
        *(found_out.differences[name] for name in MEASURES),
    )
    fits = ", ".join(f"{value:.2f} of the {half} ones" for half, value in found_out.fits.items())
    return Table(
        title="Modes",
        columns=("mode", *MEASURES),
        rows=(*rows, between),
        bars=MEASURES,
        note=f"The choice fits {fits} of {found_out.situations} situations. A reply's mode is told"
        f" from these figures in {found_out.told_apart:.2f} of {found_out.replies}; by chance in 0.20.",
    )


def measure(reply: str) -> Manner:
    """One reply in figures.

    >>> measure("You keep the phone there. What do you fear?").questions
    1
    """
    sentences = [fold(sentence) for sentence in split(reply)]
    count = len(re.findall(r"\w+", reply))
    return Manner(
        words=count,
        questions=sum("?" in sentence for sentence in sentences),
        directness=mean([float(_is_direct(sentence)) for sentence in sentences]),
        warmth=round(100 * len(found(words().warm, fold(reply))) / max(count, 1), 2),
    )


def _is_direct(folded: str) -> bool:
    if has(words().soft, folded):
        return False
    begins = has(words().orders, " ".join(folded.split()[:2]).partition(",")[0])
    return has(words().straight, folded) or begins


async def _manners(ground: Ground, name: ModeName) -> list[Manner]:
    async with talk.somebody(ground) as somebody:
        await asyncio.to_thread(_choose, somebody, name)
        said = ground.some(words().messages)
        return [measure((await somebody.say_alone(message)).text) for message in said]


def _choose(somebody: Talk, name: ModeName) -> None:
    """As a tap in the app does."""
    wish = msgspec.json.encode(Preference(wishes.MODE, name)).decode()
    record = kinds.preference_id(wishes.MODE)
    writing.create(somebody.store, "preference", wish, Author("phone", 0), record=record)


def _mean(manners: Sequence[Manner]) -> Manner:
    return Manner(*(mean([getattr(one, name) for one in manners]) for name in MEASURES))


def _between(manners: Mapping[ModeName, Sequence[Manner]], measure: str) -> float:
    values = [[getattr(one, measure) for one in some] for some in manners.values()]
    everything = [value for some in values for value in some]
    middle = statistics.fmean(everything)
    whole = sum((value - middle) ** 2 for value in everything)
    between = sum(len(some) * (statistics.fmean(some) - middle) ** 2 for some in values)
    return round(between / whole, 3) if whole else 0.0


def _told_apart(manners: Mapping[ModeName, Sequence[Manner]]) -> float:
    """Nearest mean, each reply left out of its own mode's; every measure in its own deviations."""
    spreads = [
        statistics.pstdev([getattr(one, name) for some in manners.values() for one in some]) or 1.0
        for name in MEASURES
    ]
    placed = {
        mode: [
            [getattr(one, n) / s for n, s in zip(MEASURES, spreads, strict=True)] for one in some
        ]
        for mode, some in manners.items()
    }
    hits = [
        _nearest(
            one, {name: [o for o in others if o is not one] for name, others in placed.items()}
        )
        == mode
        for mode, some in placed.items()
        for one in some
    ]
    return mean([float(hit) for hit in hits])


def _nearest(
    one: Sequence[float], placed: Mapping[ModeName, Sequence[Sequence[float]]]
) -> ModeName:
    def distance(mode: ModeName) -> float:
        middle = [statistics.fmean(axis) for axis in zip(*placed[mode], strict=True)]
        return sum((a - b) ** 2 for a, b in zip(one, middle, strict=True))

    return min((mode for mode in placed if placed[mode]), key=distance)
