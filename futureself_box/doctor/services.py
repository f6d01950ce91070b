"""Examines what runs: the processes, the model, the jobs and the backups."""

import fcntl
from collections.abc import Iterator
from datetime import timedelta

from futureself_box.doctor.findings import Finding, Patient, notice, well, wrong
from futureself_box.household import backups, members
from futureself_box.settings import Settings

_FIRST_BACKUP_WITHIN = timedelta(days=2)


def is_running(settings: Settings, process: str) -> bool:
    """Whether a process of this box holds its lock."""
    try:
        with (settings.data_path / "run" / f"{process}.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def worker(patient: Patient) -> Iterator[Finding]:
    """Whether scheduled work is done."""
    if is_running(patient.settings, "worker"):
        yield well("worker", "The worker is running.")
    else:
        said = "The worker is not running, so no backups are made."
        yield wrong("worker", said, "Start the box again: scripts/run")


def model(patient: Patient) -> Iterator[Finding]:
    """What the inference process says of itself."""
    for trouble in patient.engine:
        make = wrong if trouble.stops else notice
        yield make("model", trouble.sentence, trouble.hint)
    if not any(trouble.stops for trouble in patient.engine):
        yield well("model", "The model is ready to answer.")


def jobs(patient: Patient) -> Iterator[Finding]:
    """Whether work was given up."""
    if patient.household is None:
        return
    with patient.household.read() as connection:
        rows = connection.execute("SELECT kind FROM job WHERE state = 'failed'").fetchall()
    if rows:
        kinds = ", ".join(sorted({row["kind"] for row in rows}))
        said = f"Work was given up after many tries: {kinds}."
        yield wrong(
            "jobs", said, "Mend what the other sentences name, then try again.", "retry-jobs"
        )
    else:
        yield well("jobs", "No job was given up.")


def backup(patient: Patient) -> Iterator[Finding]:
    """Whether there is a backup, a second copy, and a rehearsal that went well."""
    store, folder = patient.household, patient.settings.second_backups_path
    if store is None or (owner := members.owner(store)) is None:
        return
    found = backups.outcomes(store)
    problem = backups.problem_of(found, patient.now)
    step = "Look at the disk, then make one now."
    if problem:
        yield wrong("backups", problem, step, "back-up-now")
    elif "backup" in found:
        yield well("backups", "The last backup went well.")
    elif patient.now - owner.created_at > _FIRST_BACKUP_WITHIN:
        yield wrong("backups", "No backup was ever made.", step, "back-up-now")
    else:
        yield well("backups", "The first backup comes tonight.")
    if folder is not None and not folder.is_dir():
        said = "The second folder for backups is not there."
        yield wrong("backups", said, "Plug its disk in, or change backup.folder in the settings.")


def cloud(patient: Patient) -> Iterator[Finding]:
    """Whether the copies in the cloud go on, where there are any. Whose they are is not said."""
    if patient.household is None or not patient.settings.supabase.is_set:
        return
    with patient.household.read() as connection:
        rows = connection.execute("SELECT code, problem FROM cloud_outcome").fetchall()
    stuck = {row["code"]: row["problem"] for row in rows if row["code"]}
    for problem in stuck.values():
        said = f"A copy in the cloud doesn't go on. {problem}"
        yield notice("cloud", said, "What is written waits on the box, and goes up later.")
    if not stuck:
        yield well("cloud", f"{len(rows)} copies in the cloud go on.")
