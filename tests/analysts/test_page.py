"""Every block of the page runs, and three engines give one answer."""

import contextlib
import io
import math
import os
from collections import defaultdict

import duckdb
import pandas as pd
import polars as pl
import pytest

from conftest import shell
from pages import ANALYSTS, README


@contextlib.contextmanager
def within(folder):
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def python(folder, text):
    """What a block leaves in `answer`, or else prints."""
    names, said = {}, io.StringIO()
    with within(folder), contextlib.redirect_stdout(said):
        exec(compile(text, "block", "exec"), names)
    return names.get("answer", said.getvalue())


def sql(folder, text):
    with within(folder):
        return duckdb.sql(text).df()


def cell(value):
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.9g}"
    return str(value).removesuffix(" 00:00:00")


def rows(answer):
    """Columns and rows of any data frame, in no order."""
    if isinstance(answer, pl.DataFrame):
        columns, values = answer.columns, answer.rows()
    else:
        columns, values = list(answer.columns), answer.itertuples(index=False)
    table = [[cell(v.item() if hasattr(v, "item") else v) for v in row] for row in values]
    return list(columns), sorted(table)


@pytest.mark.parametrize("block", ANALYSTS + README, ids=str)
def test_a_block_runs_and_has_an_answer(month, block):
    if block.kind in ("sh", "console"):
        assert shell(month, block.text).strip() or "--output" in block.text
    elif block.kind == "sql":
        assert len(sql(month, block.text)) > 0
    elif block.kind == "python":
        answer = python(month, block.text)
        assert len(answer) > 0
    else:
        assert block.kind in ("text", "toml"), f"a block of kind {block.kind} is not run"


def by_question():
    questions = defaultdict(list)
    for block in ANALYSTS:
        if block.kind in ("sql", "python"):
            questions[block.heading].append(block)
    return {name: blocks for name, blocks in questions.items() if len(blocks) > 1}


@pytest.mark.parametrize("question", by_question())
def test_three_engines_give_one_answer(month, question):
    blocks = by_question()[question]
    assert [block.kind for block in blocks] == ["sql", "python", "python"], question
    assert "polars" in blocks[1].text and "pandas" in blocks[2].text
    answers = [rows((sql if b.kind == "sql" else python)(month, b.text)) for b in blocks]
    assert answers[0] == answers[1], "DuckDB and polars"
    assert answers[0] == answers[2], "DuckDB and pandas"


def test_clubcall_sql_agrees_with_duckdb(month):
    query = (
        "SELECT segment_id, COUNT(*) AS customers, AVG(confidence) AS confidence "
        "FROM {} GROUP BY segment_id ORDER BY segment_id"
    )
    said = shell(month, f'clubcall sql "{query.format("members")}" --format csv')
    ours = pd.read_csv(io.StringIO(said))
    theirs = sql(month, query.format("'out/current/members.parquet'"))
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)


def test_the_page_names_every_table_and_every_key_of_explain(month):
    page = (month / "pipelines/analysts.md").read_text()
    tables = [file.stem for file in (month / "out/current").glob("*.parquet")]
    assert [table for table in tables if f"`{table}`" not in page] == []
    import json

    def keys(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield key
                if key != "values":
                    yield from keys(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from keys(inner)

    explained = json.loads(shell(month, "clubcall explain C0000042 --json"))
    assert [key for key in set(keys(explained)) if f"`{key}`" not in page] == []
