"""The HTTP API as an OpenAI client sees it."""

import base64
import json
from array import array
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inference.conftest import Inference

pytestmark = pytest.mark.timeout(90)
HI = ("user", "Hi")


def test_a_whole_answer_has_openais_shape(inference: Inference) -> None:
    answer = inference.chat(HI, max_tokens=5).json()
    assert answer["object"] == "chat.completion"
    assert answer["model"] == "smollm2-135m-instruct"
    (choice,) = answer["choices"]
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["content"]
    assert answer["usage"]["completion_tokens"] == 5
    assert answer["timings"]["predicted_per_second"] > 0


def test_a_stream_has_openais_shape(inference: Inference) -> None:
    options = {"stream": True, "stream_options": {"include_usage": True}}
    answer = inference.chat(HI, max_tokens=5, **options)
    assert answer.headers["content-type"].startswith("text/event-stream")
    data = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    assert data.pop() == "[DONE]"
    chunks = [json.loads(one) for one in data]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert chunks[-2]["choices"][0]["finish_reason"] == "length"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] == 5
    text = "".join(c["choices"][0]["delta"].get("content", "") for c in chunks[:-1])
    assert text == inference.chat(HI, max_tokens=5).json()["choices"][0]["message"]["content"]


def test_a_stream_carries_no_usage_unless_asked(inference: Inference) -> None:
    answer = inference.chat(HI, max_tokens=2, stream=True)
    assert '"usage"' not in answer.text
    assert answer.text.endswith("data: [DONE]\n\n")


def test_health_and_models_name_the_model(inference: Inference) -> None:
    health = inference.get("/health")
    assert 0 <= health.pop("gpu_layers") <= health["layers"] + 1  # as the machine has it
    assert health.pop("parameters") == 134_515_008
    assert health == {
        "status": "ready",
        "model": "smollm2-135m-instruct",
        "context_tokens": 4096,
        "starter": True,
        "layers": 30,
    }
    names = [model["id"] for model in inference.get("/v1/models")["data"]]
    assert "smollm2-135m-instruct" in names


def test_vectors_tell_like_from_unlike(inference: Inference) -> None:
    texts = ["The cat sleeps on the sofa", "A feline is napping", "Stocks fell on Monday"]
    cat, feline, stocks = vectors(inference, texts)
    assert dot(cat, feline) > dot(cat, stocks) + 0.1
    assert all(abs(dot(v, v) - 1) < 1e-5 for v in (cat, feline, stocks))


def test_a_vector_is_the_same_alone_and_in_company(inference: Inference) -> None:
    (alone,) = vectors(inference, ["The sea was calm."])
    (_, together) = vectors(inference, ["Something else entirely!", "The sea was calm."])
    assert together == pytest.approx(alone, abs=1e-5)
    assert vectors(inference, "The sea was calm.") == [alone]


def test_a_question_is_read_otherwise_than_what_answers_it(inference: Inference) -> None:
    body = {"input": "The sea was calm.", "input_type": "query"}
    asked = inference.request("POST", "/v1/embeddings", json=body).json()["data"][0]["embedding"]
    (said,) = vectors(inference, "The sea was calm.")
    assert 0.8 < dot(asked, said) < 0.999


def test_vectors_come_in_base64_where_asked(inference: Inference) -> None:
    body = {"input": "Hello", "encoding_format": "base64"}
    answer = inference.request("POST", "/v1/embeddings", json=body).json()
    values = array("f", base64.b64decode(answer["data"][0]["embedding"]))
    assert list(values) == vectors(inference, "Hello")[0]
    assert answer["usage"]["prompt_tokens"] == 5


def test_a_wrong_value_is_named_and_not_repeated(inference: Inference) -> None:
    answer = inference.chat(HI, temperature="hot")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_request_error"
    assert "$.temperature" in answer.json()["error"]["message"]
    assert "hot" not in answer.text


@pytest.mark.parametrize(
    "content", [b'"\\ud800"', b'"\xff"', b'"<|im_end|>\\u0000"', b'"\\udc00\\ud800"', b"{}"]
)
def test_odd_text_is_refused_or_answered(inference: Inference, content: bytes) -> None:
    body = b'{"messages":[{"role":"user","content":%s}],"max_tokens":1}' % content
    answer = inference.request("POST", "/v1/chat/completions", content=body)
    assert answer.status_code in {200, 400}


def test_a_path_that_is_not_there_answers_in_openais_shape(inference: Inference) -> None:
    answer = inference.request("GET", "/v1/nothing")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "invalid_request_error"


def test_a_body_too_long_is_refused(inference: Inference) -> None:
    answer = inference.chat(("user", "a" * 5_000_000))
    assert answer.status_code == 413


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    ["messages", "max_tokens", "temperature", "top_k", "top_p", "seed", "stop", "stream", "n"]
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(FIELDS, JSON, min_size=1, max_size=4))
def test_an_absurd_request_is_refused_or_answered(
    inference: Inference, fields: dict[str, Any]
) -> None:
    said = [{"role": "user", "content": "Hi"}]
    body = json.dumps({"messages": said, "max_tokens": 1, **fields})
    headers = {"content-type": "application/json"}
    answer = inference.request("POST", "/v1/chat/completions", content=body, headers=headers)
    assert answer.status_code in {200, 400}
    assert inference.get("/health")["status"] == "ready"


def vectors(inference: Inference, texts: list[str] | str) -> list[list[float]]:
    answer = inference.request("POST", "/v1/embeddings", json={"input": texts})
    return [row["embedding"] for row in answer.json()["data"]]


def dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
