"""GGUF files with Mistral's own tokenizers and random weights, made on the spot.

mistral-common carries the tokenizers. The chat templates are those that Mistral publishes for its
models on Hugging Face, without what is for tools; they lay a conversation out the same.
Run as a program it writes one: `python -m tests.inference.mistral v3 Q4_0 7b FILE`.
"""

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from mistral_common.protocol.instruct.messages import AssistantMessage, SystemMessage, UserMessage
from mistral_common.protocol.instruct.request import ChatCompletionRequest
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
from mistral_common.tokens.tokenizers.tekken import Tekkenizer

from futureself_box.inference import random_weights
from futureself_box.inference.random_weights import MISTRAL_7B, Shape, Value
from futureself_box.inference.template import Message

TINY = Shape(width=256, layers=2, heads=4, kv_heads=2, feed_forward=512, vocabulary=0)
_CONTROL, _NORMAL, _UNKNOWN, _UNUSED, _BYTE = 3, 1, 2, 5, 6

_SYSTEM_APART = """
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message, messages = messages[0]['content'], messages[1:] %}
{%- endif %}
{{- bos_token }}"""
_ALTERNATING = """
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('After the optional system message, roles must alternate') }}
    {%- endif %}"""
TEMPLATES = {
    # Mistral-7B-Instruct-v0.1 and v0.2
    "v1": _SYSTEM_APART
    + "{%- for message in messages %}"
    + _ALTERNATING
    + """
    {%- if message['role'] == 'user' and loop.first and system_message is defined %}
        {{- ' [INST] ' + system_message + '\\n\\n' + message['content'] + ' [/INST]' }}
    {%- elif message['role'] == 'user' %}
        {{- ' [INST] ' + message['content'] + ' [/INST]' }}
    {%- else %}
        {{- ' ' + message['content'] + eos_token }}
    {%- endif %}
{%- endfor %}
""",
    # Mistral-7B-Instruct-v0.3
    "v3": _SYSTEM_APART
    + "{%- for message in messages %}"
    + _ALTERNATING
    + """
    {%- if message['role'] == 'user' and loop.last and system_message is defined %}
        {{- '[INST] ' + system_message + '\\n\\n' + message['content'] + '[/INST]' }}
    {%- elif message['role'] == 'user' %}
        {{- '[INST] ' + message['content'] + '[/INST]' }}
    {%- else %}
        {{- ' ' + message['content'] | trim + eos_token }}
    {%- endif %}
{%- endfor %}
""",
    # Mistral-Large-Instruct-2411
    "v7": "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}"
    "{{ '[INST] ' + message['content'] + '[/INST]' }}{% elif message['role'] == 'system' %}"
    "{{ '[SYSTEM_PROMPT] ' + message['content'] + '[/SYSTEM_PROMPT]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] + eos_token }}"
    "{% else %}{{ raise_exception('Only user, system and assistant roles are supported!') }}"
    "{% endif %}{% endfor %}",
    # Mistral-Nemo-Instruct-2407 and Ministral-8B-Instruct-2410
    "tekken": _SYSTEM_APART
    + "{%- for message in messages %}"
    + _ALTERNATING
    + """
    {%- if message['role'] == 'user' and loop.last and system_message is defined %}
        {{- '[INST]' + system_message + '\\n\\n' + message['content'] + '[/INST]' }}
    {%- elif message['role'] == 'user' %}
        {{- '[INST]' + message['content'] + '[/INST]' }}
    {%- else %}
        {{- message['content'] + eos_token }}
    {%- endif %}
{%- endfor %}
""",
}
VERSIONS = tuple(TEMPLATES)


def write(path: Path, version: str, file_type: str = "Q4_0", shape: Shape = TINY) -> None:
    """Write a GGUF file with this tokenizer and its template."""
    words = entries(version)
    sized = msgspec.structs.replace(shape, vocabulary=len(words["tokenizer.ggml.tokens"]))
    random_weights.write(path, sized, file_type, words)


def reference(version: str, messages: Sequence[Message]) -> list[int]:
    """The tokens that mistral-common makes of a conversation."""
    kinds = {"system": SystemMessage, "user": UserMessage, "assistant": AssistantMessage}
    said: list[Any] = [kinds[m.role](content=m.content) for m in messages]
    encoded = _tokenizer(version).encode_chat_completion(ChatCompletionRequest(messages=said))
    return list(encoded.tokens)


def entries(version: str) -> dict[str, Any]:
    """The tokenizer as a GGUF file holds it."""
    inner = _tokenizer(version).instruct_tokenizer.tokenizer
    words = _tekken(inner) if isinstance(inner, Tekkenizer) else _sentencepiece(inner)
    return {
        **words,
        "tokenizer.ggml.bos_token_id": inner.bos_id,
        "tokenizer.ggml.eos_token_id": inner.eos_id,
        "tokenizer.ggml.unknown_token_id": inner.unk_id,
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.ggml.add_eos_token": False,
        "tokenizer.chat_template": TEMPLATES[version],
    }


@cache
def _tokenizer(version: str) -> Any:
    if version == "tekken":
        return MistralTokenizer.v3(is_tekken=True)
    return getattr(MistralTokenizer, version)()


def _sentencepiece(inner: Any) -> dict[str, Value]:
    model = inner._model
    ids = range(model.vocab_size())
    return {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.tokens": [model.IdToPiece(i) for i in ids],
        "tokenizer.ggml.scores": [model.GetScore(i) for i in ids],
        "tokenizer.ggml.token_type": [_kind(model, i) for i in ids],
    }


def _kind(model: Any, token: int) -> int:
    tests = {
        _UNKNOWN: model.IsUnknown,
        _CONTROL: model.IsControl,
        _UNUSED: model.IsUnused,
        _BYTE: model.IsByte,
    }
    return next((kind for kind, test in tests.items() if test(token)), _NORMAL)


def _tekken(inner: Tekkenizer) -> dict[str, Value]:
    specials = [inner.id_to_piece(i) for i in range(inner.num_special_tokens)]
    ranks: dict[bytes, int] = inner._tekken_token2id_nospecial
    letters = _letters()
    spelled = {token: "".join(letters[byte] for byte in token) for token in ranks}
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "tekken",
        "tokenizer.ggml.tokens": [*specials, *spelled.values()],
        "tokenizer.ggml.token_type": [_CONTROL] * len(specials) + [_NORMAL] * len(ranks),
        "tokenizer.ggml.merges": [f"{spelled[a]} {spelled[b]}" for a, b in _merges(ranks)],
    }


def _merges(ranks: dict[bytes, int]) -> Iterator[tuple[bytes, bytes]]:
    """Every pair that makes a token, in the order of the tokens."""
    for token in ranks:
        halves = ((token[:at], token[at:]) for at in range(1, len(token)))
        pairs = [(a, b) for a, b in halves if a in ranks and b in ranks]
        yield from sorted(pairs, key=lambda pair: (ranks[pair[0]], ranks[pair[1]]))


def _letters() -> list[str]:
    """GPT-2's letter for each byte: itself where it can be seen, else one past all bytes."""
    seen = {*range(33, 127), *range(161, 173), *range(174, 256)}
    hidden = iter(range(256, 512))
    return [chr(byte) if byte in seen else chr(next(hidden)) for byte in range(256)]


if __name__ == "__main__":
    wanted_version, wanted_type, size, to = sys.argv[1:]
    write(Path(to), wanted_version, wanted_type, MISTRAL_7B if size == "7b" else TINY)
