"""Work that must happen: rows of the table `job`, beside the data that they are about.

A job is put in with the caller's transaction, so there is either both or neither. Whoever takes it
has a lease; a killed worker's lease runs out and the job is taken again. So a job may run twice and
must not mind; its key lets it in once. Times are milliseconds since 1970.
"""

from collections.abc import Collection
from typing import Literal

import msgspec

from futureself_box.store.database import Connection, Database

LEASE_MS = 3600 * 1000
MOST_ATTEMPTS = 8
_FIRST_PAUSE_MS = 60 * 1000
_LONGEST_PAUSE_MS = 6 * 3600 * 1000


class Job(msgspec.Struct, frozen=True):
    """A job that was taken, for the time of one lease."""

    id: int
    kind: str
    key: str
    attempts: int


class Standing(msgspec.Struct, frozen=True):
    """How a job stands; `progress` counts steps of its own, `error` is the code of the last failure."""

    state: Literal["waiting", "running", "done", "failed"]
    progress: int
    error: str | None


def enqueue(tx: Connection, kind: str, key: str, *, not_before_ms: int) -> bool:
    """Put a job in, inside the caller's transaction. Whether it was new: a key is taken once."""
    added = tx.execute(
        """
        INSERT INTO job (kind, key, state, not_before)
        VALUES (:kind, :key, 'waiting', :not_before)
        ON CONFLICT (key) DO NOTHING
        """,
        {"kind": kind, "key": key, "not_before": not_before_ms},
    )
    return bool(added.rowcount)


def take(store: Database, kinds: Collection[str], now_ms: int) -> Job | None:
    """The next job of these kinds that is due or whose lease ran out, under a new lease."""
    values = {
        "kinds": msgspec.json.encode(sorted(kinds)).decode(),
        "now": now_ms,
        "lease": now_ms + LEASE_MS,
        "most": MOST_ATTEMPTS,
    }
    with store.write() as tx:
        # A job that takes its worker down each time must not do so for ever.
        tx.execute(
            """
            UPDATE job SET state = 'failed', error = 'worker_died'
            WHERE state = 'running' AND lease_until <= :now AND attempts >= :most
            """,
            values,
        )
        row = tx.execute(
            """
            UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = :lease
            WHERE id = (
                SELECT id FROM job
                WHERE kind IN (SELECT value FROM json_each(:kinds)) AND (
                    (state = 'waiting' AND not_before <= :now)
                    OR (state = 'running' AND lease_until <= :now)
                )
                ORDER BY not_before, id LIMIT 1
            )
            RETURNING id, kind, key, attempts
            """,
            values,
        ).fetchone()
    return None if row is None else msgspec.convert(dict(row), Job)


def finish(store: Database, job: Job) -> None:
    """It is done; no effect for one who has lost the lease."""
    _settle(store, job, "done", not_before_ms=0, error=None)


def retry(store: Database, job: Job, error: str, now_ms: int) -> None:
    """It failed with this code: try again later, each time later, and in the end no more."""
    pause = min(_FIRST_PAUSE_MS << (job.attempts - 1), _LONGEST_PAUSE_MS)
    state = "failed" if job.attempts >= MOST_ATTEMPTS else "waiting"
    _settle(store, job, state, not_before_ms=now_ms + pause, error=error)


def revive(store: Database, kind: str) -> None:
    """Let the jobs of a kind that were given up be tried again, as when their disk is back."""
    with store.write() as tx:
        tx.execute(
            "UPDATE job SET state = 'waiting', attempts = 0, not_before = 0"
            " WHERE kind = :kind AND state = 'failed'",
            {"kind": kind},
        )


def end_leases(store: Database) -> None:
    """Let every job be taken again. The caller knows that nobody else runs jobs."""
    with store.write() as tx:
        tx.execute("UPDATE job SET lease_until = 0 WHERE state = 'running'")


def is_open(connection: Connection, kind: str) -> bool:
    """Whether a job of this kind waits or runs."""
    row = connection.execute(
        "SELECT 1 FROM job WHERE kind = :kind AND state IN ('waiting', 'running')", {"kind": kind}
    ).fetchone()
    return row is not None


def newest(connection: Connection, kind: str, begins: str) -> Standing | None:
    """The job of a kind that came last, of those whose keys begin like this."""
    row = connection.execute(
        """
        SELECT state, progress, error FROM job
        WHERE kind = :kind AND substr(key, 1, length(:begins)) = :begins
        ORDER BY id DESC LIMIT 1
        """,
        {"kind": kind, "begins": begins},
    ).fetchone()
    return None if row is None else msgspec.convert(dict(row), Standing)


def advance(store: Database, job: Job, progress: int) -> None:
    """Note how far a running job is."""
    with store.write() as tx:
        tx.execute(
            "UPDATE job SET progress = :progress WHERE id = :id AND state = 'running'",
            {"id": job.id, "progress": progress},
        )


def _settle(
    store: Database, job: Job, state: str, *, not_before_ms: int, error: str | None
) -> None:
    with store.write() as tx:
        tx.execute(
            """
            UPDATE job SET state = :state, not_before = :not_before, error = :error,
                lease_until = NULL
            WHERE id = :id AND state = 'running' AND attempts = :attempts
            """,
            {
                "id": job.id,
                "attempts": job.attempts,
                "state": state,
                "not_before": not_before_ms,
                "error": error,
            },
        )
