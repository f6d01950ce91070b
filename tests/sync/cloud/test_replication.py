"""What a member writes lies in the cloud, unreadable, and comes from there again."""

from pathlib import Path
from uuid import uuid4

import pytest

from futureself_box.errors import (
    CloudBoxTooOld,
    CloudDamaged,
    CloudFull,
    CloudKeyUnknown,
    CloudNotPrepared,
    CloudPaused,
    CloudUnreachable,
)
from futureself_box.records import revisions
from futureself_box.records.clock import Clock
from futureself_box.records.revisions import Change
from futureself_box.store.keys import new_key
from futureself_box.sync.cloud import place, sealing
from tests.supabase.project import Double, Project
from tests.sync.cloud.home import Home

pytestmark = pytest.mark.timeout(60)
DAY_MS = 86_400_000


def frontier(home: Home) -> int:
    with home.store.read() as connection:
        return place.frontier(connection)


def waiting(home: Home) -> int:
    with home.store.read() as connection:
        return place.waiting(connection)


def test_what_is_written_is_acknowledged_and_another_box_reads_it(
    home: Home, cloud: Project, tmp_path: Path
) -> None:
    first = home.write("Before.")
    home.write("After.", first.record)
    assert (frontier(home), waiting(home)) == (0, 2)
    assert home.round(cloud) == 0
    assert (frontier(home), waiting(home)) == (2, 0)
    assert emptied(home, cloud) == home_as_seen(home)


def home_as_seen(home: Home) -> list[object]:
    """Everything but the places in this box's own log."""
    return [(one.rev_id, one.op, one.body, one.clock, one.device) for one in home.revisions()]


def emptied(home: Home, cloud: Project) -> list[object]:
    """What comes back into the member's store, once everything in it is gone."""
    with home.store.write() as tx:
        for table in ("head", "superseded", "listing", "tag", "search", "cloud_held", "revision"):
            tx.execute(f"DELETE FROM {table}")  # noqa: S608
    place.begin_epoch(home.store)
    home.round(cloud)
    return home_as_seen(home)


def test_the_cloud_holds_no_word_and_no_name(home: Home, double: Double) -> None:
    canary = uuid4().hex
    written = home.write(f"My secret is {canary}.")
    home.round(double)
    dump = str(double.rows("SELECT * FROM futureself.revision"))
    dump += str(double.rows("SELECT * FROM futureself.member"))
    assert "sheet:" in dump
    for name in (canary, "affirmation", "phone", "Ada", written.rev_id, written.record):
        assert str(name) not in dump
    box = [wrap.sealed for wrap in home.file.wraps if wrap.holder == "box"]
    assert box[0] not in dump


def test_erasing_a_record_erases_its_words_in_the_cloud_also_those_that_come_later(
    home: Home, double: Double
) -> None:
    kept, gone = home.write("Kept."), home.write("Gone.")
    home.round(double)
    late = home.write("Late.", gone.record)
    home.purge(gone.record)
    home.round(double)
    row = sealing.seal(home.key, late)
    assert bodies(double, row.record) == [None] * 3
    assert bodies(double, sealing.seal(home.key, kept).record) != [None]
    assert emptied(home, double) == home_as_seen(home)
    assert {one.body for one in home.revisions() if one.record == gone.record} == {None}


def bodies(double: Double, record: object) -> list[object]:
    rows = double.rows("SELECT body FROM futureself.revision WHERE record = %s", record)
    return [body for (body,) in rows]


def test_a_lost_answer_costs_nothing(home: Home, double: Double) -> None:
    home.write("Once.")
    home.round(double)
    home.write("Twice.")
    double.steer("fault", path="futureself_push", when="after")
    with pytest.raises(CloudUnreachable):
        home.round(double)
    assert frontier(home) == 1
    home.round(double)
    assert frontier(home) == 2
    assert count(double, home) == 2


def count(double: Double, home: Home) -> int:
    rows = double.rows(
        """
        SELECT count(*) FROM futureself.revision
        WHERE member_id = (SELECT id FROM auth.users WHERE email = %s)
        """,
        home.mail,
    )
    return int(rows[0][0])


def test_a_torn_download_changes_nothing_and_is_read_again(home: Home, double: Double) -> None:
    home.write("Whole.")
    home.round(double)
    place.begin_epoch(home.store)
    double.steer("fault", path="futureself_pull", when="torn", times=1)
    assert home.round(double) == 0
    assert waiting(home) == 0


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (540, '{"message": "Project paused"}', CloudPaused),
        (402, '{"message": "exceeded its quota"}', CloudFull),
        (405, '{"code": "25006", "message": "in a read-only transaction"}', CloudFull),
        (500, "<html>Oh dear</html>", CloudUnreachable),
        (404, "<html>Nothing here</html>", CloudNotPrepared),
        (200, "<html>Somebody else</html>", CloudNotPrepared),
        (426, '{"code": "PT426", "message": "too old"}', CloudBoxTooOld),
    ],
)
def test_what_stands_in_the_way_is_named_and_nothing_is_lost(
    home: Home, double: Double, status: int, body: str, problem: type[Exception]
) -> None:
    home.write("Safe.")
    with double.broken("/rest/", status=status, body=body), pytest.raises(problem):
        home.round(double)
    assert waiting(home) == 1
    home.round(double)
    assert waiting(home) == 0


def test_a_project_that_takes_only_newer_rows_is_told(home: Home, double: Double) -> None:
    home.write("Early.")
    home.round(double)
    home.write("Late.")
    double.rows("UPDATE futureself.member SET min_schema = 99")
    with pytest.raises(CloudBoxTooOld):
        home.round(double)
    double.rows("UPDATE futureself.member SET min_schema = 1")
    home.round(double)
    assert waiting(home) == 0


