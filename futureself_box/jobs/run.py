"""Runs the jobs of a store, one after the other, until none is due."""

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

import structlog

from futureself_box.errors import BoxError
from futureself_box.store import jobs
from futureself_box.store.database import Database
from futureself_box.store.jobs import Job

Store = TypeVar("Store", bound=Database)
Work: TypeAlias = Callable[[Store, Job], None]

log = structlog.get_logger()


def drain(store: Store, work: Mapping[str, Work[Store]], now_ms: Callable[[], int]) -> None:
    """Run every job that is due. `work` says what to do for each kind; others are left.

    Raises a BoxError where the store itself can't take down what came of a job.
    """
    while (job := jobs.take(store, work.keys(), now_ms())) is not None:
        code = _code_of_failure(job, work[job.kind], store)
        if code is None:
            jobs.finish(store, job)
        else:
            jobs.retry(store, job, code, now_ms())


def _code_of_failure(job: Job, work: Work[Store], store: Store) -> str | None:
    try:
        work(store, job)
    except BoxError as error:
        log.warning("job_failed", kind=job.kind, attempts=job.attempts, code=error.code)
        return error.code
    except Exception:  # The edge of a job: one that fails must not stop the others.
        log.exception("job_broke", kind=job.kind, attempts=job.attempts)
        return BoxError.code
    log.info("job_done", kind=job.kind, attempts=job.attempts)
    return None
