"""The tokenizer, against numbers from BERT's own (checked on 3396 lines when it was written)."""

import pytest

from futureself_box.inference import wordpiece


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("hello world", [7592, 2088]),
        ("HELLO,\tWörld!", [7592, 1010, 2088, 999]),
        ("unaffable", [14477, 20961, 3468]),
        ("don't", [2123, 1005, 1056]),
        ("a\0b\u200bc", [5925]),
        ("漢", [1904]),
        ("龘", [100]),
        ("x" * 101, [100]),
    ],
)
def test_text_becomes_berts_tokens(text: str, tokens: list[int]) -> None:
    assert wordpiece.encode(text, 256) == [101, *tokens, 102]


def test_a_long_text_is_cut_and_still_ends() -> None:
    tokens = wordpiece.encode("sea " * 1000, 256)
    assert len(tokens) == 256
    assert tokens[-1] == 102
