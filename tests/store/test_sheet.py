"""What stands on paper comes back from the paper, slips of the pen included."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from futureself_box.errors import SheetLineWrong, SheetUnknown
from futureself_box.store import sheet

SECRETS = st.binary(min_size=20, max_size=20)


@given(SECRETS)
def test_every_sheet_can_be_typed_back(secret: bytes) -> None:
    assert sheet.read(sheet.lines(secret)) == secret


@given(SECRETS, st.integers(0, 8), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_wrong_letter_shows(secret: bytes, at: int, letter: str) -> None:
    line = sheet.lines(secret)[0].replace(" ", "")
    # 0 and Z check alike: 31 is the largest prime below 32.
    assume(line[at] != letter and {line[at], letter} != {"0", "Z"})
    with pytest.raises(SheetLineWrong):
        sheet.read_line(1, line[:at] + letter + line[at + 1 :])


@given(SECRETS, st.integers(0, 6))
def test_swapped_letters_show(secret: bytes, at: int) -> None:
    line = sheet.lines(secret)[0].replace(" ", "")
    first, second = line[at], line[at + 1]
    assume(first != second and {first, second} != {"0", "Z"})
    with pytest.raises(SheetLineWrong):
        sheet.read_line(1, line[:at] + second + first + line[at + 2 :])


def test_case_spaces_and_look_alikes_are_forgiven() -> None:
    assert sheet.read_line(1, " ooo-OOO ool ") == bytes(5)
    assert sheet.read_line(1, "000000001") == sheet.read_line(1, "OOO OOO OOi")


def test_a_line_of_another_place_is_not_taken() -> None:
    lines = sheet.lines(bytes(20))
    with pytest.raises(SheetLineWrong):
        sheet.read_line(2, lines[0])


@given(SECRETS, SECRETS)
def test_a_key_opens_by_its_own_sheet_only(secret: bytes, other: bytes) -> None:
    sealed = sheet.seal(sheet.public_key(secret), b"k" * 32, b"household")
    assert sheet.unseal(secret, sealed, b"household") == b"k" * 32
    with pytest.raises(SheetUnknown):
        sheet.unseal(secret, sealed, b"somebody else")
    if other != secret:
        with pytest.raises(SheetUnknown):
            sheet.unseal(other, sealed, b"household")
