"""A lost box made anew from the cloud, told line by line: what came back, and what is not there."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from futureself_box.settings import Settings
from futureself_box.store import restoring
from futureself_box.sync.cloud import rebuilding
from futureself_box.sync.cloud.rebuilding import Login, Rebuilt


def restore(
    settings: Settings,
    logins: Sequence[Login],
    sheet: bytes,
    now: Callable[[], datetime],
    *,
    dry_run: bool,
) -> Iterator[str]:
    """Put what the cloud has of these members in the place of the household. Raises as `rebuild` does."""
    cloud, data, config = settings.supabase, settings.data_path, settings.config_path
    with restoring.replacing(data, config, now(), sheet, for_good=not dry_run) as coming:
        back = rebuilding.rebuild(cloud.url, cloud.key, logins, sheet, coming, now)
    for one in back:
        yield _told(one)
    lost = sum(one.attachments for one in back)
    yield (
        f"Not in the cloud: photos and recordings, of which entries name {lost}. They are in backups "
        "only."
    )
    if dry_run:
        yield "Nothing was changed."
        return
    if coming.aside.exists():
        yield f"What was there before lies in {coming.aside}."
    yield "Devices are not in the cloud either. Start the box; the owner joins by its set-up code."


def _told(one: Rebuilt) -> str:
    damaged = f" {one.damaged} could not be opened and were left out." if one.damaged else ""
    return f"{one.member.name}, {one.member.role}: {one.versions} versions.{damaged}"
