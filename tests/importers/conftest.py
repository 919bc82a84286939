"""Nights to import: two of the sample's, and one of 100,000 hostile names."""

import csv
import datetime
import os
import shutil
import subprocess
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
NIGHTS = ["2026-10-31", "2026-11-01"]
PLAIN = ["csv-excel", "gb18030", "parquet", "jsonl"]
CRM = ["hubspot", "odoo", "tryton", "espocrm", "mautic"]
DIALLERS = ["salesforce", "vicidial", "genesys"]
IMPORTERS = CRM + DIALLERS


def clubcall(*arguments, cwd, code=0, env=None):
    """Runs clubcall to its end; what it says, if it ends with `code`."""
    ended = subprocess.run(
        [os.environ["CLUBCALL"], *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=900,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == code, f"exit {ended.returncode}\n{said}"
    return said


def exports(customers=True):
    """Every preset; those of CRMs with the customers as well."""
    text = ""
    for preset in PLAIN + IMPORTERS + ["postgres"]:
        text += f'\n[[exports]]\npreset = "{preset}"\n'
        if customers and preset in CRM + ["postgres"]:
            text += 'lists = ["customers", "invitations-*", "calls-*"]\n'
        if preset == "vicidial":
            text += 'columns = { list_id = { value = "1001" } }\n'
    return text


@dataclass
class Place:
    """A folder in which clubcall has run, and its published nights."""

    folder: Path
    pipeline: str
    runs: list

    def lists(self, preset, run=-1):
        return self.runs[run] / "lists" / preset

    def deliver(self, run, name, code=0, env=None):
        return clubcall(
            "deliver", run, "--pipeline", self.pipeline, "--to", name,
            cwd=self.folder, code=code, env=env,
        )

    def add(self, text):
        """Appends to the pipeline file."""
        with open(self.folder / self.pipeline, "a") as file:
            file.write(text)


def run_nights(folder, pipeline, nights):
    runs = []
    for night in nights:
        clubcall("run", pipeline, "--as-of", night, "--quiet", cwd=folder)
        runs.append((folder / "out" / "current").resolve())
    return Place(folder, pipeline, runs)


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """Two nights of the sample, in every preset."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(ROOT / "pipelines", folder / "pipelines")
    (folder / "sample-data").symlink_to(ROOT / "sample-data")
    with open(folder / "pipelines/nightly.toml", "a") as file:
        file.write(exports())
    return run_nights(folder, "pipelines/nightly.toml", NIGHTS)


BEGINNINGS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", " =", "\u200b=", "'=", "\ufeff@"]
MIDDLES = [
    "HYPERLINK(\"http://x\";\"y\")", "1+1", "cmd|' /C calc'!A0", "SUM(A1:A9)", "张伟", "王,小明",
    "a\r\nb", "q\"uote", "semi;colon", "pipe|d", "back\\slash", "`tick`", "tab\tbed", "O'Neil",
]


def hostile_name(index):
    beginning = BEGINNINGS[index % len(BEGINNINGS)]
    middle = MIDDLES[index // len(BEGINNINGS) % len(MIDDLES)]
    return f"{beginning}{middle}{index}"


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """A night of 100,000 customers whose names are formulas and worse."""
    folder = tmp_path_factory.mktemp("hostile")
    count = 100_000
    frame = pd.DataFrame(
        {
            "customer_id": [f"C{i:06d}" for i in range(count)],
            "phone": [f"+99910{i:07d}" for i in range(count)],
            "name": [hostile_name(i) for i in range(count)],
            "district": [hostile_name(i + 7)[:40] for i in range(count)],
            "birth_date": [datetime.date(1980, 1, 1)] * count,
            "side": ["call" if i % 2 else "sms" for i in range(count)],
            "minutes": [float(i * 7919 % 1000) for i in range(count)],
            "consent_call": [True] * count,
            "consent_sms": [True] * count,
            "consent_personalisation": [True] * count,
        }
    )
    frame.to_parquet(folder / "customers.parquet", index=False)
    text = (HERE / "hostile.toml").read_text()
    (folder / "hostile.toml").write_text(text + exports())
    return run_nights(folder, "hostile.toml", ["2026-11-01"])


@pytest.fixture(params=["sample", "hostile"])
def night(request):
    """Each of the two in turn."""
    return request.getfixturevalue(request.param)


def one_line(text):
    """The text as a cell has it: every break and control one space."""
    joined = text.replace("\r\n", "\n")
    breaks = lambda c: unicodedata.category(c) == "Cc" or c in "\u2028\u2029\ufffe\uffff"
    return "".join(" " if breaks(c) else c for c in joined)


def rows(path, encoding="utf-8", **dialect):
    """The rows of a delimited file by header."""
    with open(path, newline="", encoding=encoding) as file:
        return list(csv.DictReader(file, **dialect))


def customers_of(place):
    """The customers as the source has them, by id."""
    data = place.folder / "sample-data/customers.parquet"
    frame = pd.read_parquet(data if data.exists() else place.folder / "customers.parquet")
    known = frame.astype(object).where(frame.notna(), None)
    return {row["customer_id"]: row for row in known.to_dict("records")}
