"""Letters back as a job: on the letter's day or later, once, and tried again where no model is there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from futureself_box.errors import ModelStarting
from futureself_box.futureself import letters
from futureself_box.household import members
from futureself_box.household.members import Member
from futureself_box.jobs.letter_answers import LetterAnswers
from futureself_box.jobs.run import drain
from futureself_box.records import kinds, revisions, writing
from futureself_box.records.kinds import Letter
from futureself_box.records.writing import Author
from futureself_box.settings import Settings
from futureself_box.store.vault import MemberStore, Vault

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TODAY = NOW.astimezone().date()
PHONE = Author("phone", int(NOW.timestamp() * 1000))
# What care answers needs no model.
HEAVY = "I want to kill myself."


class Desk:
    """A member's letters, and the worker that answers them; no model is there."""

    def __init__(self, vault: Vault, data: Path) -> None:
        member = uuid4()
        with vault.household.write() as tx:
            members.insert(tx, Member(member, "Ada", "adult", NOW, 1991))
        vault.ensure_member(member)
        self.vault = vault
        self.store: MemberStore = vault.member(member)
        self.now = NOW
        self.news: list[UUID] = []
        settings = Settings(data_folder=str(data))
        self.work = LetterAnswers(settings, vault.unlock, lambda: self.now, self.news.append)

    def write(self, text: str = HEAVY, **fields: object) -> UUID:
        values = {"text": text, "written_at": NOW, "answer_by": "future_self"} | fields
        body = msgspec.json.encode(msgspec.convert(values, Letter)).decode()
        return writing.create(self.store, "letter", body, PHONE).record

    def look(self) -> None:
        """What the worker does every minute."""
        self.work.enqueue_due(self.vault.household)
        drain(self.vault.household, self.work.work, lambda: int(self.now.timestamp() * 1000))

    def answers(self) -> list[Letter]:
        shown = revisions.shown(self.store, "letter")
        found = [kinds.decode("letter", revision.body or "") for revision in shown]
        return [letter for letter in found if isinstance(letter, Letter) and letter.answers]

    def standing(self, letter: UUID) -> letters.AnswerOrder:
        return letters.standing(self.vault.household, self.store.member, letter)


@pytest.fixture
def desk(vault: Vault, tmp_path: Path) -> Desk:
    return Desk(vault, tmp_path / "data")


@pytest.mark.parametrize("days", [0, 400])
def test_a_letter_is_answered_on_its_day_or_when_the_box_is_awake_again(
    desk: Desk, days: int
) -> None:
    letter = desk.write(opens_on=TODAY + timedelta(days=3))
    desk.look()
    assert desk.answers() == desk.news == []
    desk.now += timedelta(days=3 + days)
    for _ in range(2):
        desk.look()
    (answer,) = desk.answers()
    assert (answer.answers, answer.by, answer.mode) == (letter, "future_self", "care")
    assert desk.news == [desk.store.member]


def test_an_answer_that_was_thrown_away_or_erased_does_not_come_again(desk: Desk) -> None:
    desk.write(opens_on=TODAY)
    desk.look()
    (answer,) = revisions.shown(desk.store, "letter")[1:]
    writing.discard(desk.store, answer.record, "letter", PHONE)
    desk.look()
    writing.purge(desk.store, answer.record, PHONE)
    desk.now += timedelta(days=1)
    desk.look()
    assert desk.answers() == []


def test_what_the_member_answers_or_has_thrown_away_the_future_self_does_not(desk: Desk) -> None:
    desk.write(answer_by="member", opens_on=TODAY)
    mine = desk.write(opens_on=TODAY)
    desk.write("I am well.", answer_by="member", answers=mine)
    gone = desk.write(opens_on=TODAY)
    writing.discard(desk.store, gone, "letter", PHONE)
    desk.look()
    assert [answer.text for answer in desk.answers()] == ["I am well."]


def test_without_a_model_it_is_tried_again_and_once_more_the_next_day(desk: Desk) -> None:
    letter = desk.write("Do you still sing?", opens_on=TODAY)
    desk.look()
    order = desk.standing(letter)
    assert (order.state, order.problem) == ("waiting", ModelStarting.code)
    while desk.standing(letter).state == "waiting":
        desk.now += timedelta(hours=1)
        desk.look()
    assert desk.standing(letter).state == "failed"
    desk.now += timedelta(days=1)
    desk.look()
    assert desk.standing(letter).state == "waiting"
    assert desk.answers() == []
