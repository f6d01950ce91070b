"""`futureself-box doctor` and `diagnose`: how the box is, running or not, and a bundle for who helps."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from futureself_box.api import wall_clock
from futureself_box.commands.settled import with_settings
from futureself_box.ops import log
from futureself_box.settings import Settings

if TYPE_CHECKING:
    from futureself_box.doctor.examination import Examination
    from futureself_box.inference.client import Trouble

_MARKS = {"well": "ok    ", "notice": "note  ", "wrong": "WRONG "}


@click.command("doctor")
@click.option("--mend", is_flag=True, help="Also do what the box can mend itself.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_settings
def doctor(loaded: Settings, mend: bool, as_json: bool) -> int:
    """Look at everything that can be looked at, and say what to do."""
    import msgspec  # noqa: PLC0415

    from futureself_box.doctor import examination  # noqa: PLC0415

    log.configure(loaded.log, "doctor")
    report = _examine(loaded)
    if mend and report.mends:
        for what in report.mends:
            examination.mend(loaded, wall_clock.now(), what)
        report = _examine(loaded)
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        _show(report)
    return 0 if report.is_well else 1


@click.command("diagnose")
@click.argument("file", default="futureself-diagnosis.zip", type=click.Path(dir_okay=False))
@with_settings
def diagnose(loaded: Settings, file: str) -> int:
    """Write a bundle about the box for somebody who helps: no words, names, addresses or paths."""
    from futureself_box.doctor import bundle  # noqa: PLC0415

    if Path(file).exists():
        click.echo(f"{file} is there already. Give another name.", err=True)
        return 1
    log.configure(loaded.log, "diagnose")
    bundle.write(_examine(loaded), loaded, Path(file), wall_clock.now())
    click.echo(f"{file} is written. Look into it before you send it to anybody.")
    return 0


def _show(report: "Examination") -> None:
    for finding in report.findings:
        click.echo(f"{_MARKS[finding.state]}{finding.check}: {finding.sentence}")
        if finding.step:
            click.echo(f"      {finding.step}")
    if report.mends:
        click.echo("\nThe box can mend some of that itself: futureself-box doctor --mend")


def _examine(loaded: Settings) -> "Examination":
    from futureself_box.doctor import examination  # noqa: PLC0415

    engine = asyncio.run(_ask_engine(loaded))
    return examination.examine(loaded, wall_clock.now(), engine)


async def _ask_engine(loaded: Settings) -> "tuple[Trouble, ...]":
    """What the inference process finds; where it isn't running, what it would find."""
    from futureself_box.inference import checkup, client  # noqa: PLC0415

    asked = client.connect(loaded)
    try:
        found = await asked.checkup()
    finally:
        await asked.aclose()
    if found == (client.NOT_RUNNING,):
        return (*found, *await asyncio.to_thread(checkup.look, loaded))
    return found
