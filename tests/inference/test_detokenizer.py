"""Text that is handed out is certain: whole characters, and nothing of a stop string."""

from hypothesis import given
from hypothesis import strategies as st

from futureself_box.inference.detokenizer import Detokenizer


@given(st.text(), st.integers(1, 5))
def test_no_character_is_ever_split(text: str, size: int) -> None:
    parts = handed_out(text.encode(), size, ())
    assert "".join(parts) == text
    assert all("\ufffd" not in part for part in parts) or "\ufffd" in text


@given(
    st.text("abé", max_size=30),
    st.integers(1, 4),
    st.lists(st.text("abé", min_size=1, max_size=4), min_size=1, max_size=3),
)
def test_a_stop_string_cuts_where_it_first_completes(
    text: str, size: int, stops: list[str]
) -> None:
    out = "".join(handed_out(text.encode(), size, tuple(stops)))
    assert text.startswith(out)
    assert not any(stop in out for stop in stops)
    if not any(stop in text for stop in stops):
        assert out == text


def test_half_a_character_at_the_end_is_dropped() -> None:
    assert "".join(handed_out("é".encode()[:1], 1, ())) == ""


def test_a_space_that_the_vocabulary_adds_is_not_the_models() -> None:
    answer = Detokenizer(drop_space=True)
    assert [answer.feed(piece) for piece in (b"", b" Hello", b" you")] == ["", "Hello", " you"]
    assert Detokenizer(drop_space=True).feed(b"\nHello") == "\nHello"


def handed_out(data: bytes, size: int, stops: tuple[str, ...]) -> list[str]:
    detokenizer = Detokenizer(stops)
    parts = [detokenizer.feed(data[i : i + size]) for i in range(0, len(data), size)]
    return [*parts, detokenizer.finish()]