def test_what_is_dated_years_ahead_waits_and_holds_nothing_else_up(
    home: Home, cloud: Project
) -> None:
    home.write("Before.")
    far = dated(home, home.now_ms() + 9 * 365 * DAY_MS)
    dated(home, home.now_ms())
    for _ in range(2):
        home.round(cloud)
        assert (waiting(home), frontier(home)) == (1, 1)
    # The box believes that the day has come, and the project does not.
    home.now_ms = lambda: far + DAY_MS
    home.round(cloud)
    assert (waiting(home), frontier(home)) == (1, 1)


def dated(home: Home, ms: int) -> int:
    change = Change(uuid4(), uuid4(), "note", "put", "{}", clock=Clock(ms << 16))
    with home.store.write() as tx:
        revisions.adopt(tx, change, device="phone")
    return ms


def test_a_project_brought_back_from_a_backup_of_its_own_gets_what_it_lacks(
    home: Home, double: Double
) -> None:
    for number in range(3):
        home.write(f"Number {number}.")
    home.round(double)
    double.rows("DELETE FROM futureself.revision WHERE seq > 1")
    double.rows("UPDATE futureself.member SET seq = 1 WHERE seq > 1")
    home.write("One more.")
    home.round(double)
    assert count(double, home) == 4


def test_another_epoch_begins_anew(home: Home, double: Double) -> None:
    home.write("First.")
    home.round(double)
    double.rows("UPDATE futureself.member SET epoch = gen_random_uuid()")
    home.write("Second.")
    home.round(double)
    assert (count(double, home), waiting(home)) == (2, 0)


def test_a_new_key_seals_everything_anew_and_leaves_nothing_under_the_old_one(
    home: Home, double: Double
) -> None:
    first = home.write("First.")
    home.round(double)
    old = home.file.current
    home.rotate()
    home.write("Second.", first.record)
    with double.broken("futureself_forget_key"), pytest.raises(CloudUnreachable):
        home.round(double)
    assert count(double, home) == 3
    assert emptied(home, double) == home_as_seen(home)
    home.round(double)
    found = double.rows(
        "SELECT key_id FROM futureself.revision WHERE key_id IN (%s, %s)", old, home.file.current
    )
    assert found == [(home.file.current,)] * 2


def test_an_old_backup_gets_from_the_cloud_what_it_lacks_before_anything_is_sent(
    home: Home, cloud: Project
) -> None:
    first = home.write("Backed up.")
    home.round(cloud)
    home.back_up()
    home.write("Since then.", first.record)
    home.write("Also since then.")
    home.round(cloud)
    before = home_as_seen(home)
    home.restore()
    assert len(home.revisions()) == 1
    assert home.round(cloud) == 2
    assert home_as_seen(home) == before
    with home.store.read() as connection:
        shown = revisions.head(connection, first.record)
    assert shown is not None
    assert shown.body == '{"text":"Since then."}'


def test_a_copy_under_a_key_that_this_box_lacks_is_left_alone(home: Home, double: Double) -> None:
    home.write("Old.")
    home.back_up()
    home.rotate()
    home.round(double)
    home.restore()
    home.write("New.")
    with pytest.raises(CloudKeyUnknown):
        home.round(double)
    kept = double.rows(
        "SELECT keys FROM futureself.member WHERE keys LIKE %s", f"%{home.member.id}%"
    )
    assert home.file.current not in kept[0][0].partition('"wraps"')[0]


def test_rows_that_were_tampered_with_change_nothing(home: Home, double: Double) -> None:
    home.write("Mine.")
    home.round(double)
    before = home_as_seen(home)
    place.begin_epoch(home.store)
    double.rows(
        "UPDATE futureself.revision SET clock = clock + 1 WHERE key_id = %s", home.file.current
    )
    with pytest.raises(CloudDamaged):
        home.round(double)
    assert home_as_seen(home) == before


def test_words_that_the_cloud_lost_are_no_erasure(home: Home, double: Double) -> None:
    home.write("Mine.")
    home.round(double)
    double.rows("UPDATE futureself.revision SET body = NULL WHERE key_id = %s", home.file.current)
    before = home_as_seen(home)
    with pytest.raises(CloudDamaged):
        emptied(home, double)
    assert home.revisions() == []
    assert before


def test_keys_are_there_before_the_first_row_and_follow_a_new_sheet(
    home: Home, double: Double
) -> None:
    home.write("Mine.")
    with double.broken("futureself_push"), pytest.raises(CloudUnreachable):
        home.round(double)
    assert kept_keys(double, home) is not None
    home.round(double)
    before = kept_keys(double, home)
    home.make_sheet(new_key()[:20])
    home.round(double)
    assert kept_keys(double, home) != before
    double.rows("UPDATE futureself.member SET keys = 'stolen', profile = ''")
    home.round(double)
    home.round(double)
    assert "sheet:" in str(kept_keys(double, home))


def kept_keys(double: Double, home: Home) -> object:
    query = "SELECT keys FROM futureself.member JOIN auth.users ON id = member_id WHERE email = %s"
    rows = double.rows(query, home.mail)
    return rows[0][0] if rows else None


def test_one_change_costs_the_same_however_long_the_history(home: Home, double: Double) -> None:
    for number in range(60):
        home.write(f"Number {number}.")
    home.round(double)
    home.round(double)
    double.steer("calls")
    home.write("One more.")
    home.round(double)
    calls = [call for call in double.steer("calls") if "/rest/" in call]
    assert calls == ["POST /rest/v1/rpc/futureself_push", "GET /rest/v1/rpc/futureself_pull"]
