"""`futureself-box eval`: scores what the future self does, on the models that are in use here."""

from typing import Any

import msgspec
import rich_click as click

from futureself_box import settings
from futureself_box.commands.settled import with_settings
from futureself_box.ops import log


@click.command("eval")
@click.argument("chosen", metavar="[SET]...", nargs=-1)
@click.option(
    "--stdin", "foreign", is_flag=True, help="With recall or care: answer lines of your own."
)
@click.option("--report", metavar="FOLDER", help="Also write tables and plots there.")
@click.option(
    "--sample", type=click.IntRange(2), help="Ask only so many of each set, for a first look."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@with_settings
def evaluate(loaded: settings.Settings, foreign: bool, **options: Any) -> int:
    """Score what the future self does on sets with known answers, on the models in use here."""
    from futureself_box.evaluation import care  # noqa: PLC0415
    from futureself_box.evaluation import foreign as questions  # noqa: PLC0415
    from futureself_box.evaluation import run as process  # noqa: PLC0415

    # Only what went wrong: the output is for reading, or for a program.
    log.configure(msgspec.structs.replace(loaded.log, level="warning"), "eval")
    if foreign and options["chosen"] == ("care",):
        return care.answer(loaded)
    return questions.run(loaded) if foreign else process.run(loaded, **options)
