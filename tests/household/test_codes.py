"""Codes let in who was meant, once, and are not to be guessed."""

import pytest

from futureself_box.errors import CodeSpent, CodeWrong, TooManyTries
from futureself_box.household.codes import INVITATION_S, Codes, Purpose


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shown() -> list[str | None]:
    return []


@pytest.fixture
def codes(clock: Clock, shown: list[str | None]) -> Codes:
    return Codes(shown.append, clock)


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


def test_a_code_works_once(codes: Codes) -> None:
    code = codes.issue(Purpose(name="Bea"))
    assert codes.redeem(f" {code[:4]} {code[4:]} ") == Purpose(name="Bea")
    with pytest.raises(CodeSpent):
        codes.redeem(code)


def test_an_invitation_ends_after_five_minutes(codes: Codes, clock: Clock) -> None:
    code = codes.issue(Purpose(name="Bea"))
    clock.now += INVITATION_S
    with pytest.raises(CodeSpent):
        codes.redeem(code)


def test_the_fifth_wrong_try_closes_every_code(codes: Codes) -> None:
    code = codes.issue(Purpose(name="Bea"))
    for _ in range(4):
        with pytest.raises(CodeWrong):
            codes.redeem(another(code))
    with pytest.raises(CodeSpent):
        codes.redeem(another(code))
    with pytest.raises(CodeSpent):
        codes.redeem(code)


def test_a_spent_set_up_code_is_replaced_by_one_shown_at_the_box(
    codes: Codes, shown: list[str | None]
) -> None:
    code = codes.issue(Purpose(set_up=True))
    for _ in range(4):
        with pytest.raises(CodeWrong):
            codes.redeem(another(code))
    with pytest.raises(CodeSpent, match="new code"):
        codes.redeem(another(code))
    assert len(shown) == 2
    assert codes.redeem(str(shown[-1])).set_up
    assert shown[-1] is None


def test_a_new_code_for_the_same_purpose_closes_the_older(codes: Codes) -> None:
    older, newer = codes.issue(Purpose(name="Bea")), codes.issue(Purpose(name="Bea"))
    with pytest.raises(CodeWrong):
        codes.redeem(older)
    assert codes.redeem(newer).name == "Bea"


def test_wrong_tries_are_limited_to_what_a_person_can_type(
    codes: Codes, clock: Clock, shown: list[str | None]
) -> None:
    codes.issue(Purpose(set_up=True))
    for _ in range(10):
        with pytest.raises((CodeWrong, CodeSpent)):
            codes.redeem(another(str(shown[-1])))
    with pytest.raises(TooManyTries):
        codes.redeem(str(shown[-1]))
    clock.now += 61
    assert codes.redeem(str(shown[-1])).set_up
