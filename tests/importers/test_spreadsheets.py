"""XLSX and CSV as people and scripts open them."""

import zipfile

import openpyxl
import pandas as pd
import pytest

from conftest import customers_of, hostile_name, one_line, rows

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
TYPED = {"customer_id", "call_id", "phone", "due_at", "starts_at", "not_before", "not_after", "rank",
         "position", "attempt"}


def files(place, preset, ending):
    found = sorted(place.lists(preset).glob(f"*.{ending}"))
    assert found
    return found


def cells(path):
    """A workbook's rows by header, every cell as openpyxl gives it."""
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book.worksheets:
        table = sheet.iter_rows()
        header = [cell.value for cell in next(table)]
        for row in table:
            yield {name: cell for name, cell in zip(header, row)}


def test_csv_opens_in_pandas_with_every_value_of_the_source(night):
    customers = customers_of(night)
    seen = 0
    for path in files(night, "csv", "csv"):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for row in frame.to_dict("records"):
            source = customers[row["customer_id"]]
            assert row["phone"] in ("", source["phone"])
            name = one_line(source["name"])
            assert row["name"] in (name, "'" + name), "the name is another"
            seen += 1
    assert seen > 100


def test_workbooks_open_in_openpyxl_with_every_value_of_the_source(night):
    customers = customers_of(night)
    for path in files(night, "xlsx", "xlsx"):
        plain = rows(night.lists("csv") / f"{path.stem}.csv")
        count = 0
        for row, expected in zip(cells(path), plain):
            for name, cell in row.items():
                value = "" if cell.value is None else str(cell.value)
                assert cell.data_type != "f", "a formula"
                if name == "name":
                    source = customers[row["customer_id"].value]["name"]
                    assert value == one_line(source), "the name is another"
                elif name in TYPED:
                    assert value == expected[name], name
                if value and name in ("customer_id", "phone", "due_at", "not_before"):
                    assert cell.data_type in ("s", "inlineStr"), f"{name} is no text"
            count += 1
        assert count == len(plain), path.name


def test_a_hundred_thousand_hostile_names_make_no_formula(hostile):
    names = [row["name"] for row in rows(hostile.lists("csv") / "customers.csv")]
    assert len(names) == 100_000
    assert sum(name.startswith(FORMULA) for name in names) == 0
    assert sum(name.lstrip().startswith(FORMULA) for name in names) == 0
    book = hostile.lists("xlsx") / "customers.xlsx"
    formulas = 0
    with zipfile.ZipFile(book) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                text = archive.read(name)
                formulas += text.count(b"<f>") + text.count(b"<f ")
    assert formulas == 0
    assert names[5].endswith(one_line(hostile_name(5)).lstrip())


@pytest.mark.parametrize("preset, encoding", [("csv-excel", "utf-8-sig"), ("gb18030", "gb18030")])
def test_other_encodings_hold_the_same_rows(night, preset, encoding):
    for path in files(night, preset, "csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf") == (preset == "csv-excel")
        plain = night.lists("csv") / path.name
        if plain.exists():
            assert rows(path, encoding=encoding) == rows(plain), path.name


def test_parquet_and_json_lines_hold_the_source_untouched(night):
    customers = customers_of(night)
    for path in files(night, "parquet", "parquet"):
        table = pd.read_parquet(path)
        lines = night.lists("jsonl") / f"{path.stem}.jsonl"
        objects = pd.read_json(lines, lines=True, dtype=False)
        assert len(table) == len(objects)
        for frame in (table, objects):
            for row in frame.to_dict("records"):
                assert row["name"] == customers[row["customer_id"]]["name"]
                assert row["phone"] in (None, customers[row["customer_id"]]["phone"]) or (
                    row["phone"] != row["phone"]
                )
