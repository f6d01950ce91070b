"""A project is prepared by command or by Supabase's own tool, and either may go on for the other."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from futureself_box.errors import CloudNotPrepared
from futureself_box.sync.cloud import provisioning
from tests.supabase.project import Double

INFRA = Path(__file__).parents[3] / "infra" / "supabase"


def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "futureself_box.cli", "supabase", "init", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_migrations_are_printed_and_applied_once(double: Double) -> None:
    printed = command().stdout
    assert all(migration.sql in printed for migration in provisioning.migrations())
    again = command("--url", double.postgres.url)
    assert again.stdout == "The project is ready for this box.\n"


def test_supabase_s_own_tool_knows_what_was_applied(double: Double) -> None:
    rows = double.rows("SELECT version, name FROM supabase_migrations.schema_migrations")
    known = [(one.version, one.name) for one in provisioning.migrations()]
    assert sorted(rows) == known


def test_a_database_that_is_no_project_is_left_as_it_was(double: Double) -> None:
    with pytest.raises(CloudNotPrepared, match="reached"):
        provisioning.apply("postgresql://localhost:1/nothing")
    other = double.postgres.url.replace("/postgres?", "/template1?")
    with pytest.raises(CloudNotPrepared, match=r'schema "auth" does not exist|does not exist'):
        provisioning.apply(other)
    assert command("--url", other).returncode != 0


def test_supabase_s_tool_finds_its_files() -> None:
    config = tomllib.loads((INFRA / "config.toml").read_text())
    assert config["api"]["schemas"] == ["public"]
    assert config["auth"]["enable_refresh_token_rotation"]
    names = [path.name for path in sorted((INFRA / "migrations").iterdir())]
    assert names == [f"{one.version}_{one.name}.sql" for one in provisioning.migrations()]
