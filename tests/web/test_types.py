"""The web app's types hold."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("project", ["tsconfig.json", "tsconfig.worker.json"])
def test_the_web_apps_types_hold(project: str) -> None:
    checked = subprocess.run(
        [HERE / "node_modules/.bin/tsc", "--project", HERE / project],
        check=False,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
