"""`futureself-box`: the one command line.

Each command reads the settings, calls one function and prints what came of it. Heavy imports are
made inside, so that `--help` and the small box process stay light.
"""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import rich_click as click

from futureself_box import __version__, settings
from futureself_box.errors import BoxError
from futureself_box.ops import log, supervisor


def _with_settings(command: Callable[..., int | None]) -> Callable[..., None]:
    """Give a command the settings; turn a BoxError into its sentences and an exit status."""

    @wraps(command)
    def run(**arguments: Any) -> None:
        try:
            sys.exit(command(settings.load(), **arguments) or 0)
        except BoxError as error:
            click.echo(f"{error.message} {error.hint}", err=True)
            sys.exit(supervisor.FINAL)

    return run


@click.group()
@click.version_option(__version__)
def main() -> None:
    """A household's own box, where everyone talks with who they will be."""


@main.command()
@_with_settings
def up(_: settings.Settings) -> int:
    """Run the whole box, and bring back what dies."""
    loaded = settings.load()
    log.configure(loaded.log, "up")
    return supervisor.up(["inference", "box"])


@main.command()
@_with_settings
def box(loaded: settings.Settings) -> None:
    """Run the box process: the databases and the phones."""
    from futureself_box import box as process  # noqa: PLC0415

    log.configure(loaded.log, "box")
    process.run(loaded)


@main.command()
@_with_settings
def inference(loaded: settings.Settings) -> None:
    """Run the inference process: the models."""
    from futureself_box.inference import server  # noqa: PLC0415

    log.configure(loaded.log, "inference")
    server.run(loaded)


@main.command()
@click.option("--once", metavar="TEXT", help="Say TEXT, print the answer and leave.")
@click.option("--json", "as_json", is_flag=True, help="With --once: figures as the last line.")
@click.option("--url", metavar="URL", help="The box, where it isn't this machine's.")
@click.option("--code", metavar="CODE", help="Join with this set-up or invitation code.")
@click.option("--name", metavar="NAME", help="With a set-up code: who you are.")
@_with_settings
def chat(loaded: settings.Settings, once: str | None, as_json: bool, **who: str | None) -> int:
    """Talk in the terminal."""
    from futureself_box import terminal  # noqa: PLC0415

    return terminal.run(loaded, once=once, as_json=as_json, **who)


@main.command()
@click.option("--full", is_flag=True, help="Full counts: takes about an hour.")
@click.option("--clone", is_flag=True, help="Also time a clean clone, native build included.")
@click.option("--llama-bench", metavar="PATH", help="The yardstick, where it isn't on the path.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_with_settings
def bench(
    loaded: settings.Settings, full: bool, clone: bool, llama_bench: str | None, as_json: bool
) -> int:
    """Measure what the box promises, on this machine."""
    from futureself_box.bench import run as process  # noqa: PLC0415

    return process.run(loaded, full=full, clone=clone, llama_bench=llama_bench, as_json=as_json)


if __name__ == "__main__":
    main()
