"""Proves a native build on this machine: `python -m futureself_box.inference.prove MODEL`.

A build that fits the processor on paper may still die in a prompt batch (AMX on virtual machines).
So scripts/run lets this process read a long prompt and decode eight sequences before it trusts one;
its death by a signal is the answer.
"""

import sys
from pathlib import Path

from futureself_box.errors import BoxError
from futureself_box.inference.llama import Llama
from futureself_box.inference.pipe import Sampling

_PROMPT_TOKENS = 600
_BATCH_TOKENS = 256
_SEQUENCES = 8
_STEPS = 8


def main() -> int:
    """Run the proof; 0 and one line if the build can be trusted."""
    try:
        model = Llama(
            Path(sys.argv[1]),
            context_tokens=1024,
            threads=0,
            gpu_layers=-1,
            batch_tokens=_BATCH_TOKENS,
            sequences=_SEQUENCES,
        )
    except BoxError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _read_long_prompt(model)
    _decode_together(model)
    sys.stdout.write(
        f"The build works: {_PROMPT_TOKENS} tokens read, {_SEQUENCES} sequences decoded.\n"
    )
    return 0


def _read_long_prompt(model: Llama) -> None:
    words = model.tokenize("The box remembers what you said when you were young. ")
    prompt = (words * (_PROMPT_TOKENS // len(words) + 1))[:_PROMPT_TOKENS]
    for start in range(0, _PROMPT_TOKENS, _BATCH_TOKENS):
        part = prompt[start : start + _BATCH_TOKENS]
        model.prefill(part, start, last=start + len(part) == _PROMPT_TOKENS)
    _check_finite(model, -1)


def _decode_together(model: Llama) -> None:
    model.forget_all()
    openings = ["One", "Two", "Red", "Blue", "Home", "River", "Paper", "Light"]
    tokens = [model.tokenize(word)[-1] for word in openings]
    with model.sampler(Sampling(temperature=0), 0) as greedy:
        for position in range(_STEPS):
            model.step([(token, position, row) for row, token in enumerate(tokens)])
            for row in range(_SEQUENCES):
                _check_finite(model, row)
            tokens = [model.sample(greedy, row) for row in range(_SEQUENCES)]


def _check_finite(model: Llama, row: int) -> None:
    if not model.is_finite(row):
        sys.exit("The build computes numbers that are not finite.")


if __name__ == "__main__":
    sys.exit(main())
