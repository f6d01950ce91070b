"""Certainty about what will happen to the member: one possible future is no prophecy."""

from futureself_box.futureself.languages.lexicon import fold, has, language_of, lexicon


def foretells(sentence: str, language: str) -> bool:
    """Whether a sentence says that something great or terrible will surely happen."""
    words = lexicon(language_of([sentence], language)).forecasts
    folded = fold(sentence)
    return "?" not in sentence and has(words.certain, folded) and has(words.events, folded)
