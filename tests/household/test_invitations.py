"""An invitation lets in the phone that was meant, once, and only after a yes."""

import hashlib
from uuid import UUID, uuid4

import pytest

from futureself_box.errors import (
    BoxError,
    CodeSpent,
    CodeWrong,
    InvitationDoubled,
    NotFound,
    NumberWrong,
)
from futureself_box.household import codes, invitations
from futureself_box.household.devices import Credential, Joined
from futureself_box.household.invitations import INVITATION_S, Claim, Invitations, Issued, Purpose
from tests.household.clocks import Clock

FINGERPRINT = bytes(range(32))
ADA = Credential(member=uuid4(), name="Ada", role="owner", device=uuid4())
BEA = Credential(member=uuid4(), name="Bea", role="adult", device=uuid4())


class Phone:
    """A phone that comes with a secret or a code."""

    def __init__(self, door: Invitations, given: str, address: str = "10.0.0.2") -> None:
        self.door = door
        self.given = given
        self.address = address
        self.nonce = codes.new_secret()
        self.let_in: list[str] = []
        self.commitment = hashlib.sha256(self.nonce).digest()
        self.ask()

    def ask(self) -> None:
        asked = self.door.ask(self.given, "Gran's phone", self.commitment, self.address)
        self.claim_text, self.box_nonce = asked.claim, asked.nonce

    def claim(self) -> Claim:
        return self.door.claim(self.claim_text, self.nonce, FINGERPRINT, self._admit)

    def _admit(self, purpose: Purpose, device: str, by: UUID) -> Joined:
        self.let_in.append(device)
        return Joined("token", by, purpose.name, purpose.role, uuid4())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock) -> Invitations:
    return Invitations(clock)


@pytest.fixture
def gran(door: Invitations) -> Issued:
    return door.issue(Purpose(name="Gran"), ADA)


def say_yes(door: Invitations, invitation: Issued) -> None:
    number = door.see(invitation.id, ADA).number
    assert number is not None
    door.confirm(invitation.id, ADA, number)


@pytest.mark.parametrize("by", ["secret", "code"])
def test_both_screens_show_one_number_and_a_yes_lets_the_phone_in(
    door: Invitations, gran: Issued, by: str
) -> None:
    phone = Phone(door, getattr(gran, by))
    waiting = phone.claim()
    assert waiting.state == "waiting"
    seen = door.see(gran.id, ADA)
    assert (seen.state, seen.number, seen.device_name) == ("asked", waiting.number, "Gran's phone")

    say_yes(door, gran)

    joined = phone.claim()
    assert joined.joined is not None
    assert joined.joined.name == "Gran"
    assert door.see(gran.id, ADA).state == "joined"


def test_a_phone_whose_answers_are_lost_asks_again_and_is_one_device(
    door: Invitations, gran: Issued
) -> None:
    phone = Phone(door, gran.secret)
    phone.ask()
    phone.claim()
    say_yes(door, gran)
    first, again = phone.claim(), phone.claim()
    assert first == again
    assert len(phone.let_in) == 1


def test_nobody_comes_in_before_the_yes(door: Invitations, gran: Issued) -> None:
    phone = Phone(door, gran.secret)
    assert phone.claim().joined is None
    assert phone.let_in == []


def test_a_no_sends_the_phone_away(door: Invitations, gran: Issued) -> None:
    phone = Phone(door, gran.secret)
    phone.claim()
    door.refuse(gran.id, ADA)
    assert phone.claim().state == "refused"
    with pytest.raises(CodeSpent):
        Phone(door, gran.secret)


def test_a_secret_that_comes_from_two_phones_lets_nobody_in(
    door: Invitations, gran: Issued
) -> None:
    thief = Phone(door, gran.secret, "10.0.0.66")
    thief.claim()
    with pytest.raises(InvitationDoubled):
        Phone(door, gran.secret)
    assert thief.claim().state == "doubled"
    assert door.see(gran.id, ADA).state == "doubled"
    with pytest.raises(CodeSpent):
        say_yes(door, gran)


def test_a_thief_who_comes_between_the_yes_and_the_token_spoils_it(
    door: Invitations, gran: Issued
) -> None:
    phone = Phone(door, gran.secret)
    phone.claim()
    say_yes(door, gran)
    with pytest.raises(InvitationDoubled):
        Phone(door, gran.code, "10.0.0.66")
    assert phone.claim().joined is None


