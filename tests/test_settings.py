"""Settings: declared once, read once, and a wrong one stops the start with its name."""

from pathlib import Path

import pytest

from futureself_box import settings
from futureself_box.errors import SettingsInvalid


def load(tmp_path: Path, toml: str = "", **variables: str) -> settings.Settings:
    (tmp_path / settings.FILE_NAME).write_text(toml)
    return settings.load({"FUTURESELF_CONFIG_FOLDER": str(tmp_path), "HOME": "/x", **variables})


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert (loaded.box.host, loaded.box.port) == ("127.0.0.1", 8420)
    assert loaded.config_path == tmp_path


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    toml = '[box]\nport = 9000\nhost = "::1"\n[inference]\nmodel = "x.gguf"\n'
    loaded = load(tmp_path, toml, FUTURESELF_BOX_PORT="9001")
    assert (loaded.box.port, loaded.box.host) == (9001, "::1")
    assert loaded.inference.model == "x.gguf"


@pytest.mark.parametrize(
    ("toml", "wrong", "right"),
    [
        ("[box]\nprot = 1\n", "box.prot", "box.port"),
        ("datafolder = 'x'\n", "datafolder", "data_folder"),
        ("[boxes]\nport = 1\n", "boxes.port", "box.port"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_name(
    tmp_path: Path, toml: str, wrong: str, right: str
) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        load(tmp_path, toml)
    assert wrong in refused.value.message
    assert right in refused.value.hint


def test_an_unknown_variable_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="FUTURESELF_BOX_PORT"):
        load(tmp_path, FUTURESELF_BOX_PRT="1")


@pytest.mark.parametrize("port", ["0", "65536", "http", ""])
def test_a_value_out_of_range_is_refused_with_its_place(tmp_path: Path, port: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"box\.port"):
        load(tmp_path, FUTURESELF_BOX_PORT=port)


@pytest.mark.parametrize(
    "url", ["ftp://x/v1", "localhost:11434", "http://me:secret@x/v1", "http://"]
)
def test_an_address_with_a_password_or_of_another_kind_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"inference\.url") as refused:
        load(tmp_path, FUTURESELF_INFERENCE_URL=url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("toml", ["[box", "box = 3\n", "\x00", "config_folder = '/x'\n"])
def test_a_file_that_is_no_settings_file_is_refused(tmp_path: Path, toml: str) -> None:
    with pytest.raises(SettingsInvalid):
        load(tmp_path, toml)


def test_every_setting_says_what_it_means() -> None:
    declared = list(settings.declarations())
    assert len({d.variable for d in declared}) == len(declared)
    assert all(d.meaning.endswith(".") for d in declared)
