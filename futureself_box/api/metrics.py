"""HTTP: the box's numbers for the owner's Prometheus; a device token of the owner is its bearer token."""

import asyncio
import shutil

import psutil
from litestar import MediaType, Response, Router, get
from prometheus_client import exposition

from futureself_box.api import wall_clock
from futureself_box.api.parts import Parts
from futureself_box.errors import BoxError, NotAllowed
from futureself_box.household import backups
from futureself_box.household.devices import Credential
from futureself_box.ops import metrics
from futureself_box.store.vault import HouseholdStore

_JOB_STATES = ("waiting", "running", "failed")


@get("/metrics", media_type=MediaType.TEXT, include_in_schema=False)
async def show_metrics(parts: Parts, who: Credential) -> Response[bytes]:
    """All of them, in Prometheus's text format. Raises NotAllowed for all but the owner."""
    if who.role != "owner":
        raise NotAllowed
    metrics.PHONES.set(len(parts.phones.online()))
    metrics.MODEL_READY.set(await _is_ready(parts))
    await asyncio.to_thread(_look, parts)
    text = exposition.generate_latest(metrics.registry)
    return Response(text, media_type=exposition.CONTENT_TYPE_LATEST)


async def _is_ready(parts: Parts) -> bool:
    try:
        return (await parts.inference.health()).status == "ready"
    except BoxError:
        return False


def _look(parts: Parts) -> None:
    """What is only looked at when somebody asks."""
    disk = shutil.disk_usage(parts.settings.data_path)
    metrics.DISK_FREE.set(disk.free)
    metrics.DISK_SIZE.set(disk.total)
    metrics.MEMORY.set(psutil.Process().memory_info().rss)
    metrics.CLOCK_PLAUSIBLE.set(wall_clock.is_plausible())
    _count_household(parts.vault.household)


def _count_household(store: HouseholdStore) -> None:
    with store.read() as connection:
        rows = connection.execute("SELECT state, count(*) AS n FROM job GROUP BY state").fetchall()
        cloud = connection.execute(
            "SELECT ifnull(sum(waiting), 0) AS waiting, count(code) AS stuck FROM cloud_outcome"
        ).fetchone()
    counts = {row["state"]: row["n"] for row in rows}
    for state in _JOB_STATES:
        metrics.JOBS.labels(state).set(counts.get(state, 0))
    metrics.CLOUD_WAITING.set(cloud["waiting"])
    metrics.CLOUD_STUCK.set(cloud["stuck"])
    last = backups.outcomes(store).get("backup")
    good_at = last.good_at if last else None
    metrics.BACKUP.set(good_at.timestamp() if good_at else 0)


router = Router("/", route_handlers=[show_metrics])
