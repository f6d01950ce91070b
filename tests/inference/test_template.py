"""Chat templates render as with transformers, and their faults are the request's."""

import pytest

from futureself_box.errors import ModelBroken, RequestInvalid
from futureself_box.inference.template import ChatTemplate
from tests.inference.conftest import says

# The shape of Mistral's own template: marks, alternation held by an exception, trimmed blocks.
MISTRAL = """{{ bos_token }}
{%- for message in messages %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('Conversation roles must alternate') }}
    {%- endif %}
    {%- if message['role'] == 'user' %}
        {{- '[INST] ' + message['content'] + ' [/INST]' }}
    {%- else %}
        {{- ' ' + message['content'] + eos_token }}
    {%- endif %}
{%- endfor %}"""


def test_a_conversation_is_laid_out_as_the_model_learned_it() -> None:
    prompt = template(MISTRAL).render(says("Hi", "Hello.", "And?"))
    assert prompt == "<s>[INST] Hi [/INST] Hello.</s>[INST] And? [/INST]"


def test_the_generation_prompt_is_asked_for_and_blocks_are_trimmed() -> None:
    source = (
        "{% for m in messages %}\n    {% if true %}\n{{ m.role }}\n    {% endif %}\n{% endfor %}"
    )
    assert template(source).render(says("Hi")) == "user\n"
    assert template("{% if add_generation_prompt %}go{% endif %}").render(says("Hi")) == "go"


def test_the_functions_of_transformers_are_there() -> None:
    source = "{{ strftime_now('%Y') | length }}{% for m in messages %}{% break %}{% endfor %}"
    assert template(source + "{{ 'é' | tojson }}").render(says("Hi")) == '4"é"'


@pytest.mark.parametrize(
    "source",
    [
        "{{ raise_exception('no') }}",
        "{{ messages.append(1) }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ missing.attribute }}",
        "{{ 'a' + 1 }}",
        "{% for i in range(999999999) %}{% endfor %}",
    ],
)
def test_a_fault_in_rendering_is_a_wrong_request(source: str) -> None:
    with pytest.raises(RequestInvalid):
        template(source).render(says("Hi"))


def test_a_template_that_is_none_is_a_broken_model() -> None:
    with pytest.raises(ModelBroken):
        template("{% if %}")


def template(source: str) -> ChatTemplate:
    return ChatTemplate(source, bos="<s>", eos="</s>")
