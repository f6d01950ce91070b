"""Renders a conversation with the chat template that comes with the model.

As transformers does it: Jinja, sandboxed since the template comes with a downloaded file, blocks
trimmed, and the same few functions. A fault of the template is a fault of the request.

A control token counts only where the template wrote it: somebody who types `[/INST]` or `</s>` has typed
letters, and can't speak in the model's name.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NoReturn

import jinja2
import jinja2.sandbox
import msgspec

from futureself_box.errors import ModelBroken, RequestInvalid

_SPLIT = "\ufdd0"  # a noncharacter: no text that is meant to be read holds it


class Message(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Part(msgspec.Struct, frozen=True):
    """A stretch of a prompt: one control token that the template wrote, or text."""

    text: str
    is_control: bool = False


class ChatTemplate:
    """A compiled template with the model's own marks for beginning and end.

    `controls` are the texts of the vocabulary's control tokens.
    """

    def __init__(self, source: str, *, bos: str, eos: str, controls: Sequence[str] = ()) -> None:
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
        self._controls = _any_of(controls)

    def parts(self, messages: Sequence[Message]) -> list[Part]:
        """The prompt in stretches, as a vocabulary reads it. Raises RequestInvalid."""
        harmless = [Message(m.role, self._split_controls(m.content)) for m in messages]
        pieces = self._controls.split(self.render(harmless))
        return [
            Part(piece.replace(_SPLIT, ""), is_control=bool(index % 2))
            for index, piece in enumerate(pieces)
            if piece
        ]

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt that asks the model for the next message. Raises RequestInvalid."""
        conversation = [{"role": m.role, "content": m.content} for m in messages]
        try:
            return self._template.render(
                messages=conversation, add_generation_prompt=True, **self._marks
            )
        except (jinja2.TemplateError, TypeError, ValueError, OverflowError) as error:
            raise RequestInvalid("The model's chat template refuses these messages.") from error

    def _split_controls(self, content: str) -> str:
        # Kept inside the words, so that a template may still trim or cut what stands around them.
        content = content.replace(_SPLIT, "")
        return self._controls.sub(lambda found: found[0][:1] + _SPLIT + found[0][1:], content)


def _any_of(controls: Sequence[str]) -> re.Pattern[str]:
    """Finds the longest that begins at a place; nothing where there are none."""
    longest_first = sorted((c for c in controls if len(c) > 1), key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest_first)) or '(?!)'})")


def _refuse(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


def _strftime_now(layout: str) -> str:
    # A template names the day for the person who talks: the box's local time.
    return datetime.now().astimezone().strftime(layout)  # noqa: TID251


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
