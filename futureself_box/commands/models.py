"""`futureself-box models`: see, fetch, check, try and choose models; and `hardware`, what fits.

Another language model is another voice, so it is taken only after a yes. Before that the old and the new
one answer what the member asked their future self last, or what they type now, side by side.
"""

from pathlib import Path

import msgspec
import rich_click as click

from futureself_box.commands.settled import with_settings
from futureself_box.errors import ModelMissing, RequestInvalid
from futureself_box.ops import log
from futureself_box.settings import Settings

_MOST_QUESTIONS = 3
_PROOF = "What should I not worry about?"


@click.group()
def models() -> None:
    """See, fetch, check and choose models."""


@models.command("list")
@with_settings
def list_models(loaded: Settings) -> None:
    """Show the models that the box knows, what fits this machine, and which are in use."""
    import rich  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from futureself_box.inference import hardware, weights  # noqa: PLC0415

    fits = {fit.name: fit for fit in hardware.fits(hardware.look())}
    table = Table("name", "for", "size", "licence", "tier", "fits", "state")
    for model in weights.every(loaded):
        state = "in use" if model.in_use else "here" if model.path else "not here"
        size = f"{model.size_bytes / 1_000_000:,.0f} MB"
        fit = fits.get(model.name)
        fitting = "" if fit is None else "yes" if fit.fits else "no"
        table.add_row(model.name, model.role, size, model.licence, model.tier, fitting, state)
    rich.print(table)


@models.command("pull")
@click.argument("name")
@with_settings
def pull_model(loaded: Settings, name: str) -> None:
    """Fetch a model of the catalogue, any by its Ollama name such as `mistral:7b`, or `starter`.

    One that lies in this machine's Ollama store is used from there. What broke off goes on.
    """
    from rich.progress import Progress  # noqa: PLC0415

    from futureself_box.inference import pull  # noqa: PLC0415
    from futureself_box.inference.pull import Voice  # noqa: PLC0415

    _only_errors(loaded)
    with Progress(transient=True) as bar:
        task = bar.add_task(name, total=None, visible=False)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        pull.pull(loaded, name, Voice(bar.console.print, show))


@models.command("verify")
@click.argument("name", required=False)
@with_settings
def verify_model(loaded: Settings, name: str | None) -> None:
    """Check a model's file, or every model that is here, to the last byte."""
    from futureself_box.inference import weights  # noqa: PLC0415

    here = [model.name for model in weights.every(loaded) if model.path]
    for chosen in [name] if name else here:
        click.echo(f"{weights.verify(loaded, chosen)} is whole.")


@models.command("remove")
@click.argument("name")
@with_settings
def remove_model(loaded: Settings, name: str) -> None:
    """Delete a model that is not in use. What lies in an Ollama store stays there."""
    from futureself_box.inference import weights  # noqa: PLC0415

    freed = weights.remove(loaded, name)
    click.echo(f"{name} is removed; {freed / 1_000_000:,.0f} MB are free again.")


@models.command("use")
@click.argument("name")
@click.option("--ask", metavar="TEXT", multiple=True, help="A question for both; repeatable.")
@click.option("--yes", is_flag=True, help="Take it without being asked, once it has answered.")
@with_settings
def use_model(loaded: Settings, name: str, ask: tuple[str, ...], yes: bool) -> int:
    """Choose a model by its name or the path of a GGUF file.

    The old one and the new one answer your own questions first; the old one stays until your yes.
    """
    from futureself_box.inference import trial, weights  # noqa: PLC0415

    _only_errors(loaded)
    role, path = weights.find(loaded, name)
    if role == "language":
        trial.check_memory(path)
        if not _agreed(loaded, path, ask, yes=yes):
            click.echo("Nothing was changed.")
            return 1
    weights.link(loaded, role, path)
    click.echo(f"The box uses {weights.name_of(path)} from the next answer on.")
    return 0


