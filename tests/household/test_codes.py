"""Secrets that let somebody in are not to be guessed."""

import pytest

from futureself_box.errors import CodeWrong, TooManyTries
from futureself_box.household import codes
from futureself_box.household.codes import Tries
from tests.household.clocks import Clock


def test_a_code_is_the_same_however_it_is_typed() -> None:
    assert codes.hashed(" 1234 5678 ") == codes.hashed("12345678")
    assert codes.hashed("12345678") != codes.hashed("12345679")


def test_a_secret_comes_back_from_its_text() -> None:
    secret = codes.new_secret()
    assert codes.from_text(codes.to_text(secret)) == secret
    assert not codes.is_typed(codes.to_text(secret))


@pytest.mark.parametrize("text", ["é", "=", "a b", "\x00"])
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(CodeWrong):
        codes.from_text(text)


def test_one_address_tries_no_faster_than_a_person_types() -> None:
    clock = Clock()
    tries = Tries(clock)
    for _ in range(10):
        tries.check("10.0.0.7", typed=False)
        tries.wrong("10.0.0.7", typed=False)
    with pytest.raises(TooManyTries):
        tries.check("10.0.0.7", typed=False)
    tries.check("10.0.0.8", typed=False)
    clock.now += 61
    tries.check("10.0.0.7", typed=False)


def test_many_addresses_together_type_no_faster_than_one() -> None:
    tries = Tries(Clock())
    for number in range(10):
        tries.wrong(f"10.0.0.{number}", typed=True)
    with pytest.raises(TooManyTries):
        tries.check("10.0.0.99", typed=True)
    tries.check("10.0.0.99", typed=False)
