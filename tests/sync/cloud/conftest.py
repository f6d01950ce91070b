"""A household that is linked to a Supabase project."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.supabase.project import Project
from tests.sync.cloud.home import Home


@pytest.fixture
def unlinked(tmp_path: Path) -> Iterator[Home]:
    """A household whose member has no account in the cloud."""
    home = Home(tmp_path)
    yield home
    home.close()


@pytest.fixture
def home(unlinked: Home, cloud: Project) -> Home:
    """A household whose member is signed in."""
    unlinked.link(cloud)
    return unlinked
