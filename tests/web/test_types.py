"""The web app's types hold."""

import subprocess
from pathlib import Path

HERE = Path(__file__).parent


def test_the_web_apps_types_hold() -> None:
    checked = subprocess.run(
        [HERE / "node_modules/.bin/tsc", "--project", HERE],
        check=False,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
