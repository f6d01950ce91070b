"""Which mode answers: the member's word first, then distress, then what they are at."""

import pytest

from futureself_box.futureself import situation
from futureself_box.futureself.languages.lexicon import CODES, fold, has
from futureself_box.futureself.modes.choice import Choice, Given, Wishes, choose
from futureself_box.futureself.modes.mode import NAMES, manners, mode

NOON, NIGHT = 12, 2
START = Given("mentor", "start")


def chosen(
    *messages: str,
    given: tuple[Given, ...] = (),
    wishes: Wishes | None = None,
    child: bool = False,
    hour: int = NOON,
) -> Choice:
    """What answers these messages, newest first."""
    return choose(situation.read(messages, hour=hour), given, wishes or Wishes(), child=child)


def test_every_mode_has_a_whole_file() -> None:
    for name in NAMES:
        one = mode(name)
        assert all((one.title, one.line, one.voice, one.do, one.dont, one.now, one.examples))
        fixed = one.questions if one.asks == "always" else one.instead
        assert set(fixed) == set(CODES)
        assert all("?" in line for some in one.questions.values() for line in some)
        assert not any("?" in line for line in one.instead.values())
        assert set(one.opens) == set(one.marks) <= set(CODES)
        for code, lines in one.opens.items():
            assert all(has(one.marks[code], fold(line)) for line in lines)
    assert all(mode(name).title in manners() for name in NAMES)


def test_a_conversation_begins_with_the_mentor_and_at_night_with_the_companion() -> None:
    assert chosen("Hello.") == Choice("mentor", "start")
    assert chosen("Hello.", hour=NIGHT) == Choice("companion", "night")


def test_the_members_own_choice_wins() -> None:
    wishes = Wishes(chosen="challenger", chosen_ago=1)
    assert chosen("How do I start saving?", wishes=wishes) == Choice("challenger", "chosen")


@pytest.mark.parametrize(
    "message", ["I can't go on.", "My father passed away.", "Ich kann nicht mehr."]
)
def test_distress_and_grief_bring_the_companion_at_once(message: str) -> None:
    just_begun = (Given("challenger", "challenge"),)
    assert chosen(message, given=just_begun).mode == "companion"
    assert chosen(message, wishes=Wishes(chosen="cheerleader", chosen_ago=1)).mode == "companion"


def test_in_distress_a_later_choice_holds_but_never_the_two_that_push() -> None:
    messages = ("What now?", "I can't go on.")
    later = Wishes(chosen="strategist", chosen_ago=1)
    assert chosen(*messages, wishes=later) == Choice("strategist", "chosen")
    for barred in ("challenger", "cheerleader"):
        wishes = Wishes(chosen=barred, chosen_ago=1)
        assert chosen(*messages, wishes=wishes) == Choice("companion", "distress")


def test_a_mode_changes_only_when_something_speaks_clearly_for_another() -> None:
    assert chosen("It rained today.", given=(START,)) == Choice("mentor", "steady")
    assert chosen("How do I start saving?", given=(START,)) == Choice("strategist", "plan")


def test_a_mode_holds_for_four_turns() -> None:
    given: tuple[Given, ...] = (Given("strategist", "plan"),)
    for _ in range(3):
        assert chosen("What have you learned?", given=given) == Choice("strategist", "steady")
        given = (Given("strategist", "steady"), *given)
    assert chosen("What have you learned?", given=given) == Choice("mentor", "meaning")


def test_the_challenger_asks_leave_and_comes_on_a_yes() -> None:
    asks = chosen("I keep putting it off.", given=(START,))
    assert asks == Choice("mentor", "steady", asks_leave=True)
    asked = Given("mentor", "steady", asked_leave=True)
    assert chosen("Yes, go ahead.", given=(asked,)) == Choice("challenger", "leave")
    assert chosen("No, not now.", given=(asked,)).mode == "mentor"
    assert not chosen("I keep putting it off.", given=(asked,)).asks_leave


def test_who_asks_to_be_challenged_is() -> None:
    assert chosen("Challenge me, please.", given=(START,)) == Choice("challenger", "challenge")


def test_a_change_that_was_taken_back_does_not_come_again() -> None:
    wishes = Wishes(declined={"plan": ("strategist",)})
    assert chosen("How do I start saving?", given=(START,), wishes=wishes).mode == "mentor"
    since = (Given("strategist", "steady"), Given("strategist", "plan"), START)
    assert chosen("It rained today.", given=since, wishes=wishes) == Choice("mentor", "steady")


@pytest.mark.parametrize(
    "message", ["I did it! I passed the exam!", "Challenge me.", "I keep putting it off."]
)
def test_a_child_is_neither_cheered_on_nor_challenged(message: str) -> None:
    given = (Given("challenger", "chosen", asked_leave=True),)
    choice = chosen(message, given=given, wishes=Wishes(chosen="cheerleader"), child=True)
    assert choice.mode in {"mentor", "companion", "strategist"}
    assert not choice.asks_leave


def test_low_spirits_are_not_cheered() -> None:
    assert chosen("I passed, but I feel so empty and sad and tired.").mode == "companion"


def test_negations_turn_a_feeling_round() -> None:
    assert situation.read(["I am not happy."], hour=NOON).valence < 0
    assert situation.read(["I'm not sad any more."], hour=NOON).valence > 0
