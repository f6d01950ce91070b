"""What nobody meant to be read: care answers it, in time, and isn't led astray by it."""

import pytest

from futureself_box.futureself.care import reading, recogniser
from futureself_box.futureself.care.meaning import Verdict
from tests.futureself.care import spellings

DANGER = "I want to kill myself."


def assess(text: str, *context: str) -> Verdict:
    return recogniser.assess(reading.read(text), context=context)


@pytest.mark.parametrize("spell", spellings.SPELLINGS)
def test_no_spelling_hides_it(spell: object) -> None:
    assert callable(spell)
    assert assess(spell(DANGER)).tier >= 2, spell(DANGER)


@pytest.mark.parametrize(
    "text",
    [
        "Ich kann nicht mehr, I just want to die, je suis fatigué.",
        "Querido diario, today was bad. Ich will nicht mehr leben. Bonne nuit.",
        "oggi niente di che, ma voglio morire and nobody knows",
    ],
)
def test_mixed_languages_are_read(text: str) -> None:
    assert assess(text).tier >= 2


@pytest.mark.parametrize(
    "text", ["😀😀😀", "👍🏽", "🏳️‍🌈🫠", "❤️‍🔥 🌊", "…", "", " \u200b\u200d\ufeff ", "\x00"]
)
def test_emoji_and_nothing_at_all_are_no_danger(text: str) -> None:
    assert assess(text) == Verdict()


@pytest.mark.parametrize(
    "text",
    [
        "a" * 50_000,
        "a " * 25_000,
        "not " * 12_500,
        "i want to " * 5_000,
        "😀" * 50_000,
        "e\u0301" * 25_000,
        "((((" * 12_500,
        "\n" * 50_000,
    ],
    ids=["a word", "letters", "negations", "beginnings", "emoji", "accents", "brackets", "lines"],
)
def test_50_000_characters_are_read(text: str) -> None:
    assert assess(text[:50_000]).tier <= 1


def test_one_sentence_in_50_000_characters_is_found() -> None:
    plain = "We walked along the river and talked about the garden. " * 450
    assert assess(f"{plain}{DANGER} {plain}").tier >= 2


@pytest.mark.parametrize(
    "text",
    [
        "I'm listening to 'Suicide is Painless' from M*A*S*H on repeat.",
        "The chorus goes 'I wanna die, I wanna die' and the whole stadium sang along.",
        "GG, I killed myself with my own grenade lol, respawn and rush B",
        "My character in the game has to die so that the party gets the amulet.",
        "In the novel the hero says 'I want to die' before the battle.",
    ],
)
def test_songs_games_and_stories_are_no_danger(text: str) -> None:
    assert assess(text) == Verdict()


def test_a_game_is_no_cover_for_what_is_meant() -> None:
    assert assess("I lost the game again. I really want to kill myself, I mean it.").tier >= 2
