"""web/src/pages/credits/ledger.test.ts reads the same cells, because both writers of CSV must write them alike."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from presentation.spreadsheet import written

CELLS: list[dict[str, Any]] = json.loads((Path(__file__).resolve().parents[1] / "nasty_cells.json").read_text())


@pytest.mark.parametrize("each", CELLS, ids=lambda each: ascii(each["cell"]))
def test_a_cell_is_written_so_that_nothing_runs(each: dict[str, Any]) -> None:
    assert written(each["cell"]) == each["written"]


@pytest.mark.parametrize("each", CELLS, ids=lambda each: ascii(each["cell"]))
def test_a_reader_finds_the_text_again(each: dict[str, Any]) -> None:
    ((_, found),) = csv.reader(io.StringIO(f"x,{each['written']}\r\n", newline=""))
    assert found.removeprefix("'") == str(each["cell"])
