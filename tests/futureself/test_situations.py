"""The choice of a mode follows the situation, on a labelled set of which half was kept apart."""

import pytest

from futureself_box.evaluation import situations
from futureself_box.evaluation.situations import Half


@pytest.mark.parametrize("half", situations.HALVES)
def test_the_mode_fits_the_situation(half: Half) -> None:
    outcome = situations.judge(half)
    assert outcome.cases >= 60
    assert outcome.right / outcome.cases >= 0.9
