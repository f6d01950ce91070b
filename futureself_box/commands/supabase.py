"""`futureself-box supabase`: prepare the household's own project; and a lost box's way back from it."""

from collections.abc import Iterator

import rich_click as click

from futureself_box.commands.settled import with_settings
from futureself_box.errors import CloudEmpty, CloudNotSet
from futureself_box.settings import Settings


@click.group()
def supabase() -> None:
    """Prepare the household's own project for the copy in the cloud."""


@supabase.command("init")
@click.option("--url", metavar="URL", help="Apply them to this database, postgresql://…")
@with_settings
def init_supabase(_: Settings, url: str | None) -> None:
    """Print the project's SQL migrations or, with --url, apply those that are missing."""
    from futureself_box.sync.cloud import provisioning  # noqa: PLC0415

    if url is None:
        for migration in provisioning.migrations():
            click.echo(migration.sql)
        return
    for name in provisioning.apply(url):
        click.echo(f"Applied: {name}")
    click.echo("The project is ready for this box.")


def rebuild(loaded: Settings, sheet: bytes, *, dry_run: bool) -> Iterator[str]:
    """Ask each member to sign in, then bring all of them back by the sheet; what to print."""
    from futureself_box.api import wall_clock  # noqa: PLC0415
    from futureself_box.jobs import from_cloud  # noqa: PLC0415
    from futureself_box.sync.cloud.rebuilding import Login  # noqa: PLC0415

    if not loaded.supabase.is_set:
        raise CloudNotSet
    logins: list[Login] = []
    click.echo("Each member signs in to the project with their own account; the owner first.")
    while mail := click.prompt("Mail address (nothing: that was everybody)", default="").strip():
        logins.append(Login(mail, click.prompt("Password", hide_input=True)))
    if not logins:
        raise CloudEmpty("Nobody signed in.", hint="Nothing was changed.")
    yield from from_cloud.restore(loaded, logins, sheet, wall_clock.now, dry_run=dry_run)
