"""The sets' files: one message a line, or TOML."""

from importlib.resources import files


def lines(name: str) -> tuple[str, ...]:
    """The lines of a file that are no comment."""
    return tuple(line for line in read(name).splitlines() if not line.startswith("#"))


def read(name: str) -> str:
    """A file's text."""
    return files("futureself_box.evaluation").joinpath(f"sets/{name}").read_text("utf-8")
