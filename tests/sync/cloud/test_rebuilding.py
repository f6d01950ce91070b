"""A box burns, and a new one comes back from the cloud and a sheet of paper."""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from futureself_box.bench import records
from futureself_box.errors import (
    BoxError,
    CloudDamaged,
    CloudEmpty,
    CloudPasswordWrong,
    CloudUnreachable,
    SheetUnknown,
)
from futureself_box.household import devices, members, recovery_sheet
from futureself_box.jobs import from_cloud
from futureself_box.records import archive, writing
from futureself_box.records.writing import Author
from futureself_box.settings import Settings, Supabase
from futureself_box.store import sheet
from futureself_box.store.vault import Vault
from futureself_box.sync import replicas
from futureself_box.sync.cloud import place
from futureself_box.sync.cloud.rebuilding import Login
from tests.records import soundness
from tests.supabase.project import PASSWORD, Double, Project
from tests.sync.cloud.home import Home

pytestmark = pytest.mark.timeout(120)


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def settings_of(folder: Path, cloud: Project) -> Settings:
    return Settings(
        config_folder=str(folder / "config"),
        data_folder=str(folder / "data"),
        supabase=Supabase(cloud.url, cloud.key),
    )


def rebuild(folder: Path, cloud: Project, *homes: Home, secret: bytes | None = None) -> list[str]:
    logins = [Login(str(home.mail), PASSWORD) for home in homes]
    given = homes[0].sheet if secret is None else secret
    loaded = settings_of(folder, cloud)
    return list(from_cloud.restore(loaded, logins, given, now, dry_run=False))


def exported(home: Home) -> bytes:
    return b"".join(archive.export(home.store))


def fill(home: Home) -> UUID:
    """Some of everything; a record that was erased is the answer."""
    for number in range(120):
        home.write(f"Number {number}.")
    first = home.revisions()[0].record
    for number in range(20):
        home.write(f"Again {number}.", first)
    author = Author("phone", home.now_ms())
    thrown, purged = home.write("Thrown away."), home.write("Erased.")
    writing.discard(home.store, thrown.record, "affirmation", author)
    home.write("Erased later.", purged.record)
    home.purge(purged.record)
    return purged.record


def test_a_box_made_anew_has_every_version_byte_for_byte(
    home: Home, cloud: Project, tmp_path: Path
) -> None:
    purged = fill(home)
    home.round(cloud)
    before = exported(home)
    told = rebuild(tmp_path / "new", cloud, home)
    assert told[0] == f"Ada, owner: {len(home.revisions())} versions."
    assert "photos" in told[1]
    vault = Vault(tmp_path / "new" / "data", tmp_path / "new" / "config")
    try:
        store = vault.member(home.member.id)
        assert b"".join(archive.export(store)) == before
        known = soundness.check(store)
        assert {one.body for one in known.values() if one.record == purged} == {None}
        assert members.owner(vault.household) == home.member
        assert recovery_sheet.proven_at(vault.household) is not None
        assert vault.sheet_opens(home.sheet)
        assert devices.of_member(vault.household, home.member.id) == set()
        with store.read() as connection:
            assert place.waiting(connection) == 0
    finally:
        vault.close()


def test_the_new_box_goes_on_with_the_copy_and_sends_nothing_twice(
    home: Home, double: Double
) -> None:
    fill(home)
    home.round(double)
    home.vault.close()
    shutil.rmtree(home.folder / "data")
    (home.folder / "config" / "box.key").unlink()
    rebuild(home.folder, double, home)
    home.reopen()
    double.steer("calls")
    home.write("One more.")
    home.round(double)
    assert double.steer("calls").count("POST /rest/v1/rpc/futureself_push") == 1


