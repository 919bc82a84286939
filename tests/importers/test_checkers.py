"""Every preset's files, by a check written from the importer's documentation."""

import csv

import pytest

from checkers import CHECKS
from conftest import IMPORTERS, rows


@pytest.mark.parametrize("preset", IMPORTERS)
def test_the_importer_would_take_every_file(night, preset):
    for run in range(len(night.runs)):
        files = sorted(night.lists(preset, run).iterdir())
        assert files
        for path in files:
            wrong = CHECKS[preset](path)
            assert not wrong, f"{path.name}: {sorted(set(wrong))[:5]}"


@pytest.mark.parametrize("preset", IMPORTERS)
def test_files_hold_somebody(sample, preset):
    sizes = [path.stat().st_size for path in sample.lists(preset).iterdir()]
    assert sum(sizes) > 2_000, "the check has looked at nothing"


BAD = {
    "salesforce": ("calls-x.csv", "Clubcall_Id__c,Contact:Who.Clubcall_Id__c,Subject,Status,ActivityDate\n"
                   "a,b,=1+1,New,2026-11-02\n"),
    "hubspot": ("customers.csv", "Clubcall ID,First Name\r\na,x\r\na,y\r\n"),
    "odoo": ("customers-update.csv", "id,name,phone\r\nclubcall_customer_a,x,\r\n"),
    "mautic": ("calls-x.csv", "clubcall_id,firstname\na,\"two\nlines\"\n"),
    "vicidial": ("calls-x.txt", "\t".join(["C1", "s", "1001", "999", "+105550123"] + [""] * 20) + "\n"),
    "genesys": ("calls-x.csv", "clubcall_id,phone\r\na,+999105550123\r\n\r\n"),
    "espocrm": ("customers.csv", "clubcallId,lastName\r\na,\r\n"),
    "tryton": ("customers-update.csv", "id,contact_mechanisms/value\r\nC1,+999105550123\r\n"),
}


@pytest.mark.parametrize("preset", IMPORTERS)
def test_the_check_does_find_what_is_wrong(tmp_path, preset):
    name, text = BAD[preset]
    path = tmp_path / name
    path.write_bytes(text.encode())
    assert CHECKS[preset](path), "the check takes anything"


def test_external_ids_stay_from_night_to_night(sample):
    """Who is carried over keeps the id, so that an upsert finds the record."""
    first = rows(sample.lists("odoo", 0) / "customers-create.csv")
    second = rows(sample.lists("odoo", 1) / "customers-update.csv")
    assert len(first) == 5_000
    assert {row["id"] for row in first} == {row["id"] for row in second}
    assert rows(sample.lists("odoo", 1) / "customers-create.csv") == []
    calls = lambda run: {
        row["call_id"]: row["customer_id"]
        for path in sample.lists("csv", run).glob("calls-*.csv")
        for row in rows(path)
    }
    again = set(calls(0)) & set(calls(1))
    assert all(calls(0)[key] == calls(1)[key] for key in again)


def test_diallers_get_only_those_to_be_called(sample):
    listed = {
        row["customer_id"]
        for path in sample.lists("csv").glob("calls-*.csv")
        for row in rows(path)
        if row["channel"] == "call" and row["phone"]
    }
    for preset in ("vicidial", "genesys"):
        dialled = set()
        for path in sample.lists(preset).iterdir():
            if preset == "vicidial":
                with open(path, newline="", encoding="utf-8") as file:
                    dialled |= {row[0] for row in csv.reader(file, delimiter="\t")}
            else:
                dialled |= {row["customer_id"] for row in rows(path)}
        assert dialled == listed, preset
