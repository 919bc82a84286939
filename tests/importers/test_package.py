"""The package descriptor, by Frictionless itself."""

import json

from frictionless import Package


def test_frictionless_finds_every_file_as_it_is_described(sample):
    for run in sample.runs:
        report = Package(str(run / "datapackage.json")).validate()
        errors = report.flatten(["name", "type", "note"])
        assert report.valid, errors[:20]
        described = {resource["path"] for resource in json.loads(
            (run / "datapackage.json").read_text())["resources"]}
        lists = {str(path.relative_to(run)) for path in run.glob("lists/*/*")}
        assert lists <= described
        assert "members.parquet" in described


def test_a_changed_list_is_found(sample, tmp_path):
    run = sample.runs[-1]
    package = json.loads((run / "datapackage.json").read_text())
    resource = next(r for r in package["resources"] if r["path"] == "lists/csv/calls-call.csv")
    target = tmp_path / resource["path"]
    target.parent.mkdir(parents=True)
    text = (run / resource["path"]).read_bytes()
    target.write_bytes(text.replace(b"C0", b"D0", 1))
    (tmp_path / "datapackage.json").write_text(json.dumps({**package, "resources": [resource]}))
    assert not Package(str(tmp_path / "datapackage.json")).validate().valid


def test_the_reconciliation_adds_up(sample):
    import pandas as pd

    for run in sample.runs:
        table = pd.read_parquet(run / "reconciliation.parquet")
        parts = ["invited", "waitlist", "suppressed", "control", "not_selected"]
        assert len(table) == 12
        assert (table[parts].sum(axis=1) == table["eligible"]).all()
        manifest = json.loads((run / "manifest.json").read_text())
        assert table["eligible"].tolist() == [a["eligible"] for a in manifest["reconciliation"]]
        for path, record in manifest["outputs"].items():
            if path.startswith("lists/"):
                assert record["rows"] is not None and len(record["sha256"]) == 64
                assert (run / path).stat().st_mode & 0o777 == 0o600