@models.command("tune")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_settings
def tune_models(loaded: Settings, as_json: bool) -> None:
    """Measure which type of weights is best on this machine, in under a minute."""
    import rich  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from futureself_box.inference import tune  # noqa: PLC0415

    advice = tune.tune(loaded.inference, lambda step: click.echo(f"Measuring {step} …", err=True))
    if as_json:
        click.echo(msgspec.json.encode(advice))
        return
    table = Table("type", "size of a 7B", "reads", "writes", "a turn", "fits")
    for one in advice.candidates:
        size, fits = f"{one.size_bytes / 1e9:.1f} GB", "yes" if one.fits else "no"
        speeds = f"{one.prefill:.1f}/s", f"{one.decode:.1f}/s", f"{one.turn_s:.0f} s"
        table.add_row(one.file_type, size, *speeds, fits)
    rich.print(table)
    click.echo("Estimated for a 7B model, from two layers of that shape.")
    for reason in advice.reasons:
        click.echo(reason)


@click.command("hardware")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_settings
def show_hardware(_: Settings, as_json: bool) -> None:
    """Show what this machine has for a model, which models fit, and why."""

    from futureself_box.inference import hardware  # noqa: PLC0415

    machine = hardware.look()
    fits = hardware.fits(machine)
    if as_json:
        click.echo(msgspec.json.encode({"machine": machine, "models": fits}))
        return
    features = ", ".join(machine.features) or "no features that help"
    click.echo(f"{machine.jetson or machine.processor}, {machine.cores} cores: {features}")
    click.echo(f"{machine.memory / 1e9:.1f} GB of memory, {machine.available / 1e9:.1f} GB free")
    for device in machine.devices:
        click.echo(f"{device.name}, {device.kind}, {device.memory / 1e9:.1f} GB")
    for sentence in machine.missing or (() if machine.devices else ("There is no GPU.",)):
        click.echo(sentence)
    best = hardware.best(fits)
    for fit in fits:
        mark = "*" if fit == best else " "
        click.echo(f"{mark} {fit.name} ({fit.tier}): {fit.reason}")


def _only_errors(loaded: Settings) -> None:
    """The log of a download or a trial is the command's own output."""
    log.configure(msgspec.structs.replace(loaded.log, level="error"), "models")


def _agreed(loaded: Settings, new: Path, ask: tuple[str, ...], *, yes: bool) -> bool:
    """Let the models answer and ask for the yes. Raises ModelBroken where the new one can't."""
    from futureself_box.inference import weights  # noqa: PLC0415

    try:
        old = weights.in_use(loaded, "language")
    except ModelMissing:
        old = None
    if old is None or old.path == new.resolve():
        return True
    if yes:
        _hear(loaded, new, [_PROOF])
        return True
    questions = list(ask) or _own_questions(loaded)
    if not questions:
        hint = "Ask with --ask, in a terminal, or take it unasked with --yes."
        raise RequestInvalid("The change needs your yes, and a question for both.", hint=hint)
    click.echo(f"\n{old.name} answers:")
    _hear(loaded, old.path, questions)
    click.echo(f"\n{weights.name_of(new)} answers:")
    _hear(loaded, new, questions)
    return click.confirm(f"\nTake {weights.name_of(new)} from now on?", default=False)


def _own_questions(loaded: Settings) -> list[str]:
    """What the member asked last; typed now where this terminal doesn't know."""
    import sys  # noqa: PLC0415

    from futureself_box.terminal import questions  # noqa: PLC0415

    if not sys.stdin.isatty():
        return []
    if own := questions.last(loaded, _MOST_QUESTIONS):
        return own
    click.echo("Ask something that matters to you; both will answer. An empty line ends.")
    typed: list[str] = []
    while len(typed) < _MOST_QUESTIONS and (
        text := click.prompt("you", default="", show_default=False, prompt_suffix="> ").strip()
    ):
        typed.append(text)
    return typed


def _hear(loaded: Settings, path: Path, questions: list[str]) -> None:
    from futureself_box.inference import trial  # noqa: PLC0415

    last = ""

    def hear(question: str, words: str) -> None:
        nonlocal last
        if question != last:
            click.echo(f"\n\n  {question}\n")
            last = question
        click.echo(words, nl=False)

    trial.answers(loaded, path, questions, hear)
    click.echo()
