"""The generated parts of the documents, as Markdown.

cog calls one function for each part (see scripts/docs), so that what a reader sees is what the code
says: settings, errors, frames and the command line.
"""

import types
import typing
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
import rich_click as click

from futureself_box import cli, settings
from futureself_box.api import frames
from futureself_box.errors import BoxError

_CLOSED = {
    "CLOSE_UNKNOWN_DEVICE": "the token is not one of a device that the box knows",
    "CLOSE_REVOKED": "the device was removed, or the page is not the box's own",
    "CLOSE_NO_HELLO": "no `hello` came within 5 seconds",
    "CLOSE_REPLACED": "a newer socket of the same device took over",
    "CLOSE_OTHER_BOX": "the socket asked for another box; said as a refused handshake",
    "CLOSE_SCHEMA_TOO_OLD": "the phone speaks a protocol that the box no longer knows",
}
_CLOSED_BY_SERVER = {
    1001: "the socket's other end went away",
    1009: "a frame was too long",
    1012: "the box is stopping or starting again",
}


def setting_table() -> str:
    """Every setting, in the order of its declaration."""
    head = ["| setting | variable | default | meaning |", "| --- | --- | --- | --- |"]
    rows = [
        f"| {_code(d.name)} | {_code(d.variable)} | {_code(d.default)} | {d.meaning} |"
        for d in settings.declarations()
    ]
    return "\n".join(head + rows)


def error_table() -> str:
    """Every error of the family, by its code."""
    head = ["| code | status | sentence | hint |", "| --- | --- | --- | --- |"]
    family = sorted(_family(BoxError), key=lambda error: error.code)
    rows = [f"| {_code(e.code)} | {e.status} | {e.sentence} | {e.advice} |" for e in family]
    return "\n".join(head + rows)


def frame_tables(union: Any) -> str:
    """Each frame of a union: its meaning and its fields."""
    return "\n\n".join(_frame(frame) for frame in typing.get_args(union))


def part_tables() -> str:
    """The Structs inside frames."""
    return "\n\n".join(_frame(part) for part in (frames.Resume, frames.LiveTurn))


def close_code_table() -> str:
    """What the box closes a socket with. A new constant needs its words in _CLOSED."""
    ours = {code: _CLOSED[name] for name, code in vars(frames).items() if name.startswith("CLOSE_")}
    rows = [f"| {code} | {text} |" for code, text in sorted((_CLOSED_BY_SERVER | ours).items())]
    return "\n".join(["| code | meaning |", "| --- | --- |", *rows])


def command_help() -> str:
    """The whole command line, as a list for the terminal shows it."""
    return "\n\n".join(_commands(cli.main, "futureself-box"))


def command_list() -> str:
    """Each command and its first line."""
    rows = _command_rows(cli.main, "futureself-box")
    return "\n".join(["| command | what it does |", "| --- | --- |", *rows])


def _family(error: type[BoxError]) -> Iterator[type[BoxError]]:
    yield error
    for child in error.__subclasses__():
        yield from _family(child)


def _frame(frame: type[msgspec.Struct]) -> str:
    tag = frame.__struct_config__.tag
    title = f"`{tag}`" if tag else f"{frame.__name__}"
    fields = msgspec.structs.fields(frame)
    lines = [f"### {title}", "", _paragraph(frame.__doc__), ""]
    if fields:
        lines += ["| field | type | default | meaning |", "| --- | --- | --- | --- |"]
        lines += [_field_row(field) for field in fields]
    return "\n".join(lines).rstrip()


def _field_row(field: msgspec.structs.FieldInfo) -> str:
    default = "required" if field.required else _code(_json(field.default))
    type_name, limits, meaning = _described(field.type)
    about = " ".join(part for part in (meaning, limits) if part)
    return f"| {_code(field.encode_name)} | {type_name} | {default} | {about} |"


def _described(annotation: Any) -> tuple[str, str, str]:
    """The type's name, its limits and its meaning."""
    if typing.get_origin(annotation) is typing.Annotated:
        inner, *metas = typing.get_args(annotation)
        name, limits, meaning = _described(inner)
        for meta in metas:
            limits = limits or _limits(meta)
            meaning = meta.description or meaning
        return name, limits, meaning
    return _type_name(annotation), "", ""


def _limits(meta: msgspec.Meta) -> str:
    said = []
    if meta.max_length is not None:
        said.append(f"{meta.min_length or 0} to {meta.max_length} long")
    if meta.ge is not None:
        said.append(f"at least {meta.ge}")
    if meta.le is not None:
        said.append(f"at most {meta.le}")
    return f"({', '.join(said)})" if said else ""


def _type_name(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin is tuple:
        return f"list of {_described(arguments[0])[0]}"
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_described(part)[0] for part in arguments)
    if annotation is types.NoneType:
        return "null"
    names = {str: "string", int: "integer", float: "number", bool: "boolean"}
    return names.get(annotation) or str(annotation.__name__)


def _commands(command: click.Command, name: str) -> Iterator[str]:
    with click.Context(command, info_name=name) as context:
        lines = [f"## `{name}`", "", _paragraph(command.help), ""]
        lines += [f"    {context.command.get_usage(context).removeprefix('Usage: ')}"]
        options = [o for o in command.get_params(context) if o.name != "help"]
        rows = [row for row in (option.get_help_record(context) for option in options) if row]
        if rows:
            lines += ["", "| option | meaning |", "| --- | --- |"]
            lines += [f"| {_code(option)} | {meaning} |" for option, meaning in rows]
    yield "\n".join(lines)
    if isinstance(command, click.Group):
        for part, child in sorted(command.commands.items()):
            yield from _commands(child, f"{name} {part}")


def _command_rows(command: click.Command, name: str) -> Iterator[str]:
    group = command if isinstance(command, click.Group) else None
    if group is None or group.invoke_without_command:
        yield f"| {_code(name)} | {_paragraph(command.help)} |"
    for part, child in group.commands.items() if group else ():
        yield from _command_rows(child, f"{name} {part}")


def _paragraph(text: str | None) -> str:
    return " ".join((text or "").split())


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _code(text: str) -> str:
    escaped = text.replace("|", "\\|")
    return f"`{escaped}`" if text else ""
