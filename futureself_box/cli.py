"""`futureself-box`: the one command line.

Each command reads the settings, calls one function and prints what came of it. Heavy imports are
made inside, so that `--help` and the small box process stay light.
"""

import sys
from pathlib import Path
from typing import Any

import rich_click as click

from futureself_box import __version__, settings
from futureself_box.commands import doctor, evaluation, models, supabase
from futureself_box.commands.settled import with_settings as _with_settings
from futureself_box.ops import log, memory, reports, supervisor


@click.group()
@click.version_option(__version__)
def main() -> None:
    """A household's own box, where everyone talks with who they will be."""


@main.command()
@_with_settings
def up(loaded: settings.Settings) -> int:
    """Run the whole box, and bring back what dies."""
    _begin(loaded, "up")
    return supervisor.up(["inference", "box", "worker"])


@main.command()
@_with_settings
def box(loaded: settings.Settings) -> None:
    """Run the box process: the databases and the phones."""
    _without_pydantic()
    from futureself_box import box as process  # noqa: PLC0415

    _begin(loaded, "box")
    process.run(loaded)


@main.command()
@_with_settings
def inference(loaded: settings.Settings) -> None:
    """Run the inference process: the models."""
    _without_pydantic()
    from futureself_box.inference import server  # noqa: PLC0415

    _begin(loaded, "inference")
    server.run(loaded)


@main.command()
@_with_settings
def worker(loaded: settings.Settings) -> None:
    """Run the worker process: backups and other scheduled work."""
    from futureself_box import worker as process  # noqa: PLC0415

    _begin(loaded, "worker")
    process.run(loaded)


@main.command()
@click.option("--once", metavar="TEXT", help="Say TEXT, print the answer and leave.")
@click.option("--json", "as_json", is_flag=True, help="With --once: figures as the last line.")
@click.option(
    "--url", metavar="URL", help="The box; without it, this machine's or one on the network."
)
@click.option("--code", metavar="CODE", help="Join with this set-up or invitation code.")
@click.option("--name", metavar="NAME", help="With a set-up code: who you are.")
@_with_settings
def chat(loaded: settings.Settings, once: str | None, as_json: bool, **who: str | None) -> int:
    """Talk in the terminal."""
    from futureself_box.terminal import talk  # noqa: PLC0415

    return talk.run(loaded, once=once, as_json=as_json, **who)


main.add_command(models.models)
main.add_command(evaluation.evaluate)
main.add_command(models.show_hardware)
main.add_command(doctor.doctor)
main.add_command(doctor.diagnose)


