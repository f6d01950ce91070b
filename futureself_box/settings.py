"""Every setting of the box, declared once.

A setting is a field below: its name, type, limits, default and meaning. The TOML file
(`settings.toml` in the configuration folder), the `FUTURESELF_*` variables and docs/settings.md all
follow from it. Settings are read once, at start; a key that is not declared stops the start.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import platformdirs
from msgspec import Meta

from futureself_box.errors import SettingsInvalid

PREFIX = "FUTURESELF_"
FILE_NAME = "settings.toml"
_APP = "futureself-box"
_LONGEST_SOCKET_PATH = 107


class Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the app is on the machine itself."""

    host: Annotated[str, Meta(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="Port of the app.")] = 8420


class Lan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How phones on the home network reach the box."""

    enabled: Annotated[
        bool, Meta(description="Whether devices on the home network may connect.")
    ] = True
    port: Annotated[int, Meta(ge=1, le=65535, description="Port of the app, over HTTPS.")] = 8443
    join_port: Annotated[
        int,
        Meta(
            ge=1,
            le=65535,
            description="Port of the page that shows a new phone how to trust the box, over HTTP.",
        ),
    ] = 8480
    interfaces: Annotated[
        str,
        Meta(
            description="Network interfaces to be found on, with commas. "
            "Empty: all but those of containers and VPNs."
        ),
    ] = ""


class Inference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The engine that runs the models."""

    model: Annotated[
        str,
        Meta(
            description="Language model: a catalogue name or a path to a GGUF file. "
            "Empty: the one chosen with `futureself-box models use`."
        ),
    ] = ""
    context_tokens: Annotated[
        int, Meta(ge=512, le=131072, description="Longest prompt and answer together, in tokens.")
    ] = 4096
    reply_tokens: Annotated[int, Meta(ge=16, le=8192, description="Longest answer, in tokens.")] = (
        512
    )
    reply_sentences: Annotated[
        int,
        Meta(
            ge=0,
            le=100,
            description="Most sentences of an answer. 0: as each mode has it, one to three.",
        ),
    ] = 0
    threads: Annotated[
        int, Meta(ge=0, le=256, description="Decoding threads. 0: one for each core.")
    ] = 0
    gpu_layers: Annotated[
        int, Meta(ge=-1, le=1000, description="Layers kept on the GPU. -1: as many as fit.")
    ] = -1
    queue_length: Annotated[
        int, Meta(ge=1, le=1000, description="Requests that may wait in line.")
    ] = 64
    url: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^\s/@?#]+(/[^\s@?#]*)?)?$",
            description="Another server with OpenAI's API that answers instead of the box's own "
            "model, such as `http://localhost:11434/v1`. Empty: the box's own.",
        ),
    ] = ""
    url_model: Annotated[
        str,
        Meta(description="Model to ask that server for. Empty: the only one that it has."),
    ] = ""
    url_key_file: Annotated[
        str, Meta(description="File that holds the key for that server. Empty: it needs none.")
    ] = ""
    consent: Annotated[
        str,
        Meta(
            description="The same address as `inference.url`: the owner's yes to the family's words "
            "leaving the box for it. Not needed for a server on this machine."
        ),
    ] = ""
    streams: Annotated[
        int, Meta(ge=1, le=16, description="Answers that are written at the same time.")
    ] = 8
    kept_tokens: Annotated[
        int,
        Meta(
            ge=0,
            le=4_194_304,
            description="Tokens of all conversations together that stay in memory. "
            "0: context_tokens for each of the streams, if that fits into an eighth of the memory.",
        ),
    ] = 0
    parked_mb: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="Disk space for conversations that left the memory, in MB. They are "
            "encrypted, and spare a conversation from being read again. 0: none.",
        ),
    ] = 4096


