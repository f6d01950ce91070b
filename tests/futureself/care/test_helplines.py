"""Every row of the table of helplines has the form that the card relies on."""

import csv
import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import futureself_box

TABLE = Path(futureself_box.__file__).parent / "web" / "care" / "helplines.csv"
ROWS = list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))
COLUMNS = (
    "region name for_whom dial sms chat hours time_zone language cost source checked_on status"
)


def test_the_columns_are_those_of_the_directives() -> None:
    assert list(ROWS[0]) == COLUMNS.split()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['region']} {row['name']}")
def test_a_row_has_its_form(row: dict[str, str]) -> None:
    assert re.fullmatch("[A-Z]{2}", row["region"])
    assert row["name"].strip()
    assert row["source"].strip()
    assert row["for_whom"] in {"emergency", "anyone", "child", "violence", "eating"}
    # As dialled in the country itself: a short code with +CC in front reaches nobody.
    assert re.fullmatch(r"([*#]?\d[\d -]*\d( (ext|opt) \d)?)?", row["dial"])
    assert row["dial"] or row["sms"] or row["chat"]
    assert re.fullmatch(r"(([A-Z]+ to )?\d{3,6})?", row["sms"])
    assert re.fullmatch(r"(\d\d:\d\d-\d\d:\d\d|evenings|weekdays)?", row["hours"])
    ZoneInfo(row["time_zone"])
    assert re.fullmatch("[a-z]{2}", row["language"])
    assert row["status"] in {"checked", "check"}
    if row["status"] == "checked":
        date.fromisoformat(row["checked_on"])


def test_every_country_has_an_emergency_number_and_a_line_for_anyone() -> None:
    for region in {row["region"] for row in ROWS}:
        for_whom = {row["for_whom"] for row in ROWS if row["region"] == region}
        assert {"emergency", "anyone"} <= for_whom, region


def test_no_row_is_there_twice() -> None:
    keys = [(row["region"], row["for_whom"], row["dial"], row["sms"]) for row in ROWS]
    assert len(keys) == len(set(keys))
