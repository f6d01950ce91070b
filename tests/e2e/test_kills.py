"""Box and worker killed at any moment while phones sync: nothing acknowledged is lost, all agree."""

import asyncio
import random
from uuid import UUID

import psutil
import pytest

from futureself_box.bench import faults
from futureself_box.bench.running_box import RunningBox
from futureself_box.store.vault import Vault
from tests.e2e.commits import Commits, watched
from tests.e2e.journal_phone import JournalPhone
from tests.records import soundness

pytestmark = [pytest.mark.soak, pytest.mark.timeout(180)]


def test_every_acknowledged_revision_survives_kills_of_box_and_worker(
    silent_box: RunningBox, soak: bool
) -> None:
    owner = silent_box.set_up()
    families = [[owner, owner.invite(), owner.invite()], [bea := owner.invite("Bea"), bea.invite()]]
    made = random.Random(9)  # noqa: S311 (chance, no secret)
    phones: list[JournalPhone] = []
    for devices in families:
        records: list[UUID] = []
        phones += [JournalPhone(device, records, made) for device in devices]
    with watched(silent_box.data / "members") as commits:
        for _ in range(200 if soak else 4):
            owner.call("POST", "/api/backups")
            asyncio.run(load_until_killed(silent_box, phones, commits, made))
            silent_box.wait_until_up()
    asyncio.run(everybody_catches_up(phones))
    silent_box.stop()
    assert faults.check_databases(silent_box) == 3
    check_promises(silent_box, phones)
    silent_box.start()


async def load_until_killed(
    box: RunningBox, phones: list[JournalPhone], commits: Commits, made: random.Random
) -> None:
    writing = [asyncio.create_task(phone.write_until_cut()) for phone in phones]
    (running,), workers = box.processes("box"), box.processes("worker")
    await asyncio.sleep(made.uniform(0.02, 0.5))
    if made.random() < 0.5:
        kill(workers)
    if made.random() < 0.7:
        await asyncio.to_thread(commits.wait_for_one)
    running.kill()
    if made.random() < 0.5:
        kill(workers)
    await asyncio.gather(*writing)


def kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        if process.is_running():
            process.kill()


async def everybody_catches_up(phones: list[JournalPhone]) -> None:
    for _ in range(2):
        for phone in phones:
            await phone.catch_up()


def check_promises(box: RunningBox, phones: list[JournalPhone]) -> None:
    vault = Vault(box.data, box.config)
    try:
        for member in {phone.device.joined.member for phone in phones}:
            known = soundness.check(vault.member(member))
            own = [phone for phone in phones if phone.device.joined.member == member]
            assert set(known) == set().union(*(phone.sent for phone in own))
            for phone in own:
                assert phone.acknowledged
                for rev_id, kept in phone.acknowledged.items():
                    assert (known[rev_id].sequence, known[rev_id].clock) == (
                        kept.sequence,
                        kept.clock,
                    )
                assert shown(phone) == shown(own[0])
    finally:
        vault.close()


def shown(phone: JournalPhone) -> dict[UUID, list[tuple[UUID, str | None, int]]]:
    replica = phone.replica
    return {
        record: [
            (held.change.rev_id, held.change.body, held.clock) for held in replica.leaves(record)
        ]
        for record in {held.change.record for held in replica.held.values()}
    }
