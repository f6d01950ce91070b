"""HTTP: the owner sees how the backups went, and asks for one now."""

from litestar import Router, get, post

from futureself_box.api import wall_clock
from futureself_box.api.parts import Parts
from futureself_box.household import backups
from futureself_box.household.backups import Report
from futureself_box.household.devices import Credential
from futureself_box.store import bell


@get("/", sync_to_thread=True)
def show_backups(parts: Parts, who: Credential) -> Report:
    """The last backup, its copy in the second folder, the last drill, and what is wrong."""
    return backups.report(parts.vault.household, who, wall_clock.now())


@post("/", status_code=202, sync_to_thread=True)
def start_backup(parts: Parts, who: Credential) -> Report:
    """Make a backup now; one that is under way already is enough."""
    now = wall_clock.now()
    backups.ask(parts.vault.household, who, now)
    bell.ring(parts.settings.worker_socket)
    return backups.report(parts.vault.household, who, now)


router = Router("/api/backups", route_handlers=[show_backups, start_backup])
