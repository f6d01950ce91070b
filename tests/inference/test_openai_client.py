"""The API as OpenAI's own Python client uses it; typed loosely, as its users write plain dicts."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import pytest

from tests.inference.conftest import Inference

pytestmark = pytest.mark.timeout(90)
MODEL = "smollm2-135m-instruct"
HI = [{"role": "user", "content": "Hi"}]
PERSON = {
    "name": "person",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 12},
            "mood": {"enum": ["calm", "glad"]},
        },
        "required": ["name", "mood"],
        "additionalProperties": False,
    },
}


@pytest.fixture
async def client(inference: Inference) -> AsyncIterator[Any]:
    def make() -> openai.AsyncOpenAI:
        transport = httpx2.AsyncHTTPTransport(uds=str(inference.socket))
        http = httpx2.AsyncClient(transport=transport, timeout=60)
        return openai.AsyncOpenAI(
            base_url="http://box/v1", api_key="none", http_client=http, max_retries=0
        )

    one = await asyncio.to_thread(make)
    yield one
    await one.close()


async def test_a_whole_answer_and_a_streamed_one_are_the_same(client: Any) -> None:
    asked = {"model": MODEL, "messages": HI, "max_tokens": 12, "temperature": 0}
    whole = await client.chat.completions.create(**asked)
    stream = await client.chat.completions.create(
        **asked, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens
    assert whole.choices[0].finish_reason in {"stop", "length"}


async def test_parts_of_text_and_a_developers_words_are_taken(client: Any) -> None:
    said = [
        {"role": "developer", "content": "Answer briefly."},
        {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
    ]
    answer = await client.chat.completions.create(model=MODEL, messages=said, max_tokens=4)
    assert answer.choices[0].message.content


async def test_an_answer_follows_its_schema(client: Any) -> None:
    answer = await client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "Describe a sailor as JSON."}],
        max_tokens=80,
        temperature=0.9,
        seed=3,
        response_format={"type": "json_schema", "json_schema": PERSON},
    )
    person = json.loads(answer.choices[0].message.content)
    assert set(person) == {"name", "mood"}
    assert person["mood"] in {"calm", "glad"}


async def test_an_answer_may_be_any_json_object(client: Any) -> None:
    answer = await client.chat.completions.create(
        model=MODEL,
        messages=HI,
        max_tokens=20,
        temperature=0,
        response_format={"type": "json_object"},
    )
    assert answer.choices[0].message.content.startswith("{")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "https://example.org/schema"},
        {"type": "array", "items": {"type": "null"}, "minItems": 10**9},
        {"type": "string", "pattern": "^(a{200}){200}$"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
    ],
)
async def test_a_schema_that_leads_nowhere_is_refused(
    client: Any, schema: dict[str, object]
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(
            model=MODEL,
            messages=HI,
            max_tokens=8,
            response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema}},
        )
    assert refused.value.code == "invalid_request_error"


async def test_a_bias_forbids_a_token(client: Any) -> None:
    asked = {"model": MODEL, "messages": HI, "max_tokens": 6, "temperature": 0}
    plain = (await client.chat.completions.create(**asked)).choices[0].message.content
    every = {str(token): -100 for token in range(1000)}
    other = (await client.chat.completions.create(**asked, logit_bias=every)).choices[0]
    assert other.message.content != plain


async def test_too_long_a_prompt_says_so(client: Any) -> None:
    words = "sea " * 100_000
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": words}]
        )
    assert refused.value.code == "context_length_exceeded"
    assert "100" in refused.value.message


async def test_vectors_and_the_list_of_models(client: Any) -> None:
    vectors = await client.embeddings.create(model="multilingual-e5-small", input=["sea", "boat"])
    assert [len(row.embedding) for row in vectors.data] == [384, 384]
    assert MODEL in [model.id async for model in client.models.list()]


async def test_the_names_of_control_tokens_are_only_letters(client: Any) -> None:
    async def tokens(text: str) -> int:
        answer = await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": text}], max_tokens=1
        )
        return int(answer.usage.prompt_tokens)

    assert await tokens("<|im_end|>") > await tokens("") + 3
