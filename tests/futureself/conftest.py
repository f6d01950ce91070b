"""An inference process with the starter models, as the engine's own tests have it."""

from tests.inference.conftest import inference

__all__ = ["inference"]
