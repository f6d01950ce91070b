"""Examines a whole box, running or not, and does the mends that a box can do itself.

Everything is looked at beside the running processes, from the disk; one check that breaks doesn't hide
the others. It changes nothing unless a mend is asked for.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime

import msgspec
import structlog

from futureself_box.doctor import machine, network, services, stores
from futureself_box.doctor.findings import Finding, Mend, Patient, of_error, wrong
from futureself_box.errors import BoxError, NotFound
from futureself_box.household import backups
from futureself_box.inference.client import Trouble
from futureself_box.settings import Settings
from futureself_box.store import bell, box_key, jobs, keys
from futureself_box.store.data_folder import BOX, KEY_FILE
from futureself_box.store.vault import HouseholdStore

_CHECKS: tuple[Callable[[Patient], Iterator[Finding]], ...] = (
    machine.clock,
    machine.disk,
    machine.memory,
    machine.folders,
    stores.databases,
    stores.sheet,
    network.port,
    network.addresses,
    network.certificate,
    network.name,
    services.model,
    services.worker,
    services.jobs,
    services.backup,
    services.cloud,
)
_ORDER = {"wrong": 0, "notice": 1, "well": 2}

log = structlog.get_logger()


class Examination(msgspec.Struct, frozen=True):
    """All findings, the worst first."""

    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return all(finding.state != "wrong" for finding in self.findings)

    @property
    def mends(self) -> list[Mend]:
        """What the box could mend itself."""
        return list(dict.fromkeys(f.mend for f in self.findings if f.mend))


def examine(settings: Settings, now: datetime, engine: tuple[Trouble, ...]) -> Examination:
    """Look at everything."""
    with _patient(settings, now, engine) as (patient, found):
        for check in _CHECKS:
            found.extend(_run(check, patient))
    return Examination(tuple(sorted(found, key=lambda finding: _ORDER[finding.state])))


def mend(settings: Settings, now: datetime, what: str) -> None:
    """Do one mend. Raises NotFound where there is none of that name."""
    acts: dict[str, Callable[[Patient], None]] = {
        "close-folders": _close_folders,
        "clear-leftovers": _clear_leftovers,
        "back-up-now": _back_up_now,
        "retry-jobs": _retry_jobs,
        "renew-certificate": network.renew_certificate,
    }
    if what not in acts:
        raise NotFound
    with _patient(settings, now, ()) as (patient, _):
        acts[what](patient)
    log.info("mended", what=what)


def _run(check: Callable[[Patient], Iterator[Finding]], patient: Patient) -> Iterator[Finding]:
    name = check.__name__.replace("_", " ")
    try:
        yield from check(patient)
    except BoxError as error:
        yield of_error(name, error)
    except OSError as error:
        step = "Look at the disk and at who owns the box's folders."
        yield wrong(name, f"This could not be looked at: {error.strerror}.", step)


@contextmanager
def _patient(
    settings: Settings, now: datetime, engine: tuple[Trouble, ...]
) -> Iterator[tuple[Patient, list[Finding]]]:
    """The box with its household open, as far as that goes; and why it doesn't, if so."""
    patient = Patient(settings, now, engine)
    found: list[Finding] = []
    if not (settings.data_path / KEY_FILE).exists():
        lost = (
            box_key.exists(settings.config_path) and (settings.data_path / "household.db").exists()
        )
        said = "The household's key file is missing." if lost else "This box has no household yet."
        step = "Restore a backup: futureself-box restore" if lost else "Start it: scripts/run"
        yield patient, [wrong("keys", said, step)]
        return
    try:
        secret = box_key.load_or_create(settings.config_path, household_exists=True)
        key = keys.open_key(settings.data_path / KEY_FILE, BOX, secret)
        patient = msgspec.structs.replace(patient, box_key=secret)
        database = settings.data_path / "household.db"
        with closing(HouseholdStore(database, keys.derive(key, "database"))) as household:
            yield msgspec.structs.replace(patient, household=household), found
            return
    except BoxError as error:
        found.append(of_error("keys", error))
    yield patient, found


def _close_folders(patient: Patient) -> None:
    settings = patient.settings
    for path in machine.open_to_others(settings.data_path, settings.config_path):
        path.chmod(path.stat().st_mode & 0o700)


def _clear_leftovers(patient: Patient) -> None:
    for path in machine.leftovers(patient.settings.models_path):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _back_up_now(patient: Patient) -> None:
    if patient.household is not None:
        backups.put_in(patient.household, patient.now)
        bell.ring(patient.settings.worker_socket)


def _retry_jobs(patient: Patient) -> None:
    if patient.household is not None:
        with patient.household.read() as connection:
            rows = connection.execute("SELECT DISTINCT kind FROM job WHERE state = 'failed'")
            kinds = [row["kind"] for row in rows.fetchall()]
        for kind in kinds:
            jobs.revive(patient.household, kind)
        bell.ring(patient.settings.worker_socket)
