"""Every number that the page embeds, asked of DuckDB over the published Parquet."""

import datetime
import json
import math
import os
import re
import subprocess
from pathlib import Path

import duckdb
import pytest

RUN = (Path(os.environ["OUT"]) / "current").resolve()


def embedded(page: str):
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(block.group(1))


PAGE = (RUN / "report.html").read_text()
DATA = embedded(PAGE)
QUERIES = sorted(name for name, chart in DATA["charts"].items() if chart.get("sql"))


@pytest.fixture(scope="module")
def engine():
    connection = duckdb.connect()
    for file in RUN.glob("*.parquet"):
        connection.execute(f'CREATE VIEW "{file.stem}" AS SELECT * FROM read_parquet(\'{file}\')')
    return connection


def plain(value):
    if isinstance(value, (datetime.date, datetime.datetime)):
        return str(value)
    return value


def same(one, other):
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and math.isclose(one, other, rel_tol=1e-12)
    return one == other


def in_order(rows):
    return sorted(rows, key=lambda row: [(value is None, str(value)) for value in row])


@pytest.mark.parametrize("chart", QUERIES)
def test_another_engine_finds_the_same(engine, chart):
    result = DATA["charts"][chart]
    cursor = engine.execute(result["sql"])
    assert [column[0] for column in cursor.description] == result["columns"]
    found = [[plain(value) for value in row] for row in cursor.fetchall()]
    assert len(found) == result["total"]
    assert len(result["rows"]) == min(result["total"], 4000)
    if result["total"] <= 4000:
        for one, other in zip(in_order(found), in_order(result["rows"]), strict=True):
            assert all(map(same, one, other)), (one, other)


def test_small_tables_are_counts_of_the_large_ones(engine):
    ask = lambda sql: engine.execute(sql).fetchall()
    funnel = "SELECT activity_id, decision, reason, {} FROM {} ORDER BY ALL"
    assert ask(funnel.format("candidates", "funnel")) == ask(
        funnel.format("COUNT(*)", "decisions").replace("ORDER BY", "GROUP BY ALL ORDER BY")
    )
    assert ask("SELECT segment_id, size FROM segments WHERE size > 0 ORDER BY ALL") == ask(
        "SELECT segment_id, COUNT(*) FROM members GROUP BY 1 ORDER BY ALL"
    )
    invited = "SELECT activity_id, COUNT(*) FROM invitations WHERE status = '{}' GROUP BY 1 ORDER BY ALL"
    for column, status in (("invited", "invited"), ("waitlist", "waitlist")):
        kept = f"SELECT activity_id, {column} FROM attendance WHERE {column} > 0 ORDER BY ALL"
        assert ask(kept) == ask(invited.format(status))


def test_overlap_is_counted_from_members(engine):
    columns = {row[0] for row in engine.execute("DESCRIBE members").fetchall()}
    rows = engine.execute("SELECT interest, other, customers FROM overlap").fetchall()
    assert rows
    for interest, other, customers in rows:
        one, two = (next(c for c in columns if c == f"{i}_affinity") for i in (interest, other))
        sql = f'SELECT COUNT(*) FROM members WHERE "{one}" >= 0.75 AND "{two}" >= 0.75'
        assert engine.execute(sql).fetchone()[0] == customers, (interest, other)


def test_history_is_what_each_night_published():
    rows = DATA["charts"]["history"]
    history = [dict(zip(rows["columns"], row)) for row in rows["rows"]]
    nights = {row["run_id"] for row in history}
    assert len(nights) >= 2
    for run in nights:
        file = RUN.parent / run / "segments.parquet"
        published = duckdb.sql(f"SELECT segment_id, size, share FROM '{file}' ORDER BY 1").fetchall()
        kept = sorted((r["segment_id"], r["size"], r["share"]) for r in history if r["run_id"] == run)
        assert kept == published


def test_made_again_it_is_the_same_page(tmp_path):
    again = tmp_path / "again.html"
    command = [os.environ["CLUBCALL"], "report", "--run", RUN.name, "--out", os.environ["OUT"], "--to", again]
    subprocess.run(command, check=True, capture_output=True)
    assert again.read_text() == PAGE


def test_it_is_small_and_names_nobody():
    assert len(PAGE.encode()) < 5_000_000
    customers = duckdb.sql(f"SELECT customer_id FROM '{RUN / 'members.parquet'}'").fetchall()
    text = json.dumps(DATA, ensure_ascii=False)
    assert not [row for row in customers if row[0] in text]
