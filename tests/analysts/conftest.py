"""A month of published nights of the sample, as the page has them."""

import os
import shutil
import subprocess

import pytest

from pages import ROOT

NIGHTS = ["2026-10-01", "2026-10-15", "2026-10-31", "2026-11-01"]


@pytest.fixture(scope="session")
def month(tmp_path_factory):
    """A folder with pipelines, data and `out/`, and clubcall on the path."""
    folder = tmp_path_factory.mktemp("month")
    shutil.copytree(ROOT / "pipelines", folder / "pipelines")
    (folder / "sample-data").symlink_to(ROOT / "sample-data")
    (folder / "bin").mkdir()
    (folder / "bin" / "clubcall").symlink_to(os.path.abspath(os.environ["CLUBCALL"]))
    for night in NIGHTS:
        shell(folder, f"clubcall run pipelines/nightly.toml --as-of {night} --quiet")
    return folder


def shell(folder, text):
    """Runs a script as a person would; what it says on standard output."""
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env={**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, f"exit {ended.returncode}\n{text}\n{ended.stdout}{ended.stderr}"
    return ended.stdout
