"""The worker process: scheduled and long work, away from the phones.

Jobs are rows in the household's database; huey only rings the bell, every minute and when the box
asks, since it forgets a task that it has begun (storage-and-sync, 6). The worker opens databases
beside the box (WAL) with keys that it asks the box for, and keeps none when it is done.
"""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from socket import socket

import structlog
from huey import MemoryHuey, crontab

from futureself_box.api import wall_clock
from futureself_box.errors import BoxError, BoxNotRunning
from futureself_box.jobs.backups import Backups
from futureself_box.jobs.future_memories import FutureMemories
from futureself_box.jobs.letter_answers import LetterAnswers
from futureself_box.jobs.run import drain
from futureself_box.settings import Settings
from futureself_box.store import bell, jobs, keyhole, keys
from futureself_box.store.data_folder import KEY_FILE, hold_alone
from futureself_box.store.vault import HouseholdStore

_PAUSE_S = 0.5
_CLOUD_PAUSE_S = 15.0

log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Work until SIGTERM. Raises AlreadyRunning."""
    with hold_alone(settings.data_path, "worker.lock"):
        worker = Worker(settings)
        worker.begin()
        huey = MemoryHuey("futureself", utc=False)
        look = huey.periodic_task(crontab(minute="*"))(worker.look)
        rung = threading.Event()
        with bell.hang(settings.worker_socket) as heard:
            threading.Thread(target=_listen, args=(heard, look, rung), daemon=True).start()
            log.info("worker_started")
            if settings.supabase.is_set:
                threading.Thread(target=worker.replicate, args=(rung,), daemon=True).start()
            look()
            consumer = huey.create_consumer(workers=1, worker_type="thread", max_delay=_PAUSE_S)
            consumer.run()


class Worker:
    """Looks for work and does it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        unlock = partial(keyhole.ask, settings.box_socket)
        self._unlock: keys.Opener = unlock
        self._backups = Backups(settings, unlock, wall_clock.now)
        changed = partial(bell.ring_about, settings.news_socket)
        self._lives = FutureMemories(settings, unlock, wall_clock.now, changed)
        self._letters = LetterAnswers(settings, unlock, wall_clock.now, changed)

    def begin(self) -> None:
        """Wait for the box, then take over what a killed worker has left."""
        while True:
            try:
                with closing(self._household()) as store:
                    jobs.end_leases(store)
            except BoxError as error:
                # Not there yet, or just now making its databases.
                log.debug("worker_waits", code=error.code)
                time.sleep(_PAUSE_S)
            else:
                return

    def look(self) -> None:
        """Do what is due. What goes wrong is in the log, and looked at again in a minute."""
        self._with_household(self._drain)

    def replicate(self, rung: threading.Event) -> None:
        """Bring the copies in the cloud forward every few seconds and at each ring, for ever.

        In a thread of its own, so that a slow line holds no backup up.
        """
        # Supabase's client takes 40 MB, which only those pay who have a project.
        from futureself_box.jobs.replication import Replication  # noqa: PLC0415

        changed = partial(bell.ring_about, self._settings.news_socket)
        replication = Replication(self._settings, self._unlock, wall_clock.now, changed)
        while True:
            if wall_clock.is_plausible():
                self._with_household(replication.round)
            rung.wait(_CLOUD_PAUSE_S)
            rung.clear()

    def _drain(self, store: HouseholdStore) -> None:
        if wall_clock.is_plausible():
            self._backups.enqueue_due(store)
            self._letters.enqueue_due(store)
        work = self._backups.work | self._lives.work | self._letters.work
        drain(store, work, wall_clock.now_ms)

    def _with_household(self, work: Callable[[HouseholdStore], None]) -> None:
        # A thread of huey's knows nothing of what the process bound at its start.
        structlog.contextvars.bind_contextvars(process="worker")
        try:
            with closing(self._household()) as store:
                work(store)
        except BoxNotRunning:
            log.info("worker_waits")
        except BoxError as error:
            log.warning("worker_failed", code=error.code)
        except Exception:  # The edge of a round of work: the next one is not given up.
            log.exception("worker_broke")

    def _household(self) -> HouseholdStore:
        data = self._settings.data_path
        key = self._unlock(keys.read(data / KEY_FILE))
        return HouseholdStore(data / "household.db", keys.derive(key, "database"))


def _listen(heard: socket, look: Callable[[], object], rung: threading.Event) -> None:
    while heard.recv(1):
        rung.set()
        look()
