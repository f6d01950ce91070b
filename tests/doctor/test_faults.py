"""Faults are put into a box one at a time; each is found, and mended or explained."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import psutil
import pytest

from futureself_box.bench.running_box import free_port
from futureself_box.doctor import examination
from futureself_box.doctor.findings import Finding
from futureself_box.errors import CloudNotAllowed
from futureself_box.household import backups, members
from futureself_box.household.members import Member
from futureself_box.inference import catalogue, checkup, weights
from futureself_box.inference.client import NOT_RUNNING, Trouble
from futureself_box.lan import identity, interfaces
from futureself_box.settings import Box, Inference, Lan, Settings, Supabase
from futureself_box.store import jobs
from futureself_box.store.data_folder import hold_alone
from futureself_box.store.vault import Vault
from futureself_box.sync.cloud import outcomes

pytestmark = pytest.mark.timeout(60)

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


class House:
    """A household on the disk that nothing runs on, and what can be done to it."""

    def __init__(self, folder: Path) -> None:
        (folder / "data").mkdir(mode=0o700)
        self.settings = Settings(
            data_folder=str(folder / "data"),
            config_folder=str(folder / "config"),
            box=Box(port=free_port()),
        )
        self.now = NOW
        self.engine: tuple[Trouble, ...] = ()
        with self.vault() as vault:
            self.member = uuid4()
            with vault.household.write() as tx:
                members.insert(tx, Member(self.member, "Ada", "owner", NOW))
            vault.ensure_member(self.member)
            made = identity.load_or_create(vault.household, NOW)
            identity.renew(vault.household, made, interfaces.addresses(), NOW)
            backups.note(vault.household, "backup", NOW, name="first")

    @contextmanager
    def vault(self) -> Iterator[Vault]:
        vault = Vault(self.settings.data_path, self.settings.config_path)
        try:
            yield vault
        finally:
            vault.close()

    def path(self, name: str) -> Path:
        return self.settings.data_path / name.format(member=self.member)

    def findings(self) -> list[Finding]:
        report = examination.examine(self.settings, self.now, self.engine)
        return [finding for finding in report.findings if finding.state != "well"]

    def sick(self) -> set[Finding]:
        """What is wrong beside that nothing runs and that there is no paper."""
        always = {"app", "worker", "recovery sheet", "clock"} - {self.looks_at}
        return {finding for finding in self.findings() if finding.check not in always}

    looks_at = ""


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def stuck_cloud(house: House) -> None:
    with house.vault() as vault:
        error = CloudNotAllowed("The project refuses the box.")
        outcomes.note(vault.household, house.member, NOW, waiting=3, error=error)
    setting(supabase=Supabase(url="https://example.supabase.co", key="x"))(house)


def torn(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    path.write_bytes(data)


def with_household(act: Callable[[Vault], object]) -> Callable[[House], None]:
    def do(house: House) -> None:
        with house.vault() as vault:
            act(vault)

    return do


def setting(**changes: object) -> Callable[[House], None]:
    def do(house: House) -> None:
        house.settings = msgspec.structs.replace(house.settings, **changes)

    return do


def newer_release(vault: Vault) -> None:
    with vault.household.maintain() as connection:
        connection.execute("PRAGMA user_version = 99")


def given_up(vault: Vault) -> None:
    with vault.household.write() as tx:
        jobs.enqueue(tx, "drill", "drill:1", not_before_ms=0)
        tx.execute("UPDATE job SET state = 'failed', attempts = 8")


def no_backup(vault: Vault) -> None:
    with vault.household.write() as tx:
        tx.execute("DELETE FROM backup_outcome")


def half_a_model(house: House) -> None:
    part = house.settings.models_path / ".parts" / "of-something"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(5_000_000))


def another_box_key(house: House) -> None:
    key = house.settings.config_path / "box.key"
    other = key.with_name("other")
    shutil.move(key, other)
    Vault(house.settings.data_path.parent / "other", house.settings.config_path).close()
    other.unlink()


def later(**delta: int) -> Callable[[House], None]:
    def do(house: House) -> None:
        house.now = NOW + timedelta(**delta)

    return do


def engine_down(house: House) -> None:
    house.engine = (NOT_RUNNING,)


def clock_in_1970(house: House) -> None:
    house.now, house.looks_at = datetime(1970, 1, 2, tzinfo=UTC), "clock"


def failed_backup(vault: Vault) -> None:
    backups.note(vault.household, "backup", NOW, problem="The disk is full.")


FAULTS: dict[str, tuple[Callable[[House], object], str, str]] = {
    "clock in 1970": (clock_in_1970, "clock", "can't be"),
    "half a model": (half_a_model, "disk", "never fetched to its end takes 5 MB"),
    "open folder": (lambda h: h.path("").chmod(0o755), "folders", "can look into"),
    "box key lost": (lambda h: (h.settings.config_path / "box.key").unlink(), "keys", "is missing"),
    "box key torn": (lambda h: torn(h.settings.config_path / "box.key"), "keys", "is damaged"),
    "another box's key": (another_box_key, "keys", "does not open"),
    "household keys lost": (lambda h: h.path("household.keys").unlink(), "keys", "is missing"),
    "member keys torn": (
        lambda h: torn(h.path("members/{member}.keys")),
        "databases",
        "missing or damaged",
    ),
    "member keys lost": (
        lambda h: h.path("members/{member}.keys").unlink(),
        "databases",
        "key file",
    ),
    "member database torn": (lambda h: torn(h.path("members/{member}.db")), "databases", "damaged"),
    "member database lost": (
        lambda h: h.path("members/{member}.db").unlink(),
        "databases",
        "missing",
    ),
    "household torn": (lambda h: torn(h.path("household.db")), "databases", "damaged"),
    "newer release": (with_household(newer_release), "databases", "newer release"),
    "no network": (setting(lan=Lan(interfaces="nowhere0")), "network", "on no home network"),
    "phones shut out": (setting(lan=Lan(enabled=False)), "network", "may not connect"),
    "certificate ended": (later(days=800), "certificates", "ends soon"),
    "job given up": (with_household(given_up), "jobs", "given up after many tries: drill"),
    "backup failed": (with_household(failed_backup), "backups", "The disk is full."),
    "no backup": (
        lambda h: (with_household(no_backup)(h), later(days=3)(h)),
        "backups",
        "No backup was ever made",
    ),
    "backup overdue": (later(days=9), "backups", "9 days old"),
    "second folder gone": (
        setting(backup=msgspec.structs.replace(Settings().backup, folder="/not/plugged/in")),
        "backups",
        "second folder",
    ),
    "cloud stuck": (stuck_cloud, "cloud", "The project refuses the box."),
    "engine down": (engine_down, "model", "doesn't answer"),
}


def test_a_sound_box_has_nothing_wrong(house: House) -> None:
    assert house.sick() == set()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_mended_or_explained(house: House, fault: str) -> None:
    act, check, sentence = FAULTS[fault]
    act(house)
    found = [finding for finding in house.sick() if finding.check == check]
    assert [finding for finding in found if sentence in finding.sentence], house.findings()
    for finding in found:
        assert finding.step
        if finding.mend:
            examination.mend(house.settings, house.now, finding.mend)
            left = {one for one in house.sick() if one.mend == finding.mend}
            assert not left or finding.mend == "back-up-now"


def test_a_backup_that_is_asked_for_stands_in_line(house: House) -> None:
    examination.mend(house.settings, house.now, "back-up-now")
    with house.vault() as vault, vault.household.read() as connection:
        assert jobs.is_open(connection, backups.BACKUP)


def test_a_full_disk_and_little_memory_are_found(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = psutil.virtual_memory()._replace(available=1_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 1_000_000))
    assert {finding.check for finding in house.sick()} == {"disk", "memory"}


def test_another_program_at_the_port_and_nobody_at_the_name_are_found(house: House) -> None:
    with socket.create_server(("127.0.0.1", house.settings.box.port)):
        (app,) = [finding for finding in house.findings() if finding.check == "app"]
    assert "another program" in app.sentence
    with hold_alone(house.settings.data_path):
        found = {finding.check: finding.sentence for finding in house.findings()}
    assert "doesn't answer" in found["app"]
    assert "isn't found by its name" in found["name"]


def test_one_check_that_breaks_hides_no_other(house: House) -> None:
    shutil.rmtree(house.settings.config_path)
    checks = {finding.check for finding in house.sick()}
    assert {"folders", "keys"} <= checks


@pytest.fixture
def with_model(tmp_path: Path, models: Path) -> Settings:
    settings = Settings(data_folder=str(tmp_path))
    settings.models_path.mkdir()
    for entry in catalogue.find("starter"):
        os.link(models / entry.file, settings.models_path / entry.file)
        weights.use(settings, entry.name)
    return settings


def stops(settings: Settings) -> list[str]:
    return [trouble.sentence for trouble in checkup.look(settings) if trouble.stops]


def test_faults_of_the_model_are_found(with_model: Settings) -> None:
    starter = with_model.models_path / catalogue.find("starter")[0].file
    (said,) = [trouble.sentence for trouble in checkup.look(with_model)]
    assert "starter model answers" in said
    assert not stops(with_model)

    whole = starter.read_bytes()
    starter.unlink()
    assert stops(with_model) == [
        "The language model that was chosen, smollm2-135m-instruct, is gone."
    ]
    starter.write_bytes(whole[: len(whole) // 2])
    assert "missing at its end" in stops(with_model)[0]
    (with_model.models_path / "language").unlink()
    assert stops(with_model) == ["The box has no language model yet."]
    assert not checkup.build_works("raise SystemExit(1)")


def test_layers_that_are_not_on_the_gpu_are_said(
    with_model: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("futureself_box.inference.hardware.has_cuda_card", lambda: True)
    said = [one.sentence for one in checkup.look(with_model, None, 30, 20)]
    assert "20 of the model's 30 layers are on the GPU; the others are slow." in said
    wanted = msgspec.structs.replace(with_model, inference=Inference(gpu_layers=20))
    assert not any("GPU" in one.sentence for one in checkup.look(wanted, None, 30, 20))
