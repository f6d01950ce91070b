"""Worker and PostgreSQL killed at any moment while a member writes: box and cloud are equal in the end."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from futureself_box.bench.running_box import Device, RunningBox
from futureself_box.records import revisions
from futureself_box.store import keys
from futureself_box.store.vault import Vault
from futureself_box.sync.cloud import place, sealing
from tests.e2e.test_cloud import caught_up, cloud_of, link, prove_sheet, write
from tests.supabase.project import Double, a_double

pytestmark = [pytest.mark.soak, pytest.mark.timeout(300)]


@pytest.fixture
def own_double() -> Iterator[Double]:
    """A double that may be killed."""
    with a_double() as made:
        yield made


def test_nothing_acknowledged_is_lost_by_kills_of_worker_and_postgres(
    own_double: Double, tmp_path: Path, soak: bool
) -> None:
    box = RunningBox(tmp_path, None, **cloud_of(own_double))
    box.start()
    box.wait_until_up()
    owner = box.set_up()
    prove_sheet(owner)
    mail = own_double.new_mail()
    link(owner, mail)
    made = random.Random(13)  # noqa: S311 (chance, no secret)
    for _ in range(100 if soak else 2):
        with writing(owner):
            time.sleep(made.uniform(0.1, 2.0))
            if made.random() < 0.6:
                own_double.postgres.kill()
            for worker in box.processes("worker"):
                worker.kill()
            own_double.postgres.start_again()
    caught_up(owner)
    box.stop()
    check_equal(box, owner, own_double, mail)


@contextmanager
def writing(owner: Device) -> Iterator[None]:
    """Somebody writes, meanwhile."""
    enough = threading.Event()

    def go() -> None:
        while not enough.is_set():
            write(owner, "The sea.")

    writer = threading.Thread(target=go)
    writer.start()
    yield
    enough.set()
    writer.join()


def check_equal(box: RunningBox, owner: Device, double: Double, mail: str) -> None:
    member = owner.joined.member
    with closing(Vault(box.data, box.config)) as vault:
        store = vault.member(member)
        with store.read() as connection:
            assert place.frontier(connection) == place.head(connection) > 0
        file = keys.read(box.data / "members" / f"{member}.keys")
        ring = sealing.ring(file, vault.unlock(file))
        with store.read() as connection:
            rows = connection.execute("SELECT * FROM revision").fetchall()
        written = [revisions.read_row(row) for row in rows]
        here = {(sealing.seal(ring[file.current], one).rev, one.clock) for one in written}
    query = """
        SELECT rev, clock FROM futureself.revision
        WHERE member_id = (SELECT id FROM auth.users WHERE email = %s)
    """
    assert set(double.rows(query, mail)) == here
