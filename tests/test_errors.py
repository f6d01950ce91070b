"""The error family: each with a code of its own, a sentence, and what to do."""

from collections.abc import Iterator

from futureself_box import errors
from futureself_box.errors import BoxError


def family(root: type[BoxError] = BoxError) -> Iterator[type[BoxError]]:
    yield root
    for kind in root.__subclasses__():
        yield from family(kind)


def test_codes_are_unique_and_stay_with_their_meaning() -> None:
    codes = [kind.code for kind in family()]
    assert len(set(codes)) == len(codes)
    assert all(kind.__module__.startswith(f"{errors.__name__}.") for kind in family())
    assert all(getattr(errors, kind.__name__) is kind for kind in family())


def test_every_error_says_what_happened_and_what_to_do() -> None:
    for kind in family():
        error = kind()
        assert error.message.endswith("."), kind
        assert error.hint.endswith(".") or ": futureself-box " in error.hint, kind
        assert error.message[0].isupper(), kind
        assert 400 <= error.status < 600, kind
