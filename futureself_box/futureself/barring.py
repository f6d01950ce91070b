"""What no reply may say, sentence by sentence, and what is said in its place where a model keeps at it."""

from collections.abc import Sequence
from functools import cache
from typing import get_args

from futureself_box.futureself.briefing import Brief
from futureself_box.futureself.care import farewells, replies, words
from futureself_box.futureself.future_memory import people
from futureself_box.futureself.guards import contradictions, forecasts, losses
from futureself_box.futureself.guards.contradictions import Against
from futureself_box.futureself.guards.gate import Check
from futureself_box.futureself.languages.lexicon import lexicon
from futureself_box.futureself.turn import Turn


def checks(brief: Brief, turn: Turn) -> Sequence[Check]:
    """Each says why a sentence is not shown."""
    language = brief.situation.language
    leaves = brief.leaving is not None
    known_words = cache(lambda: people.words_in(brief.told))

    def invents(sentence: str) -> str | None:
        return "loss" if losses.states(sentence, brief.known, language=language) else None

    def foretells(sentence: str) -> str | None:
        return "forecast" if forecasts.foretells(sentence, language) else None

    def contradicts(sentence: str) -> str | None:
        return contradictions.contradicts(sentence, brief.facts, known_words)

    def is_barred(sentence: str) -> str | None:
        return replies.barred(sentence, child=turn.child, farewell=leaves)

    return (invents, foretells, contradicts, is_barred)


def instead(why: str, brief: Brief, turn: Turn) -> str:
    """What answers where nothing of the model's may be shown."""
    language = brief.situation.language
    if brief.leaving:
        said = farewells.language_of(
            turn.said.message.text, words.language_of(turn.said.message.text)
        )
        return words.words(said).farewell
    fixed = replies.instead(why, words.language_of(turn.said.message.text))
    if fixed is not None:
        return fixed
    known = lexicon(language)
    if why == "question":
        return brief.mode.instead.get(language, brief.mode.instead["en"])
    if why in get_args(Against):
        said = str(getattr(known.facts, why))
        return said.format(age=brief.facts.age, year=brief.facts.year)
    return turn.one_of(known.losses.answer if why == "loss" else known.forecasts.answer)
