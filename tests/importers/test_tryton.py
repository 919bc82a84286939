"""Tryton 8.2, by its own `import_data`, on an SQLite file."""

import os

import pytest

from conftest import customers_of, rows

MODULES = ["party", "marketing_campaign", "marketing_automation"]


@pytest.fixture(scope="module")
def tryton(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tryton")
    os.environ["TRYTOND_DATABASE_URI"] = "sqlite://"
    os.environ["TRYTOND_DATABASE__PATH"] = str(folder)
    os.environ["DB_NAME"] = "clubcall"
    from trytond.tests.tools import activate_modules

    config = activate_modules(MODULES)
    assert (folder / "clubcall.sqlite").exists()
    return config


def table(path):
    """Header and rows of a file, as Tryton's client hands them over."""
    import csv

    with open(path, newline="", encoding="utf-8") as file:
        header, *lines = csv.reader(file)
    return header, lines


def load(config, model, path):
    from proteus import Model

    header, lines = table(path)
    return Model.get(model)._proxy.import_data(header, lines, config.context)


def parties(config):
    """Every party with its name and numbers, read at the database's own."""
    from proteus import Model

    Party, Mechanism = Model.get("party.party"), Model.get("party.contact_mechanism")
    ids = [party.id for party in Party.find([("code", "like", "clubcall-%")])]
    read = Party._proxy.read(ids, ["code", "name", "contact_mechanisms"], config.context)
    numbers = {
        row["id"]: row["value"]
        for row in Mechanism._proxy.read(
            [i for row in read for i in row["contact_mechanisms"]], ["value"], config.context
        )
    }
    return {
        row["code"]: (row["name"], sorted(numbers[i] for i in row["contact_mechanisms"]))
        for row in read
    }


def test_customers_and_a_campaign_are_imported_again_and_updated(sample, tryton):
    from proteus import Model

    source = customers_of(sample)
    expected = {
        f"clubcall-{key}": (row["name"], [row["phone"]] if row["phone"] else [])
        for key, row in source.items()
    }
    create = sample.lists("tryton", 0) / "customers-create.csv"
    assert load(tryton, "party.party", create) == 5_000
    assert parties(tryton) == expected, "names or numbers differ from the sample"

    # Again: refused as a whole, since codes are unique, and nothing changes.
    with pytest.raises(Exception, match="code on party must be unique"):
        load(tryton, "party.party", create)
    assert parties(tryton) == expected

    # The next night knows everyone: nobody is created, everyone is updated.
    assert rows(sample.lists("tryton", 1) / "customers-create.csv") == []
    Party = Model.get("party.party")
    changed = Party.find([("code", "=", "clubcall-C0000001")])[0]
    changed.name = "somebody else"
    changed.save()
    update = sample.lists("tryton", 1) / "customers-update.csv"
    assert load(tryton, "party.party", update) == 5_000
    assert parties(tryton) == expected, "an update lost a number or a name"

    # A campaign list: the activity's scenario gets those invited, once.
    files = sorted(sample.lists("tryton", 0).glob("invitations-*-create.csv"))
    path = max(files, key=lambda path: path.stat().st_size)
    header, lines = table(path)
    assert len(lines) > 50
    Campaign = Model.get("marketing.campaign")
    Campaign(name=lines[0][0]).save()
    Scenario = Model.get("marketing.automation.scenario")
    Scenario(name=lines[0][0], model="party.party").save()
    Record = Model.get("marketing.automation.record")
    assert load(tryton, "marketing.automation.record", path) == len(lines)
    codes = {record.record.code for record in Record.find([])}
    assert codes == {line[1].removeprefix("party.party,") for line in lines}
    with pytest.raises(Exception):
        load(tryton, "marketing.automation.record", path)
    assert len(Record.find([])) == len(lines)
