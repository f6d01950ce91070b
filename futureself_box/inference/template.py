"""Renders a conversation with the chat template that comes with the model.

As transformers does it: Jinja, sandboxed since the template comes with a downloaded file, blocks
trimmed, and the same few functions. A fault of the template is a fault of the request.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NoReturn

import jinja2
import jinja2.sandbox
import msgspec

from futureself_box.errors import ModelBroken, RequestInvalid


class Message(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class ChatTemplate:
    """A compiled template with the model's own marks for beginning and end."""

    def __init__(self, source: str, *, bos: str, eos: str) -> None:
        environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.filters["tojson"] = _to_json
        environment.globals["raise_exception"] = _refuse
        environment.globals["strftime_now"] = _strftime_now
        try:
            self._template = environment.from_string(source)
        except jinja2.TemplateError as error:
            raise ModelBroken("The model's chat template is not valid.") from error
        self._marks = {"bos_token": bos, "eos_token": eos}

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt that asks the model for the next message. Raises RequestInvalid."""
        conversation = [{"role": m.role, "content": m.content} for m in messages]
        try:
            return self._template.render(
                messages=conversation, add_generation_prompt=True, **self._marks
            )
        except (jinja2.TemplateError, TypeError, ValueError, OverflowError) as error:
            raise RequestInvalid("The model's chat template refuses these messages.") from error


def _refuse(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


def _strftime_now(layout: str) -> str:
    # A template names the day for the person who talks: the box's local time.
    return datetime.now().astimezone().strftime(layout)  # noqa: TID251


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
