"""The set-up code makes one owner, and is not to be guessed."""

import pytest

from futureself_box.errors import CodeSpent, CodeWrong, TooManyTries
from futureself_box.household.codes import Tries
from futureself_box.household.setup_code import SetUpCode, Shown
from tests.household.clocks import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shown() -> list[Shown | None]:
    return []


@pytest.fixture
def code(clock: Clock, shown: list[Shown | None]) -> SetUpCode:
    made = SetUpCode(shown.append, Tries(clock))
    made.issue()
    return made


def newest(shown: list[Shown | None]) -> Shown:
    assert shown[-1] is not None
    return shown[-1]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


def test_it_works_once_typed_and_then_leaves_the_screen(
    code: SetUpCode, shown: list[Shown | None]
) -> None:
    typed = newest(shown).code
    code.redeem(f" {typed[:4]} {typed[4:]} ", "here")
    assert shown[-1] is None
    with pytest.raises(CodeSpent):
        code.redeem(typed, "here")


def test_it_works_by_the_qr_too(code: SetUpCode, shown: list[Shown | None]) -> None:
    code.redeem(newest(shown).secret, "here")
    with pytest.raises(CodeSpent):
        code.redeem(str(shown[0] and shown[0].code), "here")


def test_the_fifth_wrong_try_replaces_it(code: SetUpCode, shown: list[Shown | None]) -> None:
    wrong = another(newest(shown).code)
    for _ in range(4):
        with pytest.raises(CodeWrong):
            code.redeem(wrong, "here")
    with pytest.raises(CodeSpent, match="new code"):
        code.redeem(wrong, "here")
    assert len(shown) == 2
    code.redeem(newest(shown).code, "here")


def test_wrong_tries_are_limited_to_what_a_person_can_type(
    code: SetUpCode, shown: list[Shown | None], clock: Clock
) -> None:
    for _ in range(10):
        with pytest.raises((CodeWrong, CodeSpent)):
            code.redeem(another(newest(shown).code), "here")
    with pytest.raises(TooManyTries):
        code.redeem(newest(shown).code, "here")
    clock.now += 61
    code.redeem(newest(shown).code, "here")


def test_no_secret_is_printed_by_accident(shown: list[Shown | None], code: SetUpCode) -> None:
    assert newest(shown).code not in repr(shown)
    assert newest(shown).secret not in repr(shown)
