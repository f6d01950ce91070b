"""Looks at what is only known by looking, and sets the gauges of `ops.metrics`: when somebody asks for them,
and every minute for the box's own record of the week."""

import asyncio
import shutil

import psutil
import structlog

from futureself_box.api import wall_clock
from futureself_box.api.parts import Parts
from futureself_box.errors import BoxError
from futureself_box.household import backups
from futureself_box.ops import metrics
from futureself_box.store.vault import HouseholdStore

_PAUSE_S = 60.0
_JOB_STATES = ("waiting", "running", "failed")

log = structlog.get_logger()


async def look(parts: Parts) -> None:
    """Set every gauge to what is so now."""
    metrics.PHONES.set(len(parts.phones.online()))
    metrics.MODEL_READY.set(await _is_ready(parts))
    await asyncio.to_thread(_look, parts)


async def record(parts: Parts) -> None:
    """Look every minute, until cancelled; then what there is of a stretch is written."""
    try:
        while True:
            try:
                await look(parts)
                await asyncio.to_thread(parts.recorder.look, wall_clock.believed())
            except BoxError as error:
                log.warning("week_not_written", code=error.code)
            await asyncio.sleep(_PAUSE_S)
    finally:
        await asyncio.to_thread(parts.recorder.end, wall_clock.believed())


async def _is_ready(parts: Parts) -> bool:
    try:
        return (await parts.inference.health()).status == "ready"
    except BoxError:
        return False


def _look(parts: Parts) -> None:
    disk = shutil.disk_usage(parts.settings.data_path)
    metrics.DISK_FREE.set(disk.free)
    metrics.DISK_SIZE.set(disk.total)
    metrics.MEMORY.set(psutil.Process().memory_info().rss)
    metrics.MACHINE_MEMORY_FREE.set(psutil.virtual_memory().available)
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
