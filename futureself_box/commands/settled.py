"""What every command has in common: the settings, and errors said as sentences."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import rich_click as click

from futureself_box import settings
from futureself_box.errors import BoxError
from futureself_box.ops import supervisor


def with_settings(command: Callable[..., int | None]) -> Callable[..., None]:
    """Give a command the settings; turn a BoxError into its sentences and an exit status."""

    @wraps(command)
    def run(**arguments: Any) -> None:
        try:
            sys.exit(command(settings.load(), **arguments) or 0)
        except BoxError as error:
            click.echo(f"{error.message} {error.hint}", err=True)
            sys.exit(supervisor.FINAL)

    return run