class Models(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where weights come from."""

    registry: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/@?#]+(/[^\s@?#]*)?$",
            description="Registry that models are fetched from by their Ollama names.",
        ),
    ] = "https://registry.ollama.ai"
    ollama_folder: Annotated[
        str,
        Meta(
            description="Where this machine's Ollama keeps its models; they are used from there. "
            "Empty: the usual places."
        ),
    ] = ""


class Backup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When and where the household is backed up, beside the data folder's own `backups`."""

    hour: Annotated[
        int, Meta(ge=0, le=23, description="Hour of the nightly backup, in local time.")
    ] = 3
    folder: Annotated[
        str,
        Meta(
            description="Second folder that each backup is copied into, such as one on a USB disk. "
            "It must exist. Empty: none."
        ),
    ] = ""


class Records(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much members may keep."""

    attachment_mb: Annotated[
        int, Meta(ge=1, le=200, description="Largest photo or recording, in MB.")
    ] = 25
    attachments_gb: Annotated[
        int,
        Meta(ge=1, le=10_000, description="All photos and recordings of a member, in GB."),
    ] = 20


class Supabase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The household's own Supabase project, for a copy that only the family can read."""

    url: Annotated[
        str,
        Meta(
            pattern=r"^(https://[^\s/@?#]+|http://(localhost|127\.0\.0\.1)(:\d+)?)?$",
            description="Address of the project, such as `https://abcd.supabase.co`. "
            "Empty: no copy in the cloud.",
        ),
    ] = ""
    key: Annotated[
        str,
        Meta(
            pattern=r"^(?!sb_secret_)\S*$",
            description="The project's publishable key, `sb_publishable_…` or the older `anon` "
            "key; never a secret one.",
        ),
    ] = ""

    @property
    def is_set(self) -> bool:
        """Whether there is a project."""
        return bool(self.url and self.key)


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the box says about itself; never a member's words."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least level logged.")
    ] = "info"
    format: Annotated[
        Literal["auto", "json", "text"],
        Meta(description="Line format. auto: text on a terminal, JSON elsewhere."),
    ] = "auto"


class Reports(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reports of the box's own faults; never a member's words."""

    dsn: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[0-9a-zA-Z]+@[^\s/@?#]+(/[^\s@?#]+)*/\d+)?$",
            description="Address (a DSN) of a project at a server of the Sentry protocol, such as "
            "`https://key@bugs.example.org/1`, that is told which code broke: no words, names, hosts, "
            "addresses or paths. Empty: nobody is told, and nothing is connected.",
        ),
    ] = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of one box."""

    config_folder: Annotated[
        str,
        Meta(description="Where settings.toml and the box's key lie. Only as a variable."),
    ] = ""
    data_folder: Annotated[str, Meta(description="Where databases and models lie.")] = ""
    box: Box = msgspec.field(default_factory=Box)
    lan: Lan = msgspec.field(default_factory=Lan)
    inference: Inference = msgspec.field(default_factory=Inference)
    models: Models = msgspec.field(default_factory=Models)
    backup: Backup = msgspec.field(default_factory=Backup)
    records: Records = msgspec.field(default_factory=Records)
    supabase: Supabase = msgspec.field(default_factory=Supabase)
    log: Log = msgspec.field(default_factory=Log)
    reports: Reports = msgspec.field(default_factory=Reports)

    @property
    def config_path(self) -> Path:
        """The configuration folder; never in a backup."""
        return Path(self.config_folder)

    @property
    def data_path(self) -> Path:
        """The data folder."""
        return Path(self.data_folder)

    @property
    def models_path(self) -> Path:
        """Weights, one file for each, and the links that say which are in use."""
        return self.data_path / "models"

    @property
    def parked_path(self) -> Path:
        """Conversations that left the engine's memory, encrypted."""
        return self.data_path / "parked"

    @property
    def inference_socket(self) -> Path:
        """The Unix socket of the inference process."""
        return self.data_path / "run" / "inference.sock"

    @property
    def box_socket(self) -> Path:
        """The Unix socket on which the box hands out keys to the worker."""
        return self.data_path / "run" / "box.sock"

    @property
    def worker_socket(self) -> Path:
        """The Unix socket on which the worker hears that there is work."""
        return self.data_path / "run" / "worker.sock"

    @property
    def news_socket(self) -> Path:
        """The Unix socket on which the box hears whose phones have something new to read."""
        return self.data_path / "run" / "news.sock"

    @property
    def backups_path(self) -> Path:
        """The backups on the box itself."""
        return self.data_path / "backups"

    @property
    def second_backups_path(self) -> Path | None:
        """The second folder for backups, where there is one."""
        return Path(self.backup.folder) if self.backup.folder else None


class Declaration(msgspec.Struct, frozen=True):
    """One setting as the documentation shows it."""

    name: str
    variable: str
    default: str
    meaning: str


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings file and the environment, which wins.

    Raises SettingsInvalid with the name of the first key that is unknown or out of range.
    """
    config_folder = environ.get(_variable("config_folder")) or platformdirs.user_config_dir(_APP)
    values = _read_file(Path(config_folder) / FILE_NAME)
    if "config_folder" in values:
        message = "config_folder can't be set in the file that lies in it."
        raise SettingsInvalid(message, hint=f"Use the variable {_variable('config_folder')}.")
    _refuse_unknown(_flat_names(values), {d.name for d in declarations()}, "setting")
    _overlay(values, environ)
    values["config_folder"] = config_folder
    values["data_folder"] = values.get("data_folder") or platformdirs.user_data_dir(_APP)
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsInvalid(f"A setting is not valid: {error}.") from error


def declarations() -> Iterator[Declaration]:
    """Every setting, in the order of its declaration."""
    yield from _declared(Settings, "")


def check_socket_path(path: Path) -> bool:
    """Whether the kernel takes this path for a Unix socket (unix(7))."""
    return len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH


def _declared(section: type[msgspec.Struct], prefix: str) -> Iterator[Declaration]:
    for field in msgspec.structs.fields(section):
        name = f"{prefix}{field.encode_name}"
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from _declared(field.type, f"{name}.")
            continue
        info = msgspec.inspect.type_info(field.type)
        extra = info.extra_json_schema if isinstance(info, msgspec.inspect.Metadata) else None
        yield Declaration(
            name=name,
            variable=_variable(name),
            default=str(field.default),
            meaning=str((extra or {}).get("description", "")),
        )


def _variable(name: str) -> str:
    return PREFIX + name.replace(".", "_").upper()


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{path} is not valid TOML: {error}.") from error


def _flat_names(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat_names(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _overlay(values: dict[str, Any], environ: Mapping[str, str]) -> None:
    names = {declaration.variable: declaration.name for declaration in declarations()}
    given = {key: value for key, value in environ.items() if key.startswith(PREFIX)}
    _refuse_unknown(given, set(names), "variable")
    for variable, value in given.items():
        *sections, key = names[variable].split(".")
        section = values
        for name in sections:
            section = section.setdefault(name, {})
        section[key] = value


def _refuse_unknown(given: Any, known: set[str], what: str) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
            hint = f"Did you mean {near[0]}? See docs/settings.md."
            raise SettingsInvalid(f"There is no {what} {name}.", hint=hint)