def test_a_used_invitation_is_spent(door: Invitations, gran: Issued) -> None:
    phone = Phone(door, gran.secret)
    phone.claim()
    say_yes(door, gran)
    phone.claim()
    for given_again in (gran.secret, gran.code):
        with pytest.raises(CodeSpent):
            Phone(door, given_again)


def test_it_ends_after_five_minutes(door: Invitations, gran: Issued, clock: Clock) -> None:
    phone = Phone(door, gran.secret)
    clock.now += INVITATION_S
    assert phone.claim().state == "over"
    with pytest.raises(CodeSpent):
        Phone(door, gran.secret)


def test_a_yes_in_the_last_second_still_lets_in(
    door: Invitations, gran: Issued, clock: Clock
) -> None:
    phone = Phone(door, gran.secret)
    phone.claim()
    clock.now += INVITATION_S - 1
    say_yes(door, gran)
    clock.now += 5
    assert phone.claim().joined is not None


def test_the_yes_is_for_the_number_that_was_seen(door: Invitations, gran: Issued) -> None:
    phone = Phone(door, gran.secret)
    number = int(str(phone.claim().number))
    with pytest.raises(NumberWrong):
        door.confirm(gran.id, ADA, f"{(number + 1) % 10**6:06}")
    assert phone.claim().state == "waiting"


def test_a_phone_must_show_the_nonce_that_it_promised(door: Invitations, gran: Issued) -> None:
    phone = Phone(door, gran.secret)
    phone.nonce = codes.new_secret()
    with pytest.raises(CodeWrong):
        phone.claim()
    assert door.see(gran.id, ADA).number is None


def test_only_who_invited_follows_and_confirms(door: Invitations, gran: Issued) -> None:
    phone = Phone(door, gran.secret)
    number = str(phone.claim().number)
    for act in (
        lambda: door.see(gran.id, BEA),
        lambda: door.confirm(gran.id, BEA, number),
        lambda: door.refuse(gran.id, BEA),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_fifth_wrong_code_closes_typing_from_wherever_it_comes(
    door: Invitations, gran: Issued
) -> None:
    wrong = f"{(int(gran.code) + 1) % 10**8:08}"
    for number in range(4):
        with pytest.raises(CodeWrong):
            Phone(door, wrong, f"10.0.0.{number}")
    with pytest.raises(CodeSpent):
        Phone(door, wrong, "10.0.0.50")
    with pytest.raises(CodeSpent):
        Phone(door, gran.code)
    assert not door.see(gran.id, ADA).code_works
    assert Phone(door, gran.secret).claim().state == "waiting"


def test_what_came_over_an_open_connection_is_spoilt(door: Invitations, gran: Issued) -> None:
    door.spoil(gran.secret)
    with pytest.raises(CodeSpent):
        Phone(door, gran.secret)


def test_a_newer_invitation_for_the_same_ends_the_older(door: Invitations, gran: Issued) -> None:
    newer = door.issue(Purpose(name="Gran"), ADA)
    with pytest.raises(CodeSpent):
        Phone(door, gran.secret)
    assert Phone(door, newer.secret).claim().state == "waiting"


def test_a_member_has_a_handful_open_at_most(door: Invitations) -> None:
    made = [door.issue(Purpose(name=f"Guest {number}"), ADA) for number in range(20)]
    states = [door.see(one.id, ADA).state for one in made]
    assert states == ["over"] * 12 + ["open"] * 8


def test_no_secret_is_printed_by_accident(gran: Issued) -> None:
    assert gran.secret not in repr(gran)
    assert gran.code not in repr(gran)


def test_the_number_follows_from_the_certificate_and_both_nonces() -> None:
    number = invitations.number(FINGERPRINT, b"phone" * 4, b"box" * 4)
    assert number == invitations.number(FINGERPRINT, b"phone" * 4, b"box" * 4)
    others = {
        invitations.number(bytes(32), b"phone" * 4, b"box" * 4),
        invitations.number(FINGERPRINT, b"other" * 4, b"box" * 4),
        invitations.number(FINGERPRINT, b"phone" * 4, b"new" * 4),
    }
    assert number not in others
    assert len(others) == 3


def test_guessing_never_ends_in_anything_but_a_refusal(door: Invitations, gran: Issued) -> None:
    for number in range(100):
        with pytest.raises(BoxError):
            Phone(door, codes.to_text(codes.new_secret()), f"10.0.{number}.1")
    assert door.see(gran.id, ADA).state == "open"