def test_a_household_comes_back_whole_and_somebody_owns_it(
    home: Home, cloud: Project, tmp_path: Path
) -> None:
    other = Home(tmp_path / "other")
    other.member = msgspec.structs.replace(other.member, name="Bea", role="adult")
    other.make_sheet(home.sheet)
    other.link(cloud)
    for one in (other, home):
        one.write("Mine.")
        one.round(cloud)
    rebuild(tmp_path / "both", cloud, other, home)
    rebuild(tmp_path / "one", cloud, other)
    other.close()
    assert people(tmp_path / "both") == {("Ada", "owner"), ("Bea", "adult")}
    assert people(tmp_path / "one") == {("Bea", "owner")}


def people(folder: Path) -> set[tuple[str, str]]:
    vault = Vault(folder / "data", folder / "config")
    try:
        return {(member.name, member.role) for member in members.every(vault.household)}
    finally:
        vault.close()


@pytest.mark.parametrize("wrong", ["sheet", "password", "account", "download", "rows"])
def test_what_does_not_open_or_breaks_off_changes_nothing(
    home: Home, double: Double, tmp_path: Path, wrong: str
) -> None:
    fill(home)
    home.round(double)
    folder, secret, expected = tmp_path / "new", home.sheet, refusals()[wrong]
    if wrong == "sheet":
        secret = sheet.new_secret()
    elif wrong == "password":
        double.rows("UPDATE auth.users SET encrypted_password = 'x' WHERE email = %s", home.mail)
    elif wrong == "account":
        double.rows("DELETE FROM futureself.member")
    elif wrong == "download":
        double.steer("fault", path="futureself_pull", status=500, times=99)
    else:
        double.rows("UPDATE futureself.revision SET clock = clock + 1")
    with pytest.raises(expected):
        rebuild(folder, double, home, secret=secret)
    double.heal()
    assert sorted(path.name for path in (folder / "data").iterdir()) == ["run"]
    assert not (folder / "config").exists()


def refusals() -> dict[str, type[BoxError]]:
    return {
        "sheet": SheetUnknown,
        "password": CloudPasswordWrong,
        "account": CloudEmpty,
        "download": CloudUnreachable,
        "rows": CloudDamaged,
    }


def test_what_is_damaged_is_left_out_and_counted(
    home: Home, double: Double, tmp_path: Path
) -> None:
    fill(home)
    home.round(double)
    double.rows("UPDATE futureself.revision SET clock = clock + 1 WHERE seq = 3")
    double.rows("UPDATE futureself.revision SET body = NULL WHERE seq = 4")
    told = rebuild(tmp_path / "new", double, home)
    assert "2 could not be opened" in told[0]


def test_in_the_middle_of_a_new_key_both_come_back(
    home: Home, double: Double, tmp_path: Path
) -> None:
    fill(home)
    home.round(double)
    home.rotate()
    home.write("Since then.")
    with double.broken("futureself_forget_key"), pytest.raises(CloudUnreachable):
        home.round(double)
    before = exported(home)
    rebuild(tmp_path / "new", double, home)
    vault = Vault(tmp_path / "new" / "data", tmp_path / "new" / "config")
    assert b"".join(archive.export(vault.member(home.member.id))) == before
    vault.close()


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_thousands_of_versions_come_back_byte_for_byte_in_good_time(
    home: Home, double: Double, tmp_path: Path, soak: bool
) -> None:
    count = 50_000 if soak else 1000
    for first in range(0, count, 500):
        page = [records.made_up(number) for number in range(first, first + 500)]
        replicas.push(home.store, page, now_ms=home.now_ms())
    begun = time.perf_counter()
    home.round(double)
    sent = time.perf_counter()
    rebuild(tmp_path / "new", double, home)
    back = time.perf_counter()
    rates = round(count / (sent - begun)), round(count / (back - sent))
    print(f"{count} revisions: {rates[0]} a second sent, {rates[1]} a second brought back")  # noqa: T201
    vault = Vault(tmp_path / "new" / "data", tmp_path / "new" / "config")
    assert b"".join(archive.export(vault.member(home.member.id))) == exported(home)
    vault.close()
    # The promise of issue 13, held where the machine does nothing else.
    assert not soak or rates[1] >= 2000