@main.command()
@click.option("--within", "within_s", default=3.0, show_default=True, help="Seconds to listen.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_with_settings
def discover(_: settings.Settings, within_s: float, as_json: bool) -> int:
    """List the boxes on the home network."""
    import msgspec  # noqa: PLC0415

    from futureself_box.lan import discovery  # noqa: PLC0415

    found = discovery.find(within_s)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return 0
    for box in found:
        inviting = ", waits for a new device" if box.pairing else ""
        click.echo(f"{box.name} {box.id}{inviting}\n  fingerprint {box.fingerprint}")
        for url in box.urls:
            click.echo(f"  {url}")
    if not found:
        click.echo("No box answered. Is it on, and on this network?", err=True)
    return 0 if found else 1


@main.command()
@click.option("--to", metavar="PATH", help="Another folder than the box's own for backups.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@_with_settings
def backup(loaded: settings.Settings, to: str | None, dry_run: bool) -> None:
    """Back the whole household up, now; the box may be running."""
    from futureself_box.api import wall_clock  # noqa: PLC0415
    from futureself_box.jobs import by_hand  # noqa: PLC0415

    log.configure(loaded.log, "backup")
    for line in by_hand.back_up(loaded, wall_clock.now(), to=to, dry_run=dry_run):
        click.echo(line)


@main.command()
@click.argument("path", required=False)
@click.option("--sheet", "with_sheet", is_flag=True, help="Open it with the recovery sheet.")
@click.option(
    "--from-supabase", is_flag=True, help="Instead of PATH: the copy in the cloud, with the sheet."
)
@click.option("--dry-run", is_flag=True, help="Prove what would come back, and change nothing.")
@_with_settings
def restore(
    loaded: settings.Settings,
    path: str | None,
    with_sheet: bool,
    from_supabase: bool,
    dry_run: bool,
) -> None:
    """Put the backup at PATH in the place of the household; what is there is moved aside."""
    from futureself_box.api import wall_clock  # noqa: PLC0415
    from futureself_box.jobs import by_hand  # noqa: PLC0415

    if (path is None) != from_supabase:
        raise click.UsageError("Name a backup, or say --from-supabase.")
    log.configure(loaded.log, "restore")
    secret = _typed_sheet() if with_sheet or from_supabase else None
    if path is None:
        lines = supabase.rebuild(loaded, secret or b"", dry_run=dry_run)
    else:
        lines = by_hand.restore(loaded, path, wall_clock.now(), sheet=secret, dry_run=dry_run)
    for line in lines:
        click.echo(line)


@main.command()
@click.option("--compromised", is_flag=True, help="New keys for every database as well.")
@_with_settings
def rotate(loaded: settings.Settings, compromised: bool) -> None:
    """Replace the box's key; the box must be stopped, and backups go on opening."""
    from futureself_box.store import rotation  # noqa: PLC0415

    log.configure(loaded.log, "rotate")
    stores = rotation.rotate(loaded.data_path, loaded.config_path, compromised=compromised)
    click.echo(f"The box has a new key for {stores} databases.")


main.add_command(supabase.supabase)


@main.command()
@_with_settings
def recover(loaded: settings.Settings) -> None:
    """Open a box whose key was lost, with the recovery sheet."""
    from futureself_box.store import recovery  # noqa: PLC0415

    members = recovery.recover(loaded.data_path, loaded.config_path, _typed_sheet())
    click.echo(f"The box has a new key. It opens the words of {members} members.")


@main.group(invoke_without_command=True)
@click.option("--full", is_flag=True, help="Full counts: takes about an hour.")
@click.option("--clone", is_flag=True, help="Also time a clean clone, native build included.")
@click.option("--llama-bench", metavar="PATH", help="The yardstick, where it isn't on the path.")
@click.option("--plot", metavar="FILE", help="Also draw how far each bound is used, as SVG.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def bench(context: click.RichContext, /, **options: Any) -> None:
    """Measure what the box promises, on this machine."""
    if context.invoked_subcommand is None:
        _bench_promises(**options)


@_with_settings
def _bench_promises(loaded: settings.Settings, plot: str | None, **plan: Any) -> int:
    from futureself_box.bench import run as process  # noqa: PLC0415

    return process.run(loaded, plot=Path(plot) if plot else None, **plan)


def _begin(loaded: settings.Settings, process: str) -> None:
    memory.give_back_large_blocks()
    log.configure(loaded.log, process)
    reports.begin(loaded.reports, process)


def _without_pydantic() -> None:
    # Litestar loads it where it finds it, as in a test environment: 9 MiB that nobody uses.
    sys.modules["pydantic"] = None  # type: ignore[assignment]


@bench.command("engine")
@click.option("--peer", metavar="URL", help="Another OpenAI-compatible server, measured in turn.")
@click.option(
    "--streams", metavar="LIST", default="1,2,4,8", show_default=True, help="How many at once."
)
@click.option("--rounds", default=5, show_default=True, help="Rounds; medians are shown.")
@click.option("--case", "chosen", metavar="NAME", multiple=True, help="Only this case; repeatable.")
@click.option("--plot", metavar="FILE", help="Also draw the figures, as SVG.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_with_settings
def bench_engine(
    loaded: settings.Settings,
    streams: str,
    chosen: tuple[str, ...],
    plot: str | None,
    as_json: bool,
    **plan: Any,
) -> int:
    """Measure how fast many people are answered; beside another server, with --peer."""
    from futureself_box.bench import engine  # noqa: PLC0415
    from futureself_box.inference import weights  # noqa: PLC0415

    model = weights.in_use(loaded, "language").path
    planned = engine.plan(streams, chosen, **plan)
    return engine.run(loaded, model, planned, plot=Path(plot) if plot else None, as_json=as_json)


@bench.command("household")
@click.option("--phones", default=50, show_default=True, help="How many, five to a member.")
@click.option("--minutes", default=10.0, show_default=True, help="For how long.")
@click.option("--plot", metavar="FILE", help="Also draw the course of it, as SVG.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_with_settings
def bench_household(
    loaded: settings.Settings, phones: int, minutes: float, plot: str | None, as_json: bool
) -> int:
    """Measure a whole household at once: everybody writes, syncs and sends photos, some talk."""
    from futureself_box.bench import household  # noqa: PLC0415

    drawn = Path(plot) if plot else None
    return household.run(loaded, phones=phones, minutes=minutes, plot=drawn, as_json=as_json)


def _typed_sheet() -> bytes:
    from futureself_box.store import sheet  # noqa: PLC0415

    click.echo("Type the recovery sheet, line by line.")
    lines = [click.prompt(f"Line {number}") for number in range(1, sheet.LINES + 1)]
    return sheet.read(lines)


if __name__ == "__main__":
    main()
