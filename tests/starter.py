"""The starter models, pulled once a machine by the product's own command."""

import os
import subprocess
import sys
from pathlib import Path

import platformdirs


def starter_models() -> Path:
    """The models folder with the starter set in it."""
    folder = Path(platformdirs.user_cache_dir("futureself-box")) / "test-data"
    folders = {
        "FUTURESELF_DATA_FOLDER": str(folder),
        "FUTURESELF_CONFIG_FOLDER": str(folder / "config"),
    }
    subprocess.run(
        [sys.executable, "-m", "futureself_box.cli", "models", "pull", "starter"],
        env={**os.environ, **folders},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder / "models"
